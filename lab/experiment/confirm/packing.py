"""Packs replicates of many minimal pairs into as few trials as is_possible.

An effect is tested by trials of both sides of its minimal pair.  Levels without an effect on its
columns do not disturb it, so one trial can be a replicate of many pairs at once: each trial is
packed with sides of as many effects as are compatible (a factorial design in the sense of Fisher,
1926, reduced to the sides that are needed).  Which sides share a trial is drawn at random for each
trial, so that no side always occurs together with another.
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
"""Limit of trials per side for a feature that occurs in few trials."""


class _Side(msgspec.Struct, frozen=True):
    """One side of a pair, and the settings that a trial of it must not have."""

    levels: Changes
    cause: tuple[str, ...]
    disturbing: frozenset[Setting]
    excluded: frozenset[Setting] | None = None
    same_round: bool = False
    """Whether earlier trials do not count, because both sides must run in the same round."""

    def matches(self, trial: Changes) -> bool:
        """Whether a trial belongs to this side."""
        return is_replicate(trial, self.levels, self.cause, self.disturbing, self.excluded)


def pack_replicates(
    effects: Sequence[Effect],
    done: Sequence[Changes],
    count_needed: Callable[[Effect], int],
    *,
    seed: str,
    max_trials: int | None = None,
    is_possible: Callable[[Changes], bool] = lambda _: True,
) -> list[Changes]:
    """Return the changes of further trials, in random order, so that each side has its replicates.

    The sides of an interaction include its single levels, so that fresh trials also test that
    none of them suffices alone.

    Args:
        effects: The effects to test.
        done: The changes of the fresh trials of this block so far.
        count_needed: How many trials of each side an effect needs; for a shift, how many more.
        seed: The seed of the random order.
        max_trials: Limit of trials, None for no limit.  Effects that are least likely to be due to
            chance come first, and the others are left out: a few decided hypotheses are worth
            more than many undecided ones.
        is_possible: Whether a machine can have these levels together.
    """
    wanted: dict[_Side, int] = {}
    ordered = sorted(effects, key=_priority_key)
    for effect in ordered:
        for side in _list_sides(effect):
            wanted[side] = max(wanted.get(side, 0), count_needed(effect))
    trials = _pack_sides(_count_missing(wanted, done), random.Random(seed), is_possible)
    if max_trials is None or len(trials) <= max_trials:
        return trials
    if len(ordered) == 1:
        return []
    # Fewer effects, until they fit.
    fewer = ordered[: max(1, len(ordered) * 3 // 4)]
    return pack_replicates(
        fewer, done, count_needed, seed=seed, max_trials=max_trials, is_possible=is_possible
    )


def _priority_key(effect: Effect) -> tuple[object, ...]:
    """Sort effects that are least likely to be due to chance first."""
    return len(effect.cause), -len(effect.combinations), -len(effect.group.columns), effect.cause


def _list_sides(effect: Effect) -> list[_Side]:
    sides = [effect.left, effect.right]
    if len(effect.right) > 1:
        # Sorted: the order of a set depends on the process, and an audit must be resumable.
        sides += [effect.right - {level} for level in sorted(effect.right)]
    same_round = effect.shift is not None
    return [
        _Side(
            levels,
            effect.cause,
            effect.disturbing,
            effect.excluded if levels == effect.left else None,
            same_round,
        )
        for levels in dict.fromkeys(sides)
    ]


def scale_replicates(effect: Effect, replicates: int) -> int:
    """Return how many trials per side give so many replicates of a feature that comes and goes."""
    known = sum(code >= 0 for code in effect.group.codes) / len(effect.group.codes)
    scale = (1.5 - known / 2) / max(known, 0.01)
    return min(_MAX_REPLICATES, math.ceil(replicates * scale))


def _count_missing(wanted: Mapping[_Side, int], done: Sequence[Changes]) -> dict[_Side, int]:
    missing = {}
    for side, count in wanted.items():
        ran = 0 if side.same_round else sum(map(side.matches, done))
        if ran < count:
            missing[side] = count - ran
    return missing


def _pack_sides(
    missing: dict[_Side, int], chance: random.Random, is_possible: Callable[[Changes], bool]
) -> list[Changes]:
    trials = []
    while missing:
        drawn = {side: count * chance.random() for side, count in missing.items()}
        sides = sorted(missing, key=lambda side: -drawn[side])
        levels: dict[str, str | None] = {}
        banned: set[Setting] = set()
        for side in sides:
            _add_side(side, levels, banned, is_possible)
        trial = frozenset(
            Setting(name, level) for name, level in levels.items() if level is not None
        )
        tested = [side for side in missing if side.matches(trial)]
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
    is_possible: Callable[[Changes], bool],
) -> bool:
    """Let the trial belong to this side too, if its levels so far allow it.

    ``levels`` has the level of each decided factor, None for its control.
    """
    wanted: dict[str, str | None] = {**dict.fromkeys(side.cause), **dict(side.levels)}
    if any(name in levels and levels[name] != level for name, level in wanted.items()):
        return False
    here = {Setting(name, level) for name, level in levels.items() if level is not None}
    if not side.disturbing.isdisjoint(here) or not banned.isdisjoint(side.levels):
        return False
    if not is_possible(frozenset(here | side.levels)):
        return False
    levels.update(wanted)
    banned |= side.disturbing
    return True
