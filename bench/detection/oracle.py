"""The oracle: trials for whoever asks, and what the lab's own eyes see in them.

A method asks for trials and gets a :class:`Reading`: rows of features, and groups of columns in
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
from lab.experiment.analysis import Row
from lab.experiment.columns.canaries import canary_columns
from lab.experiment.columns.column import Group, grouped
from lab.experiment.columns.extract import columns
from lab.experiment.confirm.effect import Effect
from lab.experiment.design.covering_array import Planned
from lab.experiment.scope import Scope
from lab.experiment.tabulate.signals import assemble
from lab.experiment.trials.contrasts import Combination, Trials
from lab.experiment.trials.measurements import Measurements, Measuring
from lab.factors.registry import factor
from lab.findings.report import FactorFacts, Signal
from lab.sandbox.sandbox import Measured
from lab.store import Store

__all__ = ["Oracle", "Reading", "Stopwatch", "Task", "effect", "task"]


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
    def singles(self) -> tuple[tuple[str, str], ...]:
        """Every level of every factor."""
        return tuple((name, level) for name in self.factors for level in self.levels[name])

    def environment(self, levels: Iterable[tuple[str, str]]) -> Environment:
        """The control environment with these levels."""
        return self.control.but(dict(levels))


def task(chosen: Scope, facts: Sequence[FactorFacts], alpha: float, seed: int) -> Task:
    """What an audit tried, as a task for others: the levels that its mining found included."""
    control = Environment.of({name: levels[0] for name, levels in chosen.levels.items()})
    levels = {fact.name: fact.levels for fact in facts if fact.measured and fact.levels}
    return Task(control, levels, alpha, seed)


class Reading(msgspec.Struct, frozen=True):
    """The trials that a method asked for, as the lab sees them.

    ``index`` is the row of each trial.  The groups' codes are in the order of the rows.
    """

    rows: tuple[Row, ...]
    trials: Trials
    groups: tuple[Group, ...]
    index: Mapping[Planned, int]

    def codes(self, group: Group, levels: Combination) -> list[int]:
        """The known values of a group in the trials with exactly these levels."""
        rows = self.trials.by_combination.get(levels, ())
        return [group.codes[row] for row in rows if group.codes[row] >= 0]

    def signals(self, effects: Sequence[Effect], routes: frozenset[str]) -> tuple[Signal, ...]:
        """Effects told as an audit would tell them: grouped, routing effects named as such."""
        return assemble(
            effects,
            self.rows,
            self.trials,
            needles=lambda name, level: factor(name).needles(level),
            routes=routes,
        )


def effect(
    group: Group, name: str, left: Combination, right: Combination, p: float = 0.0
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

    def __init__(self, client: Client, chosen: Scope, store: Store, laboratory: Measuring) -> None:
        control = Environment.of({name: levels[0] for name, levels in chosen.levels.items()})
        self.chosen = chosen
        self.measurements = Measurements(client, control, store, laboratory)

    @property
    def trials(self) -> int:
        """How many trials the method has asked for, whoever ran them."""
        return len(self.measurements.rows)

    @property
    def spent_s(self) -> float:
        """What all of these took, one after another, whoever ran them."""
        return sum(trial.wall_s + trial.overhead_s for trial in self.measurements.rows.values())

    def measure(self, trials: Sequence[Planned]) -> Reading:
        """Run trials, in this order, and read all that were asked for so far."""
        for _ in self.measurements.measure("screen", list(dict.fromkeys(trials)), lambda: False):
            pass
        if not self.measurements.rows:
            return Reading((), Trials(self.measurements.control, ()), (), {})
        rows = self.measurements.table(self.chosen.endpoint)
        environments = [row.environment for row in rows]
        numbers: dict[Environment, int] = {}
        same = [numbers.setdefault(environment, len(numbers)) for environment in environments]
        broken = frozenset(number for number, row in enumerate(rows) if row.broken)
        found, noise = columns([row.features for row in rows], same, broken)
        found += canary_columns(
            [{} if row.broken else row.features for row in rows],
            [environment.mapping for environment in environments],
            sorted({item.location for item in noise}, key=str),
            self.chosen.canaries,
        )
        return Reading(
            tuple(rows),
            Trials(self.measurements.control, environments),
            tuple(grouped(found)),
            {Planned(row.environment, row.replicate): at for at, row in enumerate(rows)},
        )


class Stopwatch:
    """A laboratory that notes how long others wait for it, so that thinking can be told apart."""

    def __init__(self, laboratory: Measuring) -> None:
        self.laboratory = laboratory
        self.waited_s = 0.0

    @property
    def jobs(self) -> int:
        """How many trials run at a time."""
        return self.laboratory.jobs

    def measure_all(
        self, trials: Iterable[tuple[Planned, Environment]]
    ) -> Iterator[tuple[Planned, Measured]]:
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
