"""An effect to be tested, and the fresh trials that test it."""

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

    Attributes:
        group: The columns that depend on the cause.
        cause: The factors of the cause, sorted.
        combinations: Changes under which the effect was found.
        left: One side of the minimal pair, as changes against the control.
        right: The other side, which differs from it in ``factor``.
        factor: The factor whose level differs between the sides.
        disturbing: Levels with another effect on these columns; trials with them do not count.
        p_value: The p-value of the fresh trials.
        p_adjusted: The same after correction for looks and for the number of hypotheses.
        replicates: Fresh trials of the side that has fewer, in ``block``.
        block: The block with the most fresh trials of both sides; -1 for none.
        shift: For an effect on a distribution, the shift; None for an effect on a value.
        looks: How often a shift was tested.
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
    def excluded(self) -> frozenset[Setting] | None:
        """Settings that a trial of the left side must not have.

        None where its factors must be at the control: for interactions and for shifts.
        """
        return self.right if len(self.cause) == 1 and self.shift is None else None

    def rows_of_side(self, side: Changes, trials: TrialTable) -> list[int]:
        """Return the rows of one side, those with the fewest other levels first."""
        chosen = [
            combination
            for combination in trials.rows_by_changes
            if is_replicate(combination, side, self.cause, self.disturbing)
        ]
        chosen.sort(key=len)
        return [row for combination in chosen for row in trials.rows_by_changes[combination]]

    def with_test(
        self, p_value: float, replicates: int, *, block: int = -1, looks: int = 0
    ) -> Effect:
        """Return the effect with the result of its test, before correction.

        Args:
            p_value: The p-value.
            replicates: Fresh trials of the side that has fewer.
            block: The block that was tested; -1 for none.
            looks: How often a shift was tested.
        """
        return msgspec.structs.replace(
            self, p_value=p_value, replicates=replicates, block=block, looks=looks
        )


def is_replicate(
    trial: Changes,
    side: Changes,
    cause: Sequence[str],
    disturbing: frozenset[Setting],
    excluded: frozenset[Setting] | None = None,
) -> bool:
    """Whether a trial belongs to one side of an effect's minimal pair.

    It has the side's levels of the cause, and other factors have levels without an effect here.

    Args:
        trial: The changes of the trial.
        side: The changes of the side.
        cause: The factors of the effect.
        disturbing: Settings with another effect on the same columns.
        excluded: Settings that the trial must not have.  If given, a factor of the cause may have
            any other level without an effect; otherwise it must be at the control.
    """
    if not side <= trial or not trial.isdisjoint(disturbing):
        return False
    if excluded is not None:
        return trial.isdisjoint(excluded)
    return all(level in side for level in trial if level.factor in cause)


def split_sides(effect: Effect, fresh: Iterable[FreshTrial]) -> tuple[list[int], list[int], int]:
    """Return the values of both sides in the block that has the most trials of both.

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
    """Return the values of both sides by round; rounds with only one side are left out."""
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
            excluded = effect.excluded if not number else None
            if is_replicate(changes, side, effect.cause, effect.disturbing, excluded):
                found[key(trial)][number].append(effect.group.codes[row])
    return found
