"""Replicates: trials of one environment, which should agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

__all__ = ["Replicates"]

_TRIALS_PER_DEVIATION, _REPLICATES_PER_DEVIATION = 50, 8
"""Tolerated: one deviating value per so many trials and per so many replicates."""


class Replicates:
    """The trials that share an environment.

    Attributes:
        sets: The row numbers of each environment with more than one trial.
        baseline: The row numbers of the first trial's environment.
        repetitions: The trials beyond the first of each environment.
    """

    def __init__(self, replicate_ids: Sequence[int]) -> None:
        """Group trials by a number per trial; equal numbers are replicates."""
        members: dict[int, list[int]] = defaultdict(list)
        for row, group in enumerate(replicate_ids):
            members[group].append(row)
        self.sets = [rows for rows in members.values() if len(rows) > 1]
        self.repetitions = sum(len(rows) - 1 for rows in self.sets)
        self.baseline = members[replicate_ids[0]] if replicate_ids else []

    def agree(self, values: Sequence[object | None]) -> bool:
        """Whether replicates have the same value, None being unknown.

        Tolerated are deviations in a tenth of a large set, and one per 50 trials and per 8
        replicates; the trials that confirm tolerate them too.
        """
        deviations = replicated = 0
        for rows in self.sets:
            seen = [values[row] for row in rows if values[row] is not None]
            replicated += len(seen)
            if not seen or seen.count(seen[0]) == len(seen):
                continue
            others = len(seen) - max(Counter(seen).values())
            if others * 2 > len(seen):
                return False
            deviations += max(0, others - len(seen) // 10)
        if not deviations:
            return True
        known = sum(value is not None for value in values)
        return deviations <= min(
            known // _TRIALS_PER_DEVIATION, replicated // _REPLICATES_PER_DEVIATION
        )
