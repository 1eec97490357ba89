"""Exact permutation tests, compared with brute force and under the null hypothesis."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.confirm.permutation import permutation_p_value, smallest_p_value

values = st.lists(st.integers(0, 3), min_size=1, max_size=5)


@pytest.mark.parametrize("size", range(2, 8))
def test_a_perfect_separation_has_the_smallest_p(size):
    assert permutation_p_value("a" * size, "b" * size) == pytest.approx(smallest_p_value(size))


def test_no_difference_is_no_evidence():
    assert permutation_p_value("aaaa", "aaaa") == 1.0
    assert permutation_p_value("", "aaaa") == 1.0


@given(values, values)
def test_the_sides_are_interchangeable(left, right):
    assert permutation_p_value(left, right) == pytest.approx(permutation_p_value(right, left))


@given(values, values)
def test_agrees_with_brute_force(left, right):
    pooled = left + right

    def distance(chosen: set[int]) -> float:
        mine = [pooled[i] for i in sorted(chosen)]
        others = [pooled[i] for i in range(len(pooled)) if i not in chosen]
        return sum(
            (mine.count(v) / len(mine) - others.count(v) / len(others)) ** 2 for v in set(pooled)
        )

    observed = distance(set(range(len(left))))
    every = [distance(set(c)) for c in combinations(range(len(pooled)), len(left))]
    expected = sum(d >= observed - 1e-12 for d in every) / len(every)
    assert permutation_p_value(left, right) == pytest.approx(expected)


def test_under_the_null_small_p_values_are_as_rare_as_they_say():
    chance = random.Random(5)
    draws = 2000
    small = sum(
        permutation_p_value(chance.choices("ab", k=6), chance.choices("ab", k=6)) <= 0.05
        for _ in range(draws)
    )
    assert small / draws <= 0.06


def test_large_samples_are_exact_too():
    assert permutation_p_value("a" * 30, "b" * 30) == pytest.approx(smallest_p_value(30), rel=1e-9)
    assert 0.01 < permutation_p_value("ab" * 10, "ab" * 4 + "b" * 12) < 0.2
