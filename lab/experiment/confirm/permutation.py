"""Exact permutation tests of minimal pairs.

Under the null hypothesis the replicates of both sides of a minimal pair are exchangeable,
because they ran interleaved in random order.  The test statistic is the energy distance
(Székely and Rizzo, 2013) with the discrete metric, which sees any difference of
distribution of categorical values.  Its null distribution is exact: a division counts only
by how many of each value it puts on the left, so all ``C(n+m, n)`` divisions are summed by
dynamic programming over the values (the multivariate hypergeometric distribution), in
whole numbers throughout.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache

__all__ = ["permutation_p_value", "smallest_p_value"]


def permutation_p_value(left: Sequence[Hashable], right: Sequence[Hashable]) -> float:
    """Return the p-value of the values of both sides; 1 where a side has none."""
    if not left or not right:
        return 1.0
    ours, theirs = Counter(left), Counter(right)
    return _p_value_of_counts(
        tuple(sorted((ours[value], theirs[value]) for value in ours | theirs))
    )


@lru_cache(maxsize=4096)
def _p_value_of_counts(counts: tuple[tuple[int, int], ...]) -> float:
    """Return the p-value from how often each value occurs on the left and on the right."""
    n = sum(ours for ours, _ in counts)
    m = sum(theirs for _, theirs in counts)
    observed = sum((ours * m - theirs * n) ** 2 for ours, theirs in counts)
    ways: dict[tuple[int, int], int] = {(0, 0): 1}
    for ours, theirs in counts:
        total = ours + theirs
        following: Counter[tuple[int, int]] = Counter()
        for (chosen, distance), number in ways.items():
            for here in range(min(total, n - chosen) + 1):
                further = distance + (here * m - (total - here) * n) ** 2
                following[chosen + here, further] += number * math.comb(total, here)
        ways = following
    extreme = sum(
        number
        for (chosen, distance), number in ways.items()
        if chosen == n and distance >= observed
    )
    return extreme / math.comb(n + m, n)


def smallest_p_value(replicates: int) -> float:
    """Return the p-value of a perfect separation with this many replicates a side."""
    return 2 / math.comb(2 * replicates, replicates)
