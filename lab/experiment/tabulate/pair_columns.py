"""Column contrasts: one column under one effect, with what both sides of its minimal pair sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.columns.ladder import View
from lab.experiment.confirm.effect import Effect
from lab.experiment.tabulate.covertness import (
    COARSE_VIEWS,
    choose_texts,
    is_confined,
    is_hidden,
    is_lookalike,
    is_moved,
    may_lack_lists,
)
from lab.experiment.trials.contrasts import TrialTable
from lab.experiment.trials.row import Row
from lab.observation.parts import MessagePart

__all__ = ["ColumnContrast", "contrast_columns", "is_absent_on_one_side", "is_count"]

_WORDED: frozenset[View] = frozenset({"exact", "masked", "set", *COARSE_VIEWS})
"""Views of texts whose words can be compared."""


class ColumnContrast(msgspec.Struct, frozen=True):
    """One column under one effect, with the values of both sides of the minimal pair.

    ``moved`` says that the pieces of the text around it only changed their order.
    """

    effect: Effect
    column: Column
    left: str | None
    right: str | None
    covert: bool
    moved: bool = False


def is_absent_on_one_side(contrast: ColumnContrast) -> bool:
    """Whether one side of the pair sends nothing there."""
    return contrast.left in (None, "0") or contrast.right in (None, "0")


def is_count(contrast: ColumnContrast) -> bool:
    """Whether the column says how often something is sent, not what."""
    return contrast.column.view in ("count", "presence")


def contrast_columns(
    effect: Effect, trials: TrialTable, rows: Sequence[Row]
) -> Iterator[ColumnContrast]:
    """Yield all columns of an effect, with the values of both sides of the minimal pair.

    Args:
        effect: The effect.
        trials: The levels of all trials.
        rows: The same trials.
    """
    sides = effect.rows_of_side(effect.left, trials), effect.rows_of_side(effect.right, trials)
    for column in effect.group.columns:
        left, right = (find_usual_value(column, side) for side in sides)
        covert, turned = is_hidden(column, left, right), False
        if covert and left is not None and right is not None:
            covert = not may_lack_lists(column, left, right, sides, rows)
        if left is not None and right is not None and column.view in _WORDED:
            texts = choose_texts(column, effect, (left, right), sides, rows, trials)
            turned = texts is not None and is_moved(column, left, right, texts)
            if column.view in COARSE_VIEWS:
                covert = texts is not None and is_lookalike(texts)
            elif covert and texts is not None and column.location.part == MessagePart.BODY:
                covert = turned or is_confined(left, right, texts)
        yield ColumnContrast(effect, column, left, right, covert or turned, turned)


def find_usual_value(column: Column, rows: Iterable[int]) -> str | None:
    """Return the most frequent value of these trials; None for absent or unknown."""
    seen = Counter(value for row in rows if (value := column.values[row]) is not None)
    value = seen.most_common(1)[0][0] if seen else None
    return None if value == ABSENT else value
