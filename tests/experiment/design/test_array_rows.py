"""The rows of a covering array: all that is wanted, nothing that is forbidden, in few rows."""

from __future__ import annotations

from itertools import pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.environment import Environment
from lab.experiment.design.array_rows import build_rows
from lab.experiment.design.combination_space import CombinationSpace, count_marked


def count_left(space, wanted, rows):
    covered = space.mark_covered(map(Environment.of, rows))
    return sum(int((mask & ~covered[names]).sum()) for names, mask in wanted.items())


@st.composite
def spaces(draw):
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=6))
    levels = {f"f{n}": tuple(map(str, range(size))) for n, size in enumerate(sizes)}
    settings_ = [(name, level) for name, values in levels.items() for level in values[1:]]
    pairs = [(one, other) for one in settings_ for other in settings_ if one[0] < other[0]]
    bans = draw(st.lists(st.sampled_from(pairs), max_size=6)) if pairs else []
    return CombinationSpace(levels, draw(st.sampled_from([1, 2, 3])), bans)


@settings(max_examples=80, deadline=None)
@given(spaces(), st.data())
def test_all_that_is_wanted_and_possible_is_covered_and_nothing_forbidden_is(space, data):
    admissible = space.mark_admissible()
    wanted = {
        names: mask
        & np.array(
            data.draw(st.lists(st.booleans(), min_size=mask.size, max_size=mask.size))
        ).reshape(mask.shape)
        for names, mask in admissible.items()
    }
    rows = build_rows(space, wanted, seed="1")
    assert count_left(space, wanted, rows) == 0
    assert len(rows) <= count_marked(wanted)
    covered = space.mark_covered(map(Environment.of, rows))
    assert not any((covered[names] & ~admissible[names]).any() for names in covered)
    assert all(row.keys() == space.levels.keys() for row in rows)


def test_what_no_host_can_have_is_not_searched_for():
    space = CombinationSpace({"a": "012", "b": "012"}, 2, [(("a", "1"), ("b", "1"))])
    every = {names: mask | True for names, mask in space.mark_admissible().items()}
    rows = build_rows(space, every, seed="1")
    assert len(rows) == 8
    assert not any(row["a"] == row["b"] == "1" for row in rows)


def test_each_row_of_a_limited_number_has_something_new_and_the_first_most():
    space = CombinationSpace(dict.fromkeys("abcdef", "01234"), 2)
    wanted = space.mark_admissible()
    rows = build_rows(space, wanted, seed="1")
    assert build_rows(space, wanted, seed="1", most=7) == rows[:7]
    left = [count_left(space, wanted, rows[:number]) for number in range(len(rows) + 1)]
    assert left[0] - left[1] == 15
    assert all(before > after for before, after in pairwise(left))


def test_a_seed_decides():
    space = CombinationSpace(dict.fromkeys("abcd", "0123"), 2)
    wanted = space.mark_admissible()
    assert build_rows(space, wanted, seed="1") == build_rows(space, wanted, seed="1")
    assert build_rows(space, wanted, seed="1") != build_rows(space, wanted, seed="2")


@pytest.mark.parametrize(
    ("sizes", "strength", "most"),
    [([14, 8, 8, 8], 2, 118), ([14, 12, 10, 9, 8, 7], 2, 180), ([5] * 6, 3, 240), ([7, 3], 1, 7)],
)
def test_an_array_is_not_much_longer_than_it_must_be(sizes, strength, most):
    levels = {f"f{n}": tuple(map(str, range(size))) for n, size in enumerate(sizes)}
    space = CombinationSpace(levels, strength)
    rows = build_rows(space, space.mark_admissible(), seed="1")
    assert prod(sorted(sizes)[-strength:]) <= len(rows) <= most
