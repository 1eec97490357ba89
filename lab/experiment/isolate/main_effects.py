"""Effects of single levels, estimated from trials in which many factors vary at once.

In a covering array every level occurs in a dozen trials or more, each time among other levels.  If
a level has an effect by itself, nearly all of its trials show one unusual value, wherever no other
effect disturbs them.  Main effects are therefore estimated one factor at a time, the one that
explains most first, each time only from trials without any effect found so far (stepwise, as in a
decision list: Rivest, 1987).

An estimate can be wrong: a level whose trials all happen to share another level looks the same.
So a few levels of each factor are *checked* by trials of the level alone; where a check fails,
every level of the factor is checked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec

from lab.experiment.trials.contrasts import Setting

__all__ = ["MainEffects", "estimate_main_effects"]

_MIN_TRIALS = 2
_MIN_SHARE = 0.75
"""The share of a level's undisturbed trials that must show the value it is estimated to cause."""
_CHECKS_PER_FACTOR = 2
"""Levels of a factor that are checked; all of them if at most one more has an effect."""
_MIN_EXPLAINED = 12
"""With fewer explained trials, nothing is concluded from the array about further factors."""
_MIN_KNOWN_SHARE = 0.25
"""Where fewer of the array's trials have a value, checks of single levels seldom have one."""


class MainEffects(msgspec.Struct, frozen=True):
    """The effects of single settings.

    Attributes:
        values: The code that each setting shows alone, known or estimated.
        unchecked: The settings to try alone.
    """

    values: Mapping[Setting, int]
    unchecked: tuple[Setting, ...] = ()


def estimate_main_effects(
    rows: Sequence[tuple[frozenset[Setting], int]],
    usual: int,
    checked: Mapping[Setting, int],
    levels: Mapping[str, Sequence[str]],
    known_share: float = 1.0,
) -> MainEffects:
    """Estimate the effects of single levels on one column.

    Args:
        rows: The changes and the code of each trial whose value is known.
        usual: The code of the usual value.
        checked: The code of each setting that was tried alone, usual or not.
        levels: All levels that are varied, by factor.
        known_share: The share of the array's trials whose value is known.
    """
    active = {level: value for level, value in checked.items() if value != usual}
    idle = {level for level, value in checked.items() if value == usual}
    unchecked: dict[Setting, None] = {}
    while True:
        quiet = [(row, code) for row, code in rows if row.isdisjoint(active)]
        if sum(code != usual for _, code in quiet) < _MIN_TRIALS:
            break
        found = _find_strongest_factor(quiet, usual, idle)
        if found is None:
            break
        active.update(found)
        name = next(iter(found))[0]
        unchecked.update(dict.fromkeys(_choose_checks(name, found, checked, usual)))
    explained = sum(_is_explained(row, code, usual, active) for row, code in rows)
    if explained < _MIN_EXPLAINED and known_share >= _MIN_KNOWN_SHARE:
        # So many effects meet in this column that the array hides those of single levels.
        for name, values in levels.items():
            known = [value for value in values if Setting(name, value) in checked]
            acts = any(checked[Setting(name, value)] != usual for value in known)
            ends = (values[0], values[-1])[: max(0, _CHECKS_PER_FACTOR - len(known))]
            unchecked.update((Setting(name, value), None) for value in (values if acts else ends))
    return MainEffects(active, tuple(level for level in unchecked if level not in checked))


def _is_explained(
    row: frozenset[Setting], code: int, usual: int, active: Mapping[Setting, int]
) -> bool:
    """Whether a trial has the value of its one active setting, or the usual value without one."""
    here = [active[level] for level in row if level in active]
    return code == (here[0] if here else usual) if len(here) < 2 else False


def _find_strongest_factor(
    quiet: Sequence[tuple[frozenset[Setting], int]], usual: int, idle: Collection[Setting]
) -> dict[Setting, int] | None:
    """The effects of the levels of the factor that explains most unusual values."""
    seen: dict[Setting, Counter[int]] = defaultdict(Counter)
    for row, code in quiet:
        for level in row:
            seen[level][code] += 1
    explained: Counter[str] = Counter()
    effects: dict[str, dict[Setting, int]] = defaultdict(dict)
    for level in sorted(seen):
        if level in idle:
            continue
        counts = seen[level]
        value, count = max(counts.items(), key=lambda item: (item[1], -item[0]))
        if value != usual and count >= _MIN_TRIALS and count >= _MIN_SHARE * counts.total():
            effects[level.factor][level] = value
            explained[level.factor] += count - 2 * (counts.total() - count)
    if not effects:
        return None
    best = max(sorted(effects), key=lambda name: (explained[name], len(effects[name])))
    return effects[best] if explained[best] > 0 else None


def _choose_checks(
    name: str, found: Mapping[Setting, int], checked: Mapping[Setting, int], usual: int
) -> list[Setting]:
    """The levels of a factor to try alone: a few, or all where a check has failed."""
    refuted = any(level.factor == name and value == usual for level, value in checked.items())
    levels = sorted(found)
    if refuted or len(levels) <= _CHECKS_PER_FACTOR + 1:
        return levels
    known = sum(level.factor == name for level in checked)
    return levels[: max(0, _CHECKS_PER_FACTOR - known)]
