from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.intervals import clopper_pearson as summed
from lab.testing.contracts.intervals import clopper_pearson


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
