"""The rungs of the ladder of views: what each keeps of a text, and of several."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.columns.ladder import (
    COUNT,
    EXACT,
    LENGTH,
    MASKED,
    MASKED_SET,
    ORDER,
    PRESENCE,
    RUNGS,
    SET,
    SHAPE,
    View,
    choose_finest,
)
from lab.experiment.mining import behaviour_token
from lab.experiment.search import novelty

each_rung = pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
texts = st.lists(st.text(max_size=20), max_size=4)


@pytest.mark.parametrize(
    ("rung", "text", "reduced"),
    [
        (EXACT, "it’s 1", "it’s 1"),
        (SHAPE, "it’s 1, twice", "w’w w, w"),
        (LENGTH, "abcd", "4 characters"),
        (PRESENCE, "abcd", "some"),
        (PRESENCE, "", ""),
        (ORDER, "b\na\nb", "b a"),
    ],
)
def test_what_a_rung_keeps_of_one_text(rung, text, reduced):
    assert rung.reduce(text) == reduced


def test_identifiers_and_numbers_are_masked():
    one, other = "took 12 ms in 1f3a4bcd99", "took 7 ms in 77aa88cc00"
    assert MASKED.reduce(one) == MASKED.reduce(other) != one


@pytest.mark.parametrize(
    ("rung", "several", "seen"),
    [
        (EXACT, ("b", "a", "b"), ("a", "b", "b")),
        (SET, ("b", "a", "b"), ("a", "b")),
        (SHAPE, ("x=1", "y=2"), ("w=w",)),
        (ORDER, ("b\na", "b\na"), ("b a",)),
        (COUNT, ("b", "a", "b"), 3),
        (COUNT, (), 0),
        (PRESENCE, ("",), True),
        (PRESENCE, (), False),
    ],
)
def test_what_a_rung_keeps_of_several(rung, several, seen):
    assert rung.view(several) == seen


def test_a_masked_set_ignores_how_often_a_text_occurs():
    assert MASKED_SET.view(("id 1",)) == MASKED_SET.view(("id 2", "id 3"))
    assert MASKED.view(("id 1",)) != MASKED.view(("id 2", "id 3"))


@each_rung
@given(several=texts)
def test_a_rung_ignores_the_order_of_occurrences(rung, several):
    assert rung.view(several) == rung.view(several[::-1])
    hash(rung.view(several))


@pytest.mark.parametrize("ladder", [behaviour_token.LADDER, novelty.LADDER])
@given(one=texts, other=texts)
def test_what_is_equal_in_a_finer_view_is_equal_in_a_coarser_one(ladder, one, other):
    equal = [rung.view(one) == rung.view(other) for rung in ladder]
    assert equal == sorted(equal)


def test_ladders_go_from_fine_to_coarse():
    for ladder in (behaviour_token.LADDER, novelty.LADDER):
        assert list(ladder) == sorted(ladder, key=RUNGS.index)
    assert len({rung.name for rung in RUNGS}) == len(RUNGS)


def test_rungs_of_one_text_are_views_of_a_column():
    assert {rung.name for rung in (EXACT, SET, MASKED, LENGTH, PRESENCE, COUNT, ORDER)} <= set(
        get_args(View)
    )


def test_the_finest_comparable_rung_is_chosen():
    assert choose_finest(RUNGS, lambda rung: rung in (LENGTH, MASKED)) == MASKED
    assert choose_finest(RUNGS, lambda rung: False) is None
