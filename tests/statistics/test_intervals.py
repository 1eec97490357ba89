from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.statistics.intervals import clopper_pearson


def summed(hits, cases, level=0.95):
    """The interval from its definition: sums of probabilities, and halving."""
    outside = (1 - level) / 2

    def at_most(most, share):
        terms = range(most + 1)
        return sum(math.comb(cases, n) * share**n * (1 - share) ** (cases - n) for n in terms)

    def root(rising):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if rising(middle) < 0 else (low, middle)
        return low

    low = 0.0 if hits == 0 else root(lambda p: 1 - at_most(hits - 1, p) - outside)
    high = 1.0 if hits == cases else root(lambda p: outside - at_most(hits, p))
    return low, high


@given(st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_agrees_with_the_sum_over_all_outcomes(counts):
    assert clopper_pearson(*counts) == pytest.approx(summed(*counts), abs=1e-9)


def test_many_cases_are_no_trouble():
    low, high = clopper_pearson(0, 10_000)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 10_000), rel=1e-9)
    assert clopper_pearson(10_000, 10_000)[0] == pytest.approx(0.025 ** (1 / 10_000), rel=1e-9)
    low, high = clopper_pearson(50_000, 100_000)
    assert 0.4968 < low < 0.5 < high < 0.5032


def test_nothing_is_known_of_no_cases():
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="cannot be"):
        clopper_pearson(3, 2)
