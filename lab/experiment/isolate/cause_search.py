"""Finds the causes of everything that varies: columns in, causes by group of columns out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec

from lab.experiment.columns.column import Column, ColumnGroup, group_columns
from lab.experiment.columns.ladder import CHANCE_VIEWS, NOISY_CHANCE_VIEWS
from lab.experiment.isolate.causes import CauseInference, infer_causes
from lab.experiment.trials.contrasts import TrialTable
from lab.observation.location import Location

__all__ = ["FoundCauses", "GroupCauses", "find_causes"]

_MIN_LAMBDA = 0.5
"""The share of wrong guesses at a word that knowing a factor must save."""


class GroupCauses(msgspec.Struct, frozen=True):
    """A group of columns with the same pattern, and what is known of its causes."""

    group: ColumnGroup
    inference: CauseInference


class FoundCauses(msgspec.Struct, frozen=True):
    """The causes of all columns, as far as the trials so far show them.

    Attributes:
        groups: The groups of columns that were analysed, in the order of their first columns.
        without_cause: One column of each group for which no cause was found.  Its distribution
            may still depend on a factor.
    """

    groups: tuple[GroupCauses, ...]
    without_cause: tuple[Column, ...]

    @property
    def unexplained(self) -> tuple[ColumnGroup, ...]:
        """Groups with repeatable deviations that no cause of at most three factors explains."""
        return tuple(item.group for item in self.groups if item.inference.unexplained)


def find_causes(
    trials: TrialTable,
    columns: Sequence[Column],
    seed: int,
    noisy: Collection[Location] = frozenset(),
) -> FoundCauses:
    """Group columns by their pattern over the trials, and infer the causes of each group.

    Args:
        trials: The changes of each trial; the columns have one value per trial.
        columns: The columns that are not constant.
        seed: Decides between trials that would serve equally well.
        noisy: Locations at which other things than the columns are noise.
    """

    def is_doubtful(one: Column) -> bool:
        views = NOISY_CHANCE_VIEWS if one.location in noisy else CHANCE_VIEWS
        return one.view in views and not _depends_on_factor(one, trials)

    groups = []
    without_cause = []
    for group in group_columns(columns):
        if all(map(is_doubtful, group.columns)):
            without_cause.append(group.columns[0])
            continue
        inference = infer_causes(trials, group, seed)
        groups.append(GroupCauses(group, inference))
        if not inference.hypotheses:
            without_cause.append(group.columns[0])
    return FoundCauses(tuple(groups), tuple(without_cause))


def _depends_on_factor(column: Column, trials: TrialTable) -> bool:
    """Whether the values of a column are associated with the levels of one factor.

    At a location where everything else is noise, most words come and go by chance.  The measure
    is lambda (Goodman and Kruskal, Measures of association for cross classifications, 1954):
    the share of wrong guesses at the value that knowing the level saves.
    """
    rows = [row for row, value in enumerate(column.values) if value is not None]
    rows = [row for row in rows if trials.designed[row]]
    wrong = _count_wrong_guesses(column.values[row] for row in rows)
    for name in trials.levels:
        by_level: dict[str | None, list[str | None]] = defaultdict(list)
        for row in rows:
            by_level[trials.get_level(row, name)].append(column.values[row])
        left = sum(map(_count_wrong_guesses, by_level.values()))
        if wrong and left <= (1 - _MIN_LAMBDA) * wrong:
            return True
    return False


def _count_wrong_guesses(values: Iterable[str | None]) -> int:
    """Return how many values are not the most frequent one."""
    seen = Counter(values)
    return seen.total() - max(seen.values(), default=0)
