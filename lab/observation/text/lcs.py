"""Two sequences compared: which ranges of one stand for which ranges of the other.

What both begin and end with is set aside.  Of the rest, a longest common subsequence is kept
and everything else is a change.  It is found with one machine word of bits for 64 items
(Hyyrö, "Bit-parallel LCS-length computation revisited", 2004), because the sequences come
from untrusted clients: the usual matchers are cubic at worst, and two texts that have only
their spaces in common are that worst case.  Beyond ``MOST_CELLS`` the whole middle counts as
one change.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

__all__ = ["MOST_CELLS", "ChangedRange", "count_common_ends", "find_changes", "find_common"]

MOST_CELLS = 64_000_000
"""Pairs of items compared at most, after the common ends: about 8 MB and 20 ms."""

ChangedRange = tuple[int, int, int, int]
"""``left[low:high]`` was replaced by ``right[start:end]``."""


def find_changes(left: Sequence[Hashable], right: Sequence[Hashable]) -> Iterator[ChangedRange]:
    """The ranges of left that stand for other ranges of right, in order; at least one not empty."""
    low, start = 0, 0
    for one, other in (*find_common(left, right), (len(left), len(right))):
        if (low, start) != (one, other):
            yield low, one, start, other
        low, start = one + 1, other + 1


def find_common(
    left: Sequence[Hashable], right: Sequence[Hashable], cells: int | None = None
) -> Iterator[tuple[int, int]]:
    """The index pairs of items that both have, in order.

    Args:
        left: One sequence.
        right: The other.
        cells: Pairs of items compared at most, after the common ends; beyond, only those are kept.
            ``MOST_CELLS`` if None.
    """
    head, tail = count_common_ends(left, right)
    last, end = len(left) - tail, len(right) - tail
    yield from ((index, index) for index in range(head))
    if (last - head) * (end - head) <= (MOST_CELLS if cells is None else cells):
        for one, other in _common(left[head:last], right[head:end]):
            yield head + one, head + other
    yield from ((last + index, end + index) for index in range(tail))


def count_common_ends(left: Sequence[Hashable], right: Sequence[Hashable]) -> tuple[int, int]:
    """How many items both begin with and, of the rest, both end with."""
    head, limit = 0, min(len(left), len(right))
    while head < limit and left[head] == right[head]:
        head += 1
    tail = 0
    while tail < limit - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    return head, tail


def _common(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The index pairs of a longest common subsequence."""
    positions: dict[Hashable, int] = {}
    for index, item in enumerate(left):
        positions[item] = positions.get(item, 0) | 1 << index
    if not any(item in positions for item in right):
        return []
    every = (1 << len(left)) - 1
    row, rows = every, []
    for item in right:
        hits = row & positions.get(item, 0)
        row = ((row + hits) | (row - hits)) & every
        rows.append(row)
    pairs = []
    one, other = len(left), len(right)
    while one and other:
        bit = 1 << one - 1
        if rows[other - 1] & bit:
            one -= 1
        elif other > 1 and not rows[other - 2] & bit:
            other -= 1
        else:
            one, other = one - 1, other - 1
            pairs.append((one, other))
    return pairs[::-1]
