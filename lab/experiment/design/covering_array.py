"""Which environments to try.

Three blocks, each in random order:

- *calibration*: replicates of the control, one of them first of all, and of one environment
  in which many factors are varied, to learn what is noise;
- *single levels*: every level of every factor alone, everything else at its control, where
  these are few; otherwise the array tells what levels do, and a few are tried alone later;
- *covering array*: every combination of levels of any ``strength`` factors occurs in at
  least one environment (covertable's greedy generator), so that an effect that needs two
  factors cannot hide.  Levels that cannot be together never are;
- *further levels*: such an array is at least as long as its two factors with most levels
  have pairs of them, so only the first levels of a factor are combined so strictly.  Each
  further one is tried several times, among random levels of the other factors.

Control replicates are strewn among the last three, so that drift is seen as noise.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence

import covertable
import msgspec

from lab.environment import Environment
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
"""With which every audit begins."""
_VARIED_REPLICATES = 3
_CONTROL_EVERY = 30
_MAX_SINGLES = 24
"""So many single levels cost less than finding out which of them are needed."""
_MAX_ARRAY_ROWS = 120
"""Of a covering array; what more levels than this has room for make it longer by, is not spent."""
_GROWTH_PER_FACTOR = 0.04
"""For each factor beyond two, a greedy array gets longer by this share, about."""
_MIN_COMBINED = 8
_TRIALS_PER_FURTHER_LEVEL = 3
"""Each further level is tried so many times."""

ForbiddenPair = tuple[tuple[str, str], tuple[str, str]]
"""Two levels, as (factor, level), that cannot be together."""


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
    """The design for factors with these levels, the control first in each, then by weight.

    No environment of it has two levels that are ``forbidden`` together.  Those that are to
    be tried alone (``single_only``) are left out of the array.
    ValueError if a factor has no level.
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
    most = (
        count_combined_levels([len(values) for values in together.values()])
        if strength > 1
        else None
    )
    strict = {name: values[:most] for name, values in together.items()}
    rows = [Environment.of(row) for row in _make_covering_rows(strict, strength, seed, forbidden)]
    if varied > 1 and most is not None:
        further = {name: values[most:] for name, values in together.items()}
        rows += map(Environment.of, _spread_further_levels(strict, further, chance, forbidden))
    array = [row for row in dict.fromkeys(rows) if row not in known]
    chance.shuffle(singles)
    chance.shuffle(array)
    crowded = max(array, key=lambda row: len(control.difference(row)), default=None)
    calibration = [PlannedTrial(control, n) for n in range(CONTROL_REPLICATES)]
    if crowded is not None:
        calibration += [PlannedTrial(crowded, n) for n in range(_VARIED_REPLICATES)]
        array.remove(crowded)
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

    ``counts`` are the numbers of levels of all factors.  As many as an array of ``_MAX_ARRAY_ROWS``
    has room for, and at least ``_MIN_COMBINED``.
    """
    longer = 1 + _GROWTH_PER_FACTOR * max(0, sum(count > 1 for count in counts) - 2)
    most = max(counts, default=1)
    while most > _MIN_COMBINED:
        first, second = sorted((1, 1, *(min(count, most) for count in counts)))[-2:]
        if first * second * longer <= _MAX_ARRAY_ROWS:
            break
        most -= 1
    return most


def _spread_further_levels(
    strict: Mapping[str, Sequence[str]],
    further: Mapping[str, Sequence[str]],
    chance: random.Random,
    forbidden: Sequence[ForbiddenPair],
) -> Iterator[Mapping[str, str]]:
    """Each of the ``further`` levels several times, among random ones of the other factors."""
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


def _make_covering_rows(
    levels: Mapping[str, Sequence[str]],
    strength: int,
    seed: int,
    forbidden: Sequence[ForbiddenPair],
) -> Sequence[Mapping[str, str]]:
    varied = {name: list(values) for name, values in levels.items() if len(values) > 1}
    fixed = {name: values[0] for name, values in levels.items() if len(values) == 1}
    if len(varied) < 2:
        return []
    constraints = [_forbid(pair) for pair in forbidden if all(name in varied for name, _ in pair)]
    rows = covertable.make(
        varied,
        strength=min(strength, len(varied)),
        salt=str(seed),
        constraints=constraints or None,
    )
    return [{**fixed, **row} for row in rows]


def _forbid(pair: ForbiddenPair) -> Mapping[str, object]:
    """That two levels are never together, as covertable reads it."""
    there = [{"operator": "eq", "left": name, "value": level} for name, level in pair]
    return {"operator": "not", "condition": {"operator": "and", "conditions": there}}
