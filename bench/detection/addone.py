"""Variations added one after another, as reprotest does: what a step changes is blamed on it.

reprotest, when it is asked which variation makes a build unreproducible, begins with the control,
adds one variation after another in random order, and blames the one after which the result
differs (``check_auto`` in its source).  It compares whole results, so it takes back what made a
difference, or nothing after it could be seen.  Here every feature is compared for itself, with
the step before, so all that was added is kept, and what acts only beside something else has a
chance to show.

It tries one value of a variation, and runs it once.  Here each step has replicates, and as many
rounds as the budget allows take other levels and another order.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from bench.detection.oracle import Oracle, Task, TrialData, make_effect
from lab.experiment.confirm.effect import Effect
from lab.experiment.trials.contrasts import Changes, Setting
from lab.experiment.trials.planned import PlannedTrial
from lab.factors.registry import find_conflict

__all__ = ["add_one_at_a_time", "plan_steps"]

_REPLICATES = 3
_AGREEING = 2
"""Replicates with a value that are required on either side of a step."""

_Step = tuple[str, Changes, Changes]
"""The factor that was added, and the levels before and after."""


def add_one_at_a_time(task: Task, oracle: Oracle, budget: int) -> tuple[TrialData, list[Effect]]:
    """Every factor at whose step no value of a column is one of the step before."""
    steps, trials = plan_steps(task, budget)
    reading = oracle.measure(trials)
    found: dict[tuple[int, str], Effect] = {}
    for group in reading.groups:
        for name, left, right in steps:
            before, after = reading.codes(group, left), reading.codes(group, right)
            enough = min(len(before), len(after)) >= _AGREEING
            if enough and set(before).isdisjoint(after):
                found.setdefault((id(group), name), make_effect(group, name, left, right))
    return reading, list(found.values())


def plan_steps(task: Task, budget: int) -> tuple[list[_Step], list[PlannedTrial]]:
    """The steps of as many rounds as the budget allows, and their trials."""
    trials = [PlannedTrial(task.control, number) for number in range(min(budget, _REPLICATES))]
    steps: list[_Step] = []
    known = {task.control}
    for step in _generate_steps(task):
        environment = task.environment(step[2])
        if environment not in known and len(trials) + _REPLICATES > budget:
            break
        steps.append(step)
        if environment not in known:
            known.add(environment)
            trials += [PlannedTrial(environment, number) for number in range(_REPLICATES)]
    return steps, trials


def _generate_steps(task: Task) -> Iterator[_Step]:
    """Round after round, until every level of every factor was tried as often as the others."""
    chance = random.Random(f"add one at a time {task.seed}")
    levels = {name: _cycle_shuffled(chance, task.levels[name]) for name in task.factors}
    most = max((len(values) for values in task.levels.values()), default=0)
    for _ in range(most * 100):
        added: dict[str, str] = {}
        for name in chance.sample(task.factors, len(task.factors)):
            level = next(levels[name])
            after = {**added, name: level}
            if find_conflict(task.environment(after.items())) is None:
                yield name, _make_changes(added), _make_changes(after)
                added = after


def _make_changes(levels: dict[str, str]) -> Changes:
    return frozenset(Setting(name, level) for name, level in levels.items())


def _cycle_shuffled(chance: random.Random, levels: Iterable[str]) -> Iterator[str]:
    """All levels in random order, again and again."""
    every = tuple(levels)
    while True:
        yield from chance.sample(every, len(every))
