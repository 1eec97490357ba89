"""Which fresh trials test all effects together, as few as can be.

An effect is tested by trials of both sides of its minimal pair.  Levels that do nothing to
its columns do not disturb it, so one trial can be a replicate of many pairs at once: each
trial is packed with sides of as many effects as get along (a factorial design in the sense
of Fisher, 1926, thinned out to what is asked).  Which sides meet is drawn at random anew for
each trial, so that nothing else goes with a side throughout.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence

import msgspec

from lab.experiment.confirm.effect import Effect, is_replicate
from lab.experiment.trials.contrasts import Changes, Setting

__all__ = ["pack_replicates", "scale_replicates"]

_MAX_REPLICATES = 24
"""Replicates of one side, of a feature that occurs in few trials."""


class _Side(msgspec.Struct, frozen=True):
    """One side of a pair, and what must not be in a trial of it."""

    levels: Changes
    cause: tuple[str, ...]
    disturbing: frozenset[Setting]
    never: frozenset[Setting] | None = None
    anew: bool = False
    """Earlier trials do not count: both sides are to run in the same round."""

    def has(self, trial: Changes) -> bool:
        """Whether a trial is one of this side."""
        return is_replicate(trial, self.levels, self.cause, self.disturbing, self.never)


def pack_replicates(
    effects: Sequence[Effect],
    done: Sequence[Changes],
    count: Callable[[Effect], int],
    *,
    seed: str,
    room: int | None = None,
    possible: Callable[[Changes], bool] = lambda _: True,
) -> list[Changes]:
    """The levels of further trials, in random order, so that each side has its replicates.

    For an interaction the sides include its single levels, so that the claim that none
    suffices alone stands on fresh trials too.  ``done`` are the fresh trials of this block
    so far, ``count`` says how many an effect needs of each side, for a shift how many more.
    Where there is ``room`` for so many trials only, the effects that chance is least likely to
    have made come first and the rest are left out: a few that are decided are worth more than
    many that are not.
    ``possible`` says of levels whether a machine can have them together.
    """
    wanted: dict[_Side, int] = {}
    ordered = sorted(effects, key=_priority_key)
    for effect in ordered:
        for side in _list_sides(effect):
            wanted[side] = max(wanted.get(side, 0), count(effect))
    trials = _pack_sides(_count_missing(wanted, done), random.Random(seed), possible)
    if room is None or len(trials) <= room:
        return trials
    if len(ordered) == 1:
        return []
    # Fewer effects, until they fit.
    fewer = ordered[: max(1, len(ordered) * 3 // 4)]
    return pack_replicates(fewer, done, count, seed=seed, room=room, possible=possible)


def _priority_key(effect: Effect) -> tuple[object, ...]:
    """Effects that chance is least likely to have made come first."""
    return len(effect.cause), -len(effect.combinations), -len(effect.group.columns), effect.cause


def _list_sides(effect: Effect) -> list[_Side]:
    sides = [effect.left, effect.right]
    if len(effect.right) > 1:
        sides += [effect.right - {level} for level in effect.right]
    anew = effect.shift is not None
    return [
        _Side(
            levels,
            effect.cause,
            effect.disturbing,
            effect.never if levels == effect.left else None,
            anew,
        )
        for levels in dict.fromkeys(sides)
    ]


def scale_replicates(effect: Effect, replicates: int) -> int:
    """How many trials a side so many replicates take, of a feature that occurs only in some."""
    known = sum(code >= 0 for code in effect.group.codes) / len(effect.group.codes)
    scale = (1.5 - known / 2) / max(known, 0.01)
    return min(_MAX_REPLICATES, math.ceil(replicates * scale))


def _count_missing(wanted: Mapping[_Side, int], done: Sequence[Changes]) -> dict[_Side, int]:
    missing = {}
    for side, count in wanted.items():
        ran = 0 if side.anew else sum(map(side.has, done))
        if ran < count:
            missing[side] = count - ran
    return missing


def _pack_sides(
    missing: dict[_Side, int], chance: random.Random, possible: Callable[[Changes], bool]
) -> list[Changes]:
    trials = []
    while missing:
        drawn = {side: count * chance.random() for side, count in missing.items()}
        sides = sorted(missing, key=lambda side: -drawn[side])
        levels: dict[str, str | None] = {}
        banned: set[Setting] = set()
        for side in sides:
            _add_side(side, levels, banned, possible)
        trial = frozenset(
            Setting(name, level) for name, level in levels.items() if level is not None
        )
        tested = [side for side in missing if side.has(trial)]
        if not tested:
            del missing[sides[0]]  # no trial can have it
            continue
        trials.append(trial)
        for side in tested:
            missing[side] -= 1
            if not missing[side]:
                del missing[side]
    chance.shuffle(trials)
    return trials


def _add_side(
    side: _Side,
    levels: dict[str, str | None],
    banned: set[Setting],
    possible: Callable[[Changes], bool],
) -> bool:
    """Let the trial be one of this side, too, if what it already is leaves that open.

    ``levels`` has what is decided for a factor, None for its control.
    """
    wanted: dict[str, str | None] = {**dict.fromkeys(side.cause), **dict(side.levels)}
    if any(name in levels and levels[name] != level for name, level in wanted.items()):
        return False
    here = {Setting(name, level) for name, level in levels.items() if level is not None}
    if not side.disturbing.isdisjoint(here) or not banned.isdisjoint(side.levels):
        return False
    if not possible(frozenset(here | side.levels)):
        return False
    levels.update(wanted)
    banned |= side.disturbing
    return True
