"""Bits: how much a server learns from one signal.

The Shannon entropy of the value, ``-Σ p log2 p``, where every combination of the cause's
levels that was tried is taken as equally likely.  That is the lab's own stated
distribution of environments, not the world's: the figure says how finely the signal
divides what the lab tried.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

__all__ = ["bits"]


def bits(values: Iterable[str | None]) -> float:
    """The entropy of the values of a decision table, one a combination of levels."""
    counts = Counter(values)
    total = sum(counts.values())
    if total == 0:
        return 0.0
    return max(0.0, -sum(n / total * math.log2(n / total) for n in counts.values()))
