"""Columns are grouped by pattern, and words that come and go by chance are left out."""

from __future__ import annotations

import msgspec
import pytest

from lab.environment import Environment
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.isolate.cause_search import FoundCauses, GroupCauses, find_causes
from lab.experiment.isolate.causes import CauseInference
from lab.experiment.trials.contrasts import TrialTable
from lab.observation.location import Location

CONTROL = Environment.of({"a": "0", "b": "0"})
HERE = Location("http", "api.example", "POST", "/v1", "body", "/x")
THERE = msgspec.structs.replace(HERE, pointer="/y")


def table(levels, designed=None):
    """Trials with these levels of the factor ``a``."""
    return TrialTable(CONTROL, [CONTROL.but({"a": one}) for one in levels], designed)


def word(marks):
    """A word that is present where a mark is ``1``, and unknown where it is ``?``."""
    return Column(HERE, "word", tuple({"1": "w", "?": None}.get(mark, "") for mark in marks))


def is_followed(levels, marks, designed=None):
    """Whether causes of the word are inferred; otherwise it has none."""
    found = find_causes(table(levels, designed), [word(marks)], 0)
    assert found.groups or found.without_cause == (word(marks),)
    return bool(found.groups)


def test_columns_with_one_pattern_are_one_group_in_the_order_of_the_first():
    first = Column(HERE, "exact", tuple("xxyyxx"))
    other = Column(HERE, "length", tuple("xyxyxy"))
    same = Column(THERE, "exact", tuple("ccddcc"))
    found = find_causes(table("001100"), [first, other, same], 0)
    assert [item.group.columns for item in found.groups] == [(first, same), (other,)]
    assert [one.cause for one in found.groups[0].inference.hypotheses] == [("a",)]


def test_of_a_group_without_a_cause_the_first_column_is_kept():
    first, same = (Column(one, "exact", tuple("xyxyxy")) for one in (HERE, THERE))
    found = find_causes(table("001100"), [first, same], 0)
    assert found.without_cause == (first,)
    caused = Column(HERE, "exact", tuple("xxyyxx"))
    assert find_causes(table("001100"), [caused], 0).without_cause == ()


@pytest.mark.parametrize(
    ("marks", "followed"),
    [
        ("00001111", True),
        ("11110000", True),
        ("00010111", True),
        ("00110011", False),
        ("00000000", False),
        ("11111111", False),
    ],
)
def test_a_word_is_followed_if_a_level_saves_half_of_the_wrong_guesses(marks, followed):
    assert is_followed("00001111", marks) == followed


def test_less_than_half_is_not_enough():
    assert not is_followed("0000011111", "0000100111")
    assert not is_followed("0000011111", "1100011110")


def test_trials_in_which_a_word_is_unknown_say_nothing():
    assert is_followed("00001111" + "0000", "00001111" + "????")
    assert not is_followed("00001111" + "0000", "00001111" + "1111")


def test_trials_that_were_not_planned_say_nothing():
    levels, marks = "00001111" + "22223333", "00110011" + "00001111"
    assert is_followed(levels, marks)
    assert not is_followed(levels, marks, [CONTROL, CONTROL.but({"a": "1"})])


def test_a_word_with_the_pattern_of_another_view_is_followed_with_it():
    chance = word("00110011")
    whole = Column(THERE, "exact", tuple("xxyyxxyy"))
    found = find_causes(table("00001111"), [chance, whole], 0)
    assert [item.group.columns for item in found.groups] == [(chance, whole)]


def test_unexplained_are_the_groups_with_deviations_that_no_cause_explains():
    groups = [ColumnGroup((number,), ()) for number in range(3)]
    items = (GroupCauses(one, CauseInference((), (), unexplained=one.codes[0])) for one in groups)
    assert FoundCauses(tuple(items), ()).unexplained == tuple(groups[1:])


def test_an_order_that_agrees_by_chance_beside_noise_has_no_cause():
    order = Column(HERE, "order", tuple("xyxyxyxy"))
    alone = find_causes(table("00001111"), [order], 0)
    beside = find_causes(table("00001111"), [order], 0, {HERE})
    assert alone.groups
    assert not beside.groups
    assert beside.without_cause == (order,)
    caused = Column(HERE, "order", tuple("xxxxyyyy"))
    assert find_causes(table("00001111"), [caused], 0, {HERE}).groups
