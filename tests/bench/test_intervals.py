"""Intervals for shares, against values from the literature and from their definitions."""

import math

import pytest

from bench.intervals import clopper_pearson, wilson


def test_the_score_interval_of_a_textbook():
    # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_the_exact_interval_of_a_textbook():
    # The same table, method 5.
    assert clopper_pearson(81, 263) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert clopper_pearson(15, 148) == pytest.approx((0.0578, 0.1617), abs=5e-5)
    assert clopper_pearson(0, 20) == pytest.approx((0.0, 0.1684), abs=5e-5)


def test_the_exact_interval_of_none_has_a_closed_form():
    low, high = clopper_pearson(0, 50)
    assert low == 0.0
    assert math.isclose(high, 1 - 0.025 ** (1 / 50), rel_tol=1e-9)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
@pytest.mark.parametrize(("hits", "cases"), [(0, 1), (1, 1), (3, 7), (50, 50)])
def test_an_interval_holds_the_share_and_mirrors(interval, hits, cases):
    low, high = interval(hits, cases)
    assert 0.0 <= low <= hits / cases <= high <= 1.0
    assert interval(cases - hits, cases) == pytest.approx((1 - high, 1 - low))


def test_of_no_cases_nothing_is_known():
    assert wilson(0, 0) == (0.0, 1.0)
