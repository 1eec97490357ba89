"""The minimal pair of a signal: two environments, and what a trial of each sent."""

from __future__ import annotations

from lab.experiment.columns.column import Column
from lab.experiment.tabulate.minimal_pair import build_minimal_pair
from lab.experiment.tabulate.pair_columns import contrast_columns
from tests.experiment.tabulate.build import BODY, CONTROL, Study

TOKYO = {"timezone": "Asia/Tokyo"}
BOTH = {"timezone": "Asia/Tokyo", "ci": "github"}


def pair(column, *texts, levels=TOKYO, whole=None):
    others = {name: level for name, level in levels.items() if name != "timezone"}
    sides = [(others, {BODY: (texts[0],)}), (levels, {BODY: (texts[1],)})]
    study = Study(*sides)
    effect = study.effect(column, levels=levels, factor="timezone")
    shown = list(contrast_columns(effect, study.trials, study.rows))
    return build_minimal_pair(shown, shown[0], study.rows, study.trials, whole)


def test_the_environments_differ_in_one_level_and_share_the_rest_of_the_cause():
    found = pair(Column(BODY, "exact", ("a", "b")), "a", "b", levels=BOTH)
    assert (found.factor, found.left_level, found.right_level) == ("timezone", "UTC", "Asia/Tokyo")
    assert found.context == {"ci": "github"}
    assert found.left == CONTROL.but({"ci": "github"}).digest
    assert found.right == CONTROL.but(BOTH).digest


def test_a_value_is_shown_with_the_text_around_it_that_was_sent():
    column = Column(BODY, "exact", ("a", "b"), before="1 zone ", after=" now")
    found = pair(column, "1 zone a now", "2 zone b never")
    assert (found.left_value, found.right_value) == ("1 zone a now", " zone b n")


def test_a_short_text_is_shown_whole():
    column = Column(BODY, "exact", ("a", "b"))
    found = pair(column, "in a", "in b", whole=["in a", "in b"])
    assert (found.left_value, found.right_value) == ("in a", "in b")


def test_of_a_masked_text_the_sent_text_is_shown():
    column = Column(BODY, "masked", ("‹number› s", "‹number› min"))
    found = pair(column, "1 s", "2 min")
    assert (found.left_value, found.right_value) == ("1 s", "2 min")


def test_a_count_is_shown_as_it_is_and_has_no_differences():
    found = pair(Column(BODY, "count", ("1", "2")), "a", "b")
    assert (found.left_value, found.right_value, found.differences) == ("1", "2", ())


def test_the_code_points_that_differ_are_listed():
    (difference,) = pair(Column(BODY, "exact", ("it's", "it’s")), "it's", "it’s").differences
    assert difference.right == ("U+2019 RIGHT SINGLE QUOTATION MARK",)
