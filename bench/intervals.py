"""How far a share of few cases can be trusted: two intervals for a binomial proportion."""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["clopper_pearson", "wilson"]

_Z95 = 1.959963984540054
_HALVINGS = 60


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """The 95 % score interval (Wilson, 1927): close to its level on average, for few cases too."""
    if not cases:
        return 0.0, 1.0
    share, square = hits / cases, _Z95**2
    middle = share + square / (2 * cases)
    spread = _Z95 * math.sqrt(share * (1 - share) / cases + square / (4 * cases**2))
    whole = 1 + square / cases
    low = 0.0 if hits == 0 else (middle - spread) / whole
    high = 1.0 if hits == cases else (middle + spread) / whole
    return max(0.0, low), min(1.0, high)


def clopper_pearson(hits: int, cases: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval (Clopper and Pearson, 1934): never too short, whatever the share is."""
    outside = (1 - level) / 2
    low = 0.0 if hits == 0 else _root(lambda p: 1 - _at_most(hits - 1, cases, p) - outside)
    high = 1.0 if hits == cases else _root(lambda p: outside - _at_most(hits, cases, p))
    return low, high


def _at_most(hits: int, cases: int, share: float) -> float:
    return sum(math.comb(cases, n) * share**n * (1 - share) ** (cases - n) for n in range(hits + 1))


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function of a share is 0, by halving."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
