"""Plans the trials of the first phases.

Four blocks, each in random order:

- *calibration*: replicates of the control, one of them first of all, and of one environment in
  which many factors are varied, to learn what is noise;
- *single levels*: every level of every factor alone, everything else at its control, where there
  are few levels; otherwise their effects are estimated from the array and a few are tried later;
- *covering array*: every combination of levels of any ``strength`` factors occurs in at least one
  environment (:mod:`lab.experiment.design.array_rows`), so that an effect that needs two factors is
  not missed.  Levels that exclude each other are never combined;
- *further levels*: an array is at least as long as the product of the two largest numbers of
  levels.  Where it would be too long, only the first levels of a factor are combined so strictly;
  each further level is tried several times, among random levels of the other factors, and the room
  that is left is used for as many combinations as fit.

Which combinations really ran is counted later (:mod:`lab.experiment.design.coverage`).

Control replicates are interleaved with the blocks after calibration, so that drift is classified
as noise.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.design.array_rows import build_rows
from lab.experiment.design.combination_space import CombinationSpace, ForbiddenPair
from lab.experiment.trials.contrasts import Setting
from lab.experiment.trials.planned import PlannedTrial

__all__ = [
    "CONTROL_REPLICATES",
    "Design",
    "ForbiddenPair",
    "count_combined_levels",
    "plan",
]

CONTROL_REPLICATES = 6
"""Replicates of the control with which every audit begins."""
_VARIED_REPLICATES = 3
_CONTROL_EVERY = 30
_MAX_SINGLES = 24
"""With at most so many levels, trying all alone costs less than choosing among them."""
_MAX_ROWS = {2: 240, 3: 1500}
"""The length to which an array of all combinations may grow, by strength."""
_MAX_STRICT_ROWS = 120
"""In a longer one, the length to which the number of strictly combined levels is fitted."""
_GROWTH_PER_FACTOR = 0.04
"""A greedy array grows by about this share for each factor beyond two."""
_MIN_COMBINED = 8
_TRIALS_PER_FURTHER_LEVEL = 3
"""Trials of each further level."""

_MAX_LEVELS = 500
"""With more levels in all, combinations of three are too many to be searched one by one."""


class Design(msgspec.Struct, frozen=True):
    """The trials of the first two phases, in the order in which to run them."""

    control: Environment
    calibration: tuple[PlannedTrial, ...]
    singles: tuple[PlannedTrial, ...]
    array: tuple[PlannedTrial, ...]


def plan(
    levels: Mapping[str, Sequence[str]],
    *,
    strength: int,
    seed: int,
    forbidden: Sequence[ForbiddenPair] = (),
    single_only: Collection[Setting] = (),
) -> Design:
    """Plan the trials for factors with these levels.

    Args:
        levels: By factor, the control first, then the other levels by importance.
        strength: Any so many factors have every combination of their levels in some trial.
        seed: Decides the order and the random levels.
        forbidden: Pairs of levels that no environment has together.
        single_only: Settings that are tried alone and not combined with others.

    Raises:
        ValueError: If a factor has no level.
    """
    for name, values in levels.items():
        if not values:
            raise ValueError(f"the factor {name} has no level")
    control = Environment.of({name: values[0] for name, values in levels.items()})
    chance = random.Random(f"design {seed}")
    every = [Setting(name, level) for name, values in levels.items() for level in values[1:]]
    varied = sum(len(values) > 1 for values in levels.values())
    few = len(every) <= _MAX_SINGLES or varied < 2 or strength < 2
    singles = [
        control.but({name: level}) for name, level in every if few or (name, level) in single_only
    ]
    known = {control, *singles}
    together = {
        name: [level for level in values if (name, level) not in single_only]
        for name, values in levels.items()
    }
    space = CombinationSpace(together, strength, forbidden)
    rows = [Environment.of(row) for row in _make_rows(space, seed, chance)]
    array = [row for row in dict.fromkeys(rows) if row not in known]
    chance.shuffle(singles)
    chance.shuffle(array)
    varied_most = max(array, key=lambda row: len(control.difference(row)), default=None)
    calibration = [PlannedTrial(control, n) for n in range(CONTROL_REPLICATES)]
    if varied_most is not None:
        calibration += [PlannedTrial(varied_most, n) for n in range(_VARIED_REPLICATES)]
        array.remove(varied_most)
    chance.shuffle(calibration)
    calibration.sort(key=lambda trial: trial != PlannedTrial(control))
    replicate = CONTROL_REPLICATES
    blocks: list[list[PlannedTrial]] = []
    for block in (singles, array):
        trials: list[PlannedTrial] = []
        for index, environment in enumerate(block):
            if index % _CONTROL_EVERY == _CONTROL_EVERY - 1:
                trials.append(PlannedTrial(control, replicate))
                replicate += 1
            trials.append(PlannedTrial(environment))
        blocks.append(trials)
    return Design(control, tuple(calibration), tuple(blocks[0]), tuple(blocks[1]))


def count_combined_levels(counts: Sequence[int]) -> int:
    """How many levels of a factor, its control included, are combined strictly.

    Args:
        counts: The number of levels of each factor.

    Returns:
        As many as ``_MAX_STRICT_ROWS`` rows have room for, and at least ``_MIN_COMBINED``.
    """
    longer = 1 + _GROWTH_PER_FACTOR * max(0, sum(count > 1 for count in counts) - 2)
    most = max(counts, default=1)
    while most > _MIN_COMBINED:
        first, second = sorted((1, 1, *(min(count, most) for count in counts)))[-2:]
        if first * second * longer <= _MAX_STRICT_ROWS:
            break
        most -= 1
    return most


def _make_rows(
    space: CombinationSpace, seed: int, chance: random.Random
) -> list[Mapping[str, str]]:
    """The rows of the covering array, and of the further levels where it would be too long."""
    if len(space.varied) < 2:
        return []
    limit = _MAX_ROWS.get(space.size)
    shortest = math.prod(sorted(map(len, space.varied.values()))[-space.size :])
    if limit is None or shortest <= limit:
        every = space.mark_admissible()
        rows = build_rows(space, every, seed=f"array {seed}", most=limit and limit + 1)
        if limit is None or len(rows) <= limit:
            return rows
    most = count_combined_levels([len(values) for values in space.levels.values()])
    strict = {name: values[:most] for name, values in space.levels.items()}
    further = {name: values[most:] for name, values in space.levels.items()}
    first = CombinationSpace(strict, space.strength, space.forbidden)
    rows = build_rows(first, first.mark_admissible(), seed=f"array {seed}", most=limit)
    rows += _spread_further_levels(strict, further, chance, space.forbidden)
    if space.size < 3 or sum(map(len, space.varied.values())) <= _MAX_LEVELS:
        covered = space.mark_covered(map(Environment.of, rows))
        left = {names: ~mask for names, mask in covered.items()}
        rows += build_rows(space, left, seed=f"rest {seed}", most=max(0, limit - len(rows)))
    return rows


def _spread_further_levels(
    strict: Mapping[str, Sequence[str]],
    further: Mapping[str, Sequence[str]],
    chance: random.Random,
    forbidden: Sequence[ForbiddenPair],
) -> Iterator[Mapping[str, str]]:
    """Rows with each further level several times, among random levels of the other factors."""
    bans = [frozenset(pair) for pair in forbidden]

    def possible(row: Mapping[str, str], name: str, level: str) -> bool:
        here = frozenset((*row.items(), (name, level)))
        return not any(ban <= here for ban in bans)

    left = {
        name: [
            level
            for _ in range(_TRIALS_PER_FURTHER_LEVEL)
            for level in chance.sample(values, len(values))
        ]
        for name, values in further.items()
    }
    while any(left.values()):
        row: dict[str, str] = {}
        for name in sorted(left, key=lambda name: -len(left[name])):
            if left[name] and possible(row, name, left[name][-1]):
                row[name] = left[name].pop()
        for name in chance.sample(sorted(strict), len(strict)):
            if name not in row:
                fitting = [level for level in strict[name] if possible(row, name, level)]
                row[name] = chance.choice(fitting or strict[name][:1])
        yield row
