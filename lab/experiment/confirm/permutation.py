"""How sure: exact permutation tests of minimal pairs, corrected for their number.

Under the null hypothesis the replicates of both sides of a minimal pair are exchangeable,
because they ran interleaved in random order.  The test statistic is the energy distance
(Székely and Rizzo, 2013) with the discrete metric, which sees any difference of
distribution of categorical values.  Its null distribution is exact: a division counts only
by how many of each value it puts on the left, so all ``C(n+m, n)`` divisions are summed by
dynamic programming over the values (the multivariate hypergeometric distribution), in
whole numbers throughout.

Correction over all hypotheses is by Holm (1979), which needs no independence.  A test may
end at a first look, with few replicates on one side, where that is clear already; so each
p-value is multiplied by the number of looks (Bonferroni).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache

__all__ = ["LOOKS", "holm", "permutation_p_value", "replicates_needed", "smallest_p_value"]


def permutation_p_value(left: Sequence[Hashable], right: Sequence[Hashable]) -> float:
    """The probability, if the side made no difference, of a division at least as clean."""
    if not left or not right:
        return 1.0
    ours, theirs = Counter(left), Counter(right)
    return _p_value_of_counts(
        tuple(sorted((ours[value], theirs[value]) for value in ours | theirs))
    )


@lru_cache(maxsize=4096)
def _p_value_of_counts(counts: tuple[tuple[int, int], ...]) -> float:
    """The same, from how often each value was seen on the left and on the right."""
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
    """The p-value of a perfect separation with this many replicates a side."""
    return 2 / math.comb(2 * replicates, replicates)


LOOKS = 2
"""How often a test may end early because it is clear; p-values are multiplied by it."""


def replicates_needed(hypotheses: int, alpha: float) -> int:
    """Replicates a side so that a perfect separation survives correction with room to spare."""
    replicates = 4
    while smallest_p_value(replicates) * LOOKS * max(1, hypotheses) > alpha / 2:
        replicates += 1
    return replicates


def holm(p_values: Sequence[float], tested: int = 0) -> list[float]:
    """Holm's step-down adjustment, in the order given.

    ``tested`` is the number of hypotheses, where it is larger than that of the p-values.
    """
    number = max(tested, len(p_values))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (number - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
