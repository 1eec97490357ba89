"""An effect to be tested, and which fresh trials test it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec

from lab.experiment.columns.column import ColumnGroup
from lab.experiment.confirm.distribution_shifts import Shift
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable
from lab.experiment.trials.planned import PlannedTrial

__all__ = ["Effect", "FreshTrial", "is_replicate", "split_rounds", "split_sides"]

FreshTrial = tuple[int, Changes, PlannedTrial]
"""The row of a trial that was run to confirm, its changes against the control, and the trial."""


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
            for combination in trials.rows_by_changes
            if is_replicate(combination, side, self.cause, self.disturbing)
        ]
        chosen.sort(key=len)
        return [row for combination in chosen for row in trials.rows_by_changes[combination]]

    def tested(self, p_value: float, replicates: int, *, block: int = -1, looks: int = 0) -> Effect:
        """The same with what fresh trials say, before correction."""
        return msgspec.structs.replace(
            self, p_value=p_value, replicates=replicates, block=block, looks=looks
        )


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
    return all(level in side for level in trial if level.factor in cause)


def split_sides(effect: Effect, fresh: Iterable[FreshTrial]) -> tuple[list[int], list[int], int]:
    """What fresh trials of both sides showed, in the one block that has the most of both.

    Trials of different blocks are not compared, because a change between the two would look
    like an effect.

    Returns:
        The values of the left side, those of the right side, and the block; -1 for no block.
    """
    found = _group_values(effect, fresh, lambda trial: (trial.block,))
    best = max(found, key=lambda key: (min(map(len, found[key])), -key[0]), default=None)
    if best is None:
        return [], [], -1
    return *found[best], best[0]


def split_rounds(effect: Effect, fresh: Iterable[FreshTrial]) -> list[tuple[list[int], list[int]]]:
    """What fresh trials of both sides showed, by round; rounds with only one side are left out."""
    found = _group_values(effect, fresh, lambda trial: (trial.block, trial.round))
    return [(left, right) for left, right in found.values() if left and right]


def _group_values(
    effect: Effect, fresh: Iterable[FreshTrial], key: Callable[[PlannedTrial], tuple[int, ...]]
) -> dict[tuple[int, ...], tuple[list[int], list[int]]]:
    found: dict[tuple[int, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row, changes, trial in fresh:
        if effect.group.codes[row] < 0:
            continue
        for number, side in enumerate((effect.left, effect.right)):
            never = effect.never if not number else None
            if is_replicate(changes, side, effect.cause, effect.disturbing, never):
                found[key(trial)][number].append(effect.group.codes[row])
    return found
