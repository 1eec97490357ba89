"""Trials as contrasts against the control: the settings in which each differs from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from lab.environment import Environment

__all__ = ["Changes", "Setting", "TrialTable", "find_changes"]


class Setting(NamedTuple):
    """A factor at one of its levels."""

    factor: str
    level: str


Changes = frozenset[Setting]
"""The settings in which an environment differs from the control."""


def find_changes(control: Environment, environment: Environment) -> Changes:
    """The settings in which an environment differs from the control."""
    return frozenset(
        Setting(change.factor, change.right) for change in control.difference(environment)
    )


class TrialTable:
    """The environments of all trials so far, as changes against the control.

    Attributes:
        control: The environment with every factor at its control.
        changes: The changes of each trial, in the order of the trials.
        rows_by_changes: The row numbers of the trials with exactly these changes.
        levels: The levels that occur in any trial, by factor, without the controls.
        designed: For each trial, whether its environment was planned before anything was known.
            Only among these does the frequency of unusual values say anything about a level.
    """

    def __init__(
        self,
        control: Environment,
        environments: Sequence[Environment],
        designed: Collection[Environment] | None = None,
    ) -> None:
        """Arrange trials.

        Args:
            control: The environment with every factor at its control.
            environments: The environment of each trial.
            designed: The environments that were planned before anything was known; all of them
                if None.
        """
        self.control = control
        self.designed = [designed is None or one in designed for one in environments]
        known: dict[Environment, Changes] = {}
        for one in environments:
            if one not in known:
                known[one] = find_changes(control, one)
        self.changes: list[Changes] = [known[one] for one in environments]
        self.rows_by_changes: dict[Changes, list[int]] = defaultdict(list)
        found: dict[str, set[str]] = defaultdict(set)
        for row, changes in enumerate(self.changes):
            self.rows_by_changes[changes].append(row)
            for setting in changes:
                found[setting.factor].add(setting.level)
        self.levels = {name: sorted(values) for name, values in sorted(found.items())}
        self._levels_by_row = [dict(changes) for changes in self.changes]

    def make_environment(self, changes: Changes) -> Environment:
        """The control environment with these changes."""
        return self.control.but(dict(changes))

    def get_level(self, row: int, factor: str) -> str | None:
        """The level of a factor in one trial; None for the control."""
        return self._levels_by_row[row].get(factor)
