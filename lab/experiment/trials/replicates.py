"""Replicates: trials of one environment, which should agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

__all__ = ["Replicates"]

_TRIALS_PER_DEVIATION, _REPLICATES_PER_DEVIATION = 50, 8
"""Tolerated: one deviating value per so many trials and per so many replicates."""
_MIN_REFUTATIONS = 2
"""Environments whose replicates must refute a value that none reproduces."""


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
        tolerated = min(known // _TRIALS_PER_DEVIATION, replicated // _REPLICATES_PER_DEVIATION)
        return deviations <= tolerated and not self._comes_by_chance(values)

    def _comes_by_chance(self, values: Sequence[object | None]) -> bool:
        """Whether most unusual values were refuted by replicates again and again.

        A value that comes by chance in one trial of ten stays below what is tolerated, because few
        trials are repeated.  Wherever one that has it is repeated, it does not come again.
        """
        known = Counter(value for value in values if value is not None)
        usual = known.most_common(1)[0][0]
        refuted: Counter[object] = Counter()
        reproduced: set[object] = set()
        for rows in self.sets:
            counts = Counter(values[row] for row in rows if values[row] is not None)
            for value, count in counts.items():
                if count > 1 and count * 2 > counts.total():
                    reproduced.add(value)
                elif len(counts) > 1:
                    refuted[value] += 1
        chance = {value for value, count in refuted.items() if count >= _MIN_REFUTATIONS}
        unusual = sum(known[value] for value in chance - reproduced - {usual})
        return unusual * 2 > known.total() - known[usual]
