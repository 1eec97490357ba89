"""Trials seen as combinations: the levels of each that differ from the control."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from lab.environment import Environment
from lab.experiment.isolate.main_effects import Setting

__all__ = ["Changes", "TrialTable"]

Changes = frozenset[Setting]
"""Levels that differ from the control, as (factor, level) pairs."""


class TrialTable:
    """The environments of all trials so far, seen as combinations against the control.

    ``designed`` are those that were planned before anything was known: of these alone a
    level's share of unusual values means what it says.
    """

    def __init__(
        self,
        control: Environment,
        environments: Sequence[Environment],
        designed: Collection[Environment] | None = None,
    ) -> None:
        self.control = control
        self.designed = [designed is None or one in designed for one in environments]
        self.rows: list[Changes] = [
            frozenset((change.factor, change.right) for change in control.difference(other))
            for other in environments
        ]
        self.by_combination: dict[Changes, list[int]] = defaultdict(list)
        found: dict[str, set[str]] = defaultdict(set)
        for row, combination in enumerate(self.rows):
            self.by_combination[combination].append(row)
            for name, level in combination:
                found[name].add(level)
        self.levels = {name: sorted(values) for name, values in sorted(found.items())}
        self._whole = [dict(combination) for combination in self.rows]

    def environment(self, combination: Changes) -> Environment:
        """The control environment with these levels."""
        return self.control.but(dict(combination))

    def level(self, row: int, factor: str) -> str | None:
        """A factor's level in one trial, None for the control."""
        return self._whole[row].get(factor)
