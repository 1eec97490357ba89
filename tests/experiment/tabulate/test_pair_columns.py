"""What both sides of a minimal pair send of each column of an effect."""

from __future__ import annotations

import pytest

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.tabulate.pair_columns import (
    contrast_columns,
    find_usual_value,
    is_absent_on_one_side,
    is_count,
)
from tests.experiment.tabulate.build import BODY, Study, contrast

TOKYO = {"timezone": "Asia/Tokyo"}


@pytest.mark.parametrize(
    ("left", "right", "absent"),
    [(None, "a", True), ("a", None, True), ("0", "2", True), ("a", "b", False), ("1", "2", False)],
)
def test_whether_one_side_has_nothing(left, right, absent):
    assert is_absent_on_one_side(contrast(left, right)) == absent


def test_which_views_say_how_often_and_not_what():
    views = ("count", "presence", "exact", "set", "canary")
    assert [is_count(contrast("1", "2", view=view)) for view in views] == [True, True, *[False] * 3]


def test_the_most_frequent_known_value_of_a_side():
    column = Column(BODY, "exact", ("a", None, None, "b", "b", ABSENT, ABSENT))
    assert find_usual_value(column, [0, 1, 2]) == "a"
    assert find_usual_value(column, [0, 3, 4]) == "b"
    assert find_usual_value(column, [1, 2]) is None
    assert find_usual_value(column, [0, 5, 6]) is None


def contrasts(before, after, view="exact", texts=None):
    sent = texts or (before, after)
    trials = [({}, {BODY: (sent[0],)})] * 2 + [(TOKYO, {BODY: (sent[1],)})] * 2
    study = Study(*trials)
    column = Column(BODY, view, (before, before, after, after))
    (found,) = contrast_columns(study.effect(column, levels=TOKYO), study.trials, study.rows)
    return found


def test_each_column_has_the_usual_values_of_both_sides():
    found = contrasts("plain", "other")
    assert (found.left, found.right, found.covert, found.moved) == ("plain", "other", False, False)


def test_a_difference_that_a_reader_does_not_notice_is_covert():
    assert contrasts("it's", "it’s").covert


def test_pieces_that_only_change_their_order_are_covert_and_moved():
    found = contrasts("a,b", "b,a", texts=("tags a,b", "tags b,a"))
    assert (found.covert, found.moved) == (True, True)


def test_a_count_is_never_covert():
    assert not contrasts("1", "2", view="count").covert
