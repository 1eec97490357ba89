"""One factor at a time, with replicates: the control, and every single level.

So AGRIGENTO looks for what a phone's identity does to an app's traffic: some runs without a
change teach what differs anyway, then one source at a time is changed (Continella and others,
NDSS 2017).  It calls whatever the runs without a change never showed a leak; here an exact test
decides, which is kinder to its precision.

Of n trials, the share of the control is that of Dunnett (1955) for comparisons with one control:
the square root of the number of levels for each replicate of one level.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from bench.detection.oracle import Oracle, Task, TrialData, make_effect
from bench.detection.together import join_groups, split_effect
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.multiple_testing import holm
from lab.experiment.confirm.permutation import permutation_p_value
from lab.experiment.trials.contrasts import Changes, Setting
from lab.experiment.trials.planned import PlannedTrial

__all__ = ["one_factor_at_a_time", "plan_trials"]

_MIN_CONTROLS = 3
_TRIALS_PER_FACTOR = 6
_CONTROL: Changes = frozenset()


def one_factor_at_a_time(task: Task, oracle: Oracle, budget: int) -> tuple[TrialData, list[Effect]]:
    """Every factor whose levels, each or all together, differ from the control."""
    reading = oracle.measure(plan_trials(task, budget))
    together = join_groups(reading)
    tested = [
        one
        for group in (*reading.groups, *together)
        for one in _list_hypotheses(task, reading, group)
    ]
    adjusted = holm([p for _, _, _, p in tested])
    found: dict[tuple[tuple[Column, ...], str], Effect] = {}
    ranked = sorted(zip(adjusted, tested, strict=True), key=lambda each: each[0])
    for p, (group, name, right, _) in ranked:
        if p > task.alpha:
            break
        if group in together:
            effects = list(split_effect(task, reading, group, name, p))
        else:
            effects = [make_effect(group, name, _CONTROL, right, p)]
        for one in effects:
            found.setdefault((one.group.columns, name), one)
    return reading, list(found.values())


def plan_trials(task: Task, budget: int) -> list[PlannedTrial]:
    """The trials that a budget allows, in random order.

    First every factor gets a few trials, one of each in turn, so that one with few levels is
    tested as well as others; then every level gets as many as the others, as far as there is
    room.
    """
    chance = random.Random(f"one factor at a time {task.seed}")
    controls = max(_MIN_CONTROLS, round(budget / (1 + math.sqrt(len(task.singles) or 1))))
    trials = [PlannedTrial(task.control, number) for number in range(min(budget, controls))]
    queues = [chance.sample([Setting(name, level) for level in levels], len(levels))
              for name, levels in sorted(task.levels.items())]  # fmt: skip
    chance.shuffle(queues)
    every = [single for turn in zip_longest(*queues) for single in turn if single is not None]
    first = [queue[turn % len(queue)] for turn in range(_TRIALS_PER_FACTOR) for queue in queues]
    counts: Counter[Setting] = Counter()
    while len(trials) < budget and every:
        number = counts.total()
        single = first[number] if number < len(first) else min(every, key=counts.__getitem__)
        trials.append(PlannedTrial(task.environment([single]), counts[single]))
        counts[single] += 1
    chance.shuffle(trials)
    return trials


def _list_hypotheses(
    task: Task, reading: TrialData, group: ColumnGroup
) -> Iterator[tuple[ColumnGroup, str, Changes, float]]:
    """Each level against the control, and all levels of a factor together.

    Where both sides are one and the same value throughout, there is nothing to test: this does
    not depend on which trial was on which side, so leaving it out of the correction is fair.
    """
    control = reading.codes(group, _CONTROL)
    for name in task.factors:
        together: list[int] = []
        unusual: list[tuple[int, Changes]] = []
        for level in task.levels[name]:
            right: Changes = frozenset({Setting(name, level)})
            here = reading.codes(group, right)
            if not here or not control:
                continue
            together += here
            unusual.append((sum(code not in control for code in here), right))
            if len({*here, *control}) > 1:
                yield group, name, right, permutation_p_value(control, here)
        if len(unusual) > 1 and len({*together, *control}) > 1:
            shown = max(unusual, key=lambda each: each[0])[1]
            yield group, name, shown, permutation_p_value(control, together)
