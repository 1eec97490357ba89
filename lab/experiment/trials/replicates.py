"""Replicates: trials of one environment, which should agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

__all__ = ["Replicates"]

_TRIALS_PER_DEVIATION, _REPLICATES_PER_DEVIATION = 50, 8
"""One stray value in so many trials, and in so many replicates, is borne with."""


class Replicates:
    """Which trials share an environment, and whether values agree with that."""

    def __init__(self, groups: Sequence[int]) -> None:
        members: dict[int, list[int]] = defaultdict(list)
        for row, group in enumerate(groups):
            members[group].append(row)
        self.sets = [rows for rows in members.values() if len(rows) > 1]
        self.baseline = members[groups[0]] if groups else []

    def agree(self, values: Sequence[object | None]) -> bool:
        """Whether replicates have the same value.

        Excepted are a tenth of a large set, and what goes wrong once in fifty trials: it is
        no reason to stop looking at a place, and the trials that confirm bear with it.
        """
        strays = replicated = 0
        for rows in self.sets:
            seen = [values[row] for row in rows if values[row] is not None]
            replicated += len(seen)
            if not seen or seen.count(seen[0]) == len(seen):
                continue
            others = len(seen) - max(Counter(seen).values())
            if others * 2 > len(seen):
                return False
            strays += max(0, others - len(seen) // 10)
        if not strays:
            return True
        known = sum(value is not None for value in values)
        return strays <= min(
            known // _TRIALS_PER_DEVIATION, replicated // _REPLICATES_PER_DEVIATION
        )
