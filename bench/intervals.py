"""How far a share of few cases can be trusted: two intervals for a binomial proportion."""

from __future__ import annotations

import math

from lab.statistics.intervals import clopper_pearson

__all__ = ["clopper_pearson", "wilson"]

_Z95 = 1.959963984540054


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
