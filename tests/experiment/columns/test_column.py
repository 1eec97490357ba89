"""Columns, their patterns over the trials, and the value of what is absent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.columns.column import (
    ABSENT,
    Column,
    group_columns,
    map_texts,
    number_values,
)
from lab.observation.location import Location

HERE = Location("http", "h", "POST", "/p", "body", "/x")
THERE = Location("http", "h", "POST", "/p", "body", "/y")


def test_no_text_of_a_client_equals_absent():
    assert ABSENT == ABSENT
    assert str(ABSENT) != ABSENT
    assert ABSENT != "(absent)"
    assert {"(absent)", ABSENT} - {"(absent)"} == {ABSENT}


def test_values_are_numbered_by_first_occurrence():
    assert number_values(["b", None, "a", "b", ABSENT]) == (0, -1, 1, 0, 2)


@given(st.lists(st.none() | st.sampled_from("abc"), max_size=8))
def test_equal_values_have_equal_numbers(values):
    codes = number_values(values)
    for one, code in zip(values, codes, strict=True):
        assert (code == -1) == (one is None)
        assert {other for other, c in zip(values, codes, strict=True) if c == code} == {one}


def test_columns_with_the_same_pattern_form_one_group():
    columns = [
        Column(HERE, "exact", ("a", "a", "b")),
        Column(THERE, "exact", ("x", "x", "y")),
        Column(THERE, "exact", ("x", "y", "y")),
    ]
    first, second = group_columns(columns)
    assert (first.codes, first.columns) == ((0, 0, 1), tuple(columns[:2]))
    assert (second.codes, second.columns) == ((0, 1, 1), (columns[2],))


def test_a_function_is_applied_to_texts_only():
    assert map_texts(str.upper, ["a", None, ABSENT, ""]) == ["A", None, ABSENT, ""]
