"""The oracle: runs the trials that a method requests, and extracts the lab's columns from them.

A method asks for trials and gets a :class:`TrialData`: rows of features, and groups of columns in
the finest view in which replicates agree, canaries included.  So noise is left behind for all
methods alike, by the same code that an audit uses.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from lab.clients.profile import Client
from lab.environment import Environment
from lab.experiment.columns.column import ColumnGroup, group_columns
from lab.experiment.columns.extract import extract_columns
from lab.experiment.confirm.effect import Effect
from lab.experiment.scope import Scope
from lab.experiment.tabulate.signals import assemble_signals
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable
from lab.experiment.trials.measurements import Measurements, TrialExecutor
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.factors.registry import get_factor
from lab.findings.report import FactorFacts, Signal
from lab.sandbox.timed_observation import TimedObservation
from lab.store import SqliteStore

__all__ = ["Oracle", "Stopwatch", "Task", "TrialData", "make_effect", "make_task"]


class Task(msgspec.Struct, frozen=True, dict=True):
    """What is to be found out: ``levels`` are those that may be tried, without the controls."""

    control: Environment
    levels: Mapping[str, tuple[str, ...]]
    alpha: float
    seed: int

    @cached_property
    def factors(self) -> tuple[str, ...]:
        """The factors that can be varied."""
        return tuple(sorted(self.levels))

    @cached_property
    def singles(self) -> tuple[Setting, ...]:
        """Every level of every factor."""
        return tuple(Setting(name, level) for name in self.factors for level in self.levels[name])

    def environment(self, levels: Iterable[tuple[str, str]]) -> Environment:
        """The control environment with these levels."""
        return self.control.but(dict(levels))


def make_task(chosen: Scope, facts: Sequence[FactorFacts], alpha: float, seed: int) -> Task:
    """What an audit tried, as a task for others: the levels that its mining found included."""
    control = Environment.of({name: levels[0] for name, levels in chosen.levels.items()})
    levels = {fact.name: fact.levels for fact in facts if fact.measured and fact.levels}
    return Task(control, levels, alpha, seed)


class TrialData(msgspec.Struct, frozen=True):
    """The trials that a method asked for, as the lab sees them.

    ``index`` is the row of each trial.  The groups' codes are in the order of the rows.
    """

    rows: tuple[Row, ...]
    trials: TrialTable
    groups: tuple[ColumnGroup, ...]
    index: Mapping[PlannedTrial, int]

    def codes(self, group: ColumnGroup, levels: Changes) -> list[int]:
        """The known values of a group in the trials with exactly these levels."""
        rows = self.trials.rows_by_changes.get(levels, ())
        return [group.codes[row] for row in rows if group.codes[row] >= 0]

    def signals(self, effects: Sequence[Effect], routes: frozenset[str]) -> tuple[Signal, ...]:
        """Effects as signals of an audit: grouped, routing effects named as such."""
        return assemble_signals(
            effects,
            self.rows,
            self.trials,
            needles=lambda name, level: get_factor(name).needles(level),
            routes=routes,
        )


def make_effect(
    group: ColumnGroup, name: str, left: Changes, right: Changes, p: float = 0.0
) -> Effect:
    """That a factor does something to a group of columns, as the two sides show."""
    return Effect(
        group=group,
        cause=(name,),
        combinations=(right,),
        left=left,
        right=right,
        factor=name,
        disturbing=frozenset(),
        p_value=p,
        p_adjusted=p,
        replicates=0,
    )


class Oracle:
    """Trials of one client for one method; what the store already has is not run again."""

    def __init__(
        self, client: Client, chosen: Scope, store: SqliteStore, laboratory: TrialExecutor
    ) -> None:
        control = Environment.of({name: levels[0] for name, levels in chosen.levels.items()})
        self.chosen = chosen
        self.measurements = Measurements(client, control, store, laboratory)

    @property
    def trials(self) -> int:
        """How many trials the method has asked for, whoever ran them."""
        return len(self.measurements.stored)

    @property
    def spent_s(self) -> float:
        """What all of these took, one after another, whoever ran them."""
        return sum(trial.wall_s + trial.overhead_s for trial in self.measurements.stored.values())

    def measure(self, trials: Sequence[PlannedTrial]) -> TrialData:
        """Run trials, in this order, and read all that were asked for so far."""
        for _ in self.measurements.measure("screen", list(dict.fromkeys(trials)), lambda: False):
            pass
        if not self.measurements.stored:
            return TrialData((), TrialTable(self.measurements.control, ()), (), {})
        rows = self.measurements.build_rows(self.chosen.endpoint)
        environments = [row.environment for row in rows]
        found, _ = extract_columns(rows, self.chosen.canaries)
        return TrialData(
            tuple(rows),
            TrialTable(self.measurements.control, environments),
            tuple(group_columns(found)),
            {row.trial: at for at, row in enumerate(rows)},
        )


class Stopwatch:
    """An executor that measures how long callers wait for it, to separate trials from reasoning."""

    def __init__(self, laboratory: TrialExecutor) -> None:
        self.laboratory = laboratory
        self.waited_s = 0.0

    @property
    def jobs(self) -> int:
        """How many trials run at a time."""
        return self.laboratory.jobs

    def measure_all(
        self, trials: Iterable[tuple[PlannedTrial, Environment]]
    ) -> Iterator[tuple[PlannedTrial, TimedObservation]]:
        """Run trials, yielding each with its label as it ends."""
        inner = iter(self.laboratory.measure_all(trials))
        while True:
            started = time.monotonic()
            try:
                item = next(inner)
            except StopIteration:
                return
            finally:
                self.waited_s += time.monotonic() - started
            yield item
