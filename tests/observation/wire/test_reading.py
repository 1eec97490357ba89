"""Pieces, what is between them, and how a text is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.wire.reading import Reading, describe_sizes


def test_what_no_piece_covers_is_a_gap():
    reading = Reading(10)
    reading.cover(2, 4, "head")
    reading.cover(4, 4, "nothing")
    reading.cover(4, 7, "body")
    assert list(reading.list_gaps()) == [(0, 2), (7, 10)]
    assert reading.count_bytes() == {"head": 2, "body": 3}


def test_of_very_many_gaps_the_last_reaches_to_the_end():
    reading = Reading(10_000)
    for at in range(1, 10_000, 2):
        reading.cover(at, at + 1, "x")
    gaps = list(reading.list_gaps())
    assert len(gaps) == 1000
    assert gaps[-1][1] == 10_000


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([], "none"),
        ([0], "empty"),
        ([7], "whole"),
        ([7, 0], "whole, then an empty one"),
        ([16384, 16384, 100], "16384 each"),
        ([16384, 16384], "16384 each"),
        ([3, 4], "3 4"),
        ([100, 17, 100], "100 17 100"),
    ],
)
def test_how_a_text_is_cut(sizes, words):
    assert describe_sizes(sizes) == words


@given(st.integers(1, 100), st.integers(1, 5000), st.integers(1, 5000))
def test_the_rule_does_not_depend_on_the_length(size, one, other):
    def cut(length):
        return [size] * (length // size) + ([length % size] if length % size else [])

    several = [cut(length) for length in (one, other) if length > size]
    assert len({describe_sizes(sizes) for sizes in several}) <= 1
