"""The exact confidence interval of a binomial proportion (Clopper and Pearson, 1934).

The lower end is the proportion at which so many hits or more have the probability
``(1 - level) / 2``, the upper end that at which so many or fewer have it.  Both are quantiles of
a beta distribution.  Its distribution function is the regularised incomplete beta function
``I(x; a, b)``, computed as a continued fraction (DLMF 8.17.22) by the method of Lentz (1976) and
inverted by bisection.
"""

from __future__ import annotations

import math

__all__ = ["clopper_pearson"]

_HALVINGS = 60
_MOST_TERMS = 10_000
_SMALL = 1e-300


def clopper_pearson(hits: int, cases: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a proportion; it covers at least ``level``.

    Args:
        hits: Cases with the property.
        cases: All cases; without any the interval is the whole range from 0 to 1.
        level: The probability that the interval covers the true proportion.

    Raises:
        ValueError: There are more hits than cases, or fewer than none.
    """
    if not 0 <= hits <= cases:
        raise ValueError(f"{hits} hits in {cases} cases cannot be")
    outside = (1 - level) / 2
    low = 0.0 if hits == 0 else _beta_quantile(outside, hits, cases - hits + 1)
    high = 1.0 if hits == cases else _beta_quantile(1 - outside, hits + 1, cases - hits)
    return low, high


def _beta_quantile(chance: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _beta_cdf(middle, a, b) < chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, for 0 < x < 1."""
    if x > (a + 1) / (
        a + b + 2
    ):  # the fraction converges slowly there, and fast for the mirrored arguments
        return 1 - _beta_cdf(1 - x, b, a)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * math.log(x) + b * math.log1p(-x)) / a
    fraction, above, below = 1.0, 1.0, 0.0
    for term in range(_MOST_TERMS):
        half = term // 2
        if term == 0:
            step = 1.0
        elif term % 2 == 0:
            step = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        else:
            step = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        below = 1 / ((1 + step * below) or _SMALL)
        above = (1 + step / above) or _SMALL
        fraction *= above * below
        if abs(above * below - 1) < 1e-15:
            break
    return front * (fraction - 1)
