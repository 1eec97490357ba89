"""Which environments to try.

Three blocks, each in random order:

- *calibration*: replicates of the control, one of them first of all, and of one environment
  in which many factors are varied, to learn what is noise;
- *single levels*: every level of every factor alone, everything else at its control;
- *covering array*: every combination of levels of any ``strength`` factors occurs in at
  least one environment (covertable's greedy generator), so that an effect that needs two
  factors cannot hide.

Control replicates are strewn among the last two, so that drift is seen as noise.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import covertable
import msgspec

from lab.environment import Environment

__all__ = ["Design", "Planned", "plan"]

_CONTROL_REPLICATES = 6
_VARIED_REPLICATES = 3
_STREWN_EVERY = 30


class Planned(msgspec.Struct, frozen=True, order=True):
    """A trial to run: an environment and the number of the replicate."""

    environment: Environment
    replicate: int = 0


class Design(msgspec.Struct, frozen=True):
    """The trials of the first two phases, in the order in which to run them."""

    control: Environment
    calibration: tuple[Planned, ...]
    singles: tuple[Planned, ...]
    array: tuple[Planned, ...]


def plan(levels: Mapping[str, Sequence[str]], *, strength: int, seed: int) -> Design:
    """The design for factors with these levels, the control first in each.

    ValueError if a factor has no level.
    """
    for name, values in levels.items():
        if not values:
            raise ValueError(f"the factor {name} has no level")
    control = Environment.of({name: values[0] for name, values in levels.items()})
    chance = random.Random(f"design {seed}")
    singles = [
        control.but({name: level}) for name, values in levels.items() for level in values[1:]
    ]
    known = {control, *singles}
    rows = [Environment.of(row) for row in _covering(levels, strength, seed)]
    array = [row for row in dict.fromkeys(rows) if row not in known]
    chance.shuffle(singles)
    chance.shuffle(array)
    varied = max(array, key=lambda row: len(control.difference(row)), default=None)
    calibration = [Planned(control, n) for n in range(_CONTROL_REPLICATES)]
    if varied is not None:
        calibration += [Planned(varied, n) for n in range(_VARIED_REPLICATES)]
        array.remove(varied)
    chance.shuffle(calibration)
    calibration.sort(key=lambda trial: trial != Planned(control))
    replicate = _CONTROL_REPLICATES
    blocks: list[list[Planned]] = []
    for block in (singles, array):
        trials: list[Planned] = []
        for index, environment in enumerate(block):
            if index % _STREWN_EVERY == _STREWN_EVERY - 1:
                trials.append(Planned(control, replicate))
                replicate += 1
            trials.append(Planned(environment))
        blocks.append(trials)
    return Design(control, tuple(calibration), tuple(blocks[0]), tuple(blocks[1]))


def _covering(
    levels: Mapping[str, Sequence[str]], strength: int, seed: int
) -> Sequence[Mapping[str, str]]:
    varied = {name: list(values) for name, values in levels.items() if len(values) > 1}
    fixed = {name: values[0] for name, values in levels.items() if len(values) == 1}
    if len(varied) < 2:
        return []
    rows = covertable.make(varied, strength=min(strength, len(varied)), salt=str(seed))
    return [{**fixed, **row} for row in rows]
