"""An effect to be tested, and which fresh trials test it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from lab.experiment.columns.column import ColumnGroup
from lab.experiment.confirm.distribution_shifts import Shift
from lab.experiment.isolate.main_effects import Setting
from lab.experiment.trials.contrasts import Changes, TrialTable

__all__ = ["FRESH", "ROUND", "Effect", "block_of", "is_replicate", "split_rounds", "split_sides"]

FRESH = 1000
"""Replicates numbered from here were run to confirm, and are the only ones tested.

The first block of them has the numbers from here, the second those from twice here, ….
"""
ROUND = 100
"""Within a block the first round has the numbers from its start, the second those from here on."""


class Effect(msgspec.Struct, frozen=True):
    """One group of columns, one cause of it, and the minimal pair that tests it.

    ``left`` and ``right`` are combinations of levels against the control that differ in
    ``factor``.  ``disturbing`` are the levels that do something to these columns in another
    way: only trials without them test this effect.  ``replicates`` is the smaller number of
    fresh trials of the two sides, in the one ``block`` of trials that has the most of both.
    ``shift`` is there where the effect is on a distribution, not on a value; it was looked at
    ``looks`` times.
    """

    group: ColumnGroup
    cause: tuple[str, ...]
    combinations: tuple[Changes, ...]
    left: Changes
    right: Changes
    factor: str
    disturbing: frozenset[Setting]
    p_value: float = 1.0
    p_adjusted: float = 1.0
    replicates: int = 0
    block: int = -1
    shift: Shift | None = None
    looks: int = 0

    @property
    def never(self) -> frozenset[Setting] | None:
        """Of the left side, what it must not have where another idle level does as well."""
        return self.right if len(self.cause) == 1 and self.shift is None else None

    def trials_of(self, side: Changes, trials: TrialTable) -> list[int]:
        """The rows of one side, those with the fewest other levels first."""
        chosen = [
            combination
            for combination in trials.by_combination
            if is_replicate(combination, side, self.cause, self.disturbing)
        ]
        chosen.sort(key=len)
        return [row for combination in chosen for row in trials.by_combination[combination]]

    def tested(self, p_value: float, replicates: int, *, block: int = -1, looks: int = 0) -> Effect:
        """The same with what fresh trials say, before correction."""
        return msgspec.structs.replace(
            self, p_value=p_value, replicates=replicates, block=block, looks=looks
        )


def block_of(replicate: int) -> int:
    """The block of fresh trials that a replicate belongs to; -1 for any other trial."""
    return replicate // FRESH - 1


def is_replicate(
    trial: Changes,
    side: Changes,
    cause: Sequence[str],
    disturbing: frozenset[Setting],
    never: frozenset[Setting] | None = None,
) -> bool:
    """Whether a trial with these levels is one of this side of an effect's minimal pair.

    It has the side's levels in the factors of the cause, and whatever does nothing to these
    columns in the others.  Where ``never`` says what it must not have, any other level of the
    cause that does nothing is as good as the control.
    """
    if not side <= trial or not trial.isdisjoint(disturbing):
        return False
    if never is not None:
        return trial.isdisjoint(never)
    return all(level in side for level in trial if level[0] in cause)


def split_sides(
    effect: Effect, fresh: Iterable[tuple[int, Changes, int]]
) -> tuple[list[int], list[int], int]:
    """What fresh trials of both sides showed, in the one block that has the most of both.

    ``fresh`` has each fresh trial's row, levels and number.  Of one block alone, because what
    changed between two would pass for an effect.
    """
    found = _split_by_number(effect, fresh, FRESH)
    best = max(found, key=lambda number: (min(map(len, found[number])), -number), default=0)
    before, after = found[best] if found else ([], [])
    return before, after, best - 1


def split_rounds(
    effect: Effect, fresh: Iterable[tuple[int, Changes, int]]
) -> list[tuple[list[int], list[int]]]:
    """The same by rounds, of which the trials ran in random order, where there are both sides."""
    found = _split_by_number(effect, fresh, ROUND)
    return [(before, after) for before, after in found.values() if before and after]


def _split_by_number(
    effect: Effect, fresh: Iterable[tuple[int, Changes, int]], size: int
) -> dict[int, tuple[list[int], list[int]]]:
    found: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row, levels, replicate in fresh:
        if effect.group.codes[row] < 0:
            continue
        for number, side in enumerate((effect.left, effect.right)):
            never = effect.never if not number else None
            if is_replicate(levels, side, effect.cause, effect.disturbing, never):
                found[replicate // size][number].append(effect.group.codes[row])
    return found
