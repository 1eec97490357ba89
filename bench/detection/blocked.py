"""A permutation test per factor, in blocks, as AdFisher does for advertisements.

Trials run in blocks.  In each block a factor is at its control in one trial and treated in
another, everything else at its control; which is which is drawn at random, so under the null
hypothesis the two could as well be swapped, and the p-value is the share of all swaps that
separate them as cleanly (Datta, Tschantz and Datta, PETS 2015; blocks after Tschantz and others,
CSF 2015).  The treatment is one of the factor's levels, drawn at random.

AdFisher first trains a classifier, because an advertisement has no fixed location where it
could be compared, and spends half of its trials on that.  Here locations are known, so each is
tested for itself with all trials, and all of one host together in the classifier's stead
(:mod:`~bench.detection.together`), corrected over locations and factors (Holm, 1979): nothing has
to be spent on training.  All factors of a block share the trial of the control, too, which
halves what each costs.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np

from bench.detection.oracle import Oracle, Task, TrialData, make_effect
from bench.detection.together import join_groups, split_effect
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.multiple_testing import holm
from lab.experiment.trials.contrasts import Changes, Setting
from lab.experiment.trials.planned import PlannedTrial

__all__ = ["blocked_permutation_test", "plan_blocks", "swap_test_p"]

_MAX_EXACT_BLOCKS = 14
"""Up to so many blocks all swaps are counted, beyond it a random sample of them."""
_SAMPLE = 20_000

_Block = tuple[PlannedTrial, dict[str, PlannedTrial]]
"""The trial of the control, and that of each factor's treatment."""


def blocked_permutation_test(
    task: Task, oracle: Oracle, budget: int
) -> tuple[TrialData, list[Effect]]:
    """Every factor whose treatment differs from the control of its blocks."""
    blocks, trials = plan_blocks(task, budget)
    reading = oracle.measure(trials)
    together = join_groups(reading)
    tested: list[tuple[ColumnGroup, str, Changes, float]] = []
    for group in (*reading.groups, *together):
        for name in task.factors:
            pairs, levels = _find_pairs(reading, group, blocks, name)
            if levels:
                right = frozenset({Setting(name, levels.most_common(1)[0][0])})
                tested.append((group, name, right, swap_test_p(pairs, task.seed)))
    adjusted = holm([p for _, _, _, p in tested])
    found: dict[tuple[tuple[Column, ...], str], Effect] = {}
    for p, (group, name, right, _) in zip(adjusted, tested, strict=True):
        if p > task.alpha:
            continue
        if group in together:
            effects = list(split_effect(task, reading, group, name, p))
        else:
            effects = [make_effect(group, name, frozenset(), right, p)]
        for one in effects:
            found.setdefault((one.group.columns, name), one)
    return reading, list(found.values())


def plan_blocks(task: Task, budget: int) -> tuple[list[_Block], list[PlannedTrial]]:
    """As many blocks as the budget allows, and their trials, each block in random order."""
    chance = random.Random(f"blocked {task.seed}")
    replicates: Counter[Setting] = Counter()
    blocks: list[_Block] = []
    trials: list[PlannedTrial] = []
    for number in range(budget // (1 + len(task.factors))):
        treated = {}
        for name in task.factors:
            single = Setting(name, chance.choice(task.levels[name]))
            treated[name] = PlannedTrial(task.environment([single]), replicates[single])
            replicates[single] += 1
        control = PlannedTrial(task.control, number)
        blocks.append((control, treated))
        here = [control, *treated.values()]
        chance.shuffle(here)
        trials += here
    return blocks, trials


def _find_pairs(
    reading: TrialData, group: ColumnGroup, blocks: Sequence[_Block], name: str
) -> tuple[list[tuple[int, int]], Counter[str]]:
    """The values of control and treatment in each block, and the levels that differ from it."""
    pairs = []
    levels: Counter[str] = Counter()
    for control, treated in blocks:
        trial = treated[name]
        pair = group.codes[reading.index[control]], group.codes[reading.index[trial]]
        if min(pair) >= 0:
            pairs.append(pair)
            if pair[0] != pair[1]:
                levels[trial.environment[name]] += 1
    return pairs, levels


def swap_test_p(pairs: Sequence[tuple[int, int]], seed: int) -> float:
    """The share of all swaps within pairs that separate the sides as cleanly as they are.

    The statistic is that of the lab's own test: the energy distance with the discrete metric.
    Exact where the pairs are few, else (b + 1) / (n + 1) of a sample (Phipson and Smyth, 2010).
    """
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    if not differing:
        return 1.0
    values = {value: at for at, value in enumerate(sorted({v for pair in differing for v in pair}))}
    steps = np.zeros((len(differing), len(values)))
    for row, (left, right) in enumerate(differing):
        steps[row, values[left]] -= 1
        steps[row, values[right]] += 1
    observed = float((steps.sum(axis=0) ** 2).sum())
    if len(differing) <= _MAX_EXACT_BLOCKS:
        bits = np.arange(2 ** len(differing))[:, None] >> np.arange(len(differing))
        signs = 1.0 - 2.0 * (bits & 1)
        return float(np.mean(((signs @ steps) ** 2).sum(axis=1) >= observed))
    chance = np.random.default_rng(seed)
    signs = chance.choice((-1.0, 1.0), size=(_SAMPLE, len(differing)))
    extreme = int((((signs @ steps) ** 2).sum(axis=1) >= observed).sum())
    return (extreme + 1) / (_SAMPLE + 1)
