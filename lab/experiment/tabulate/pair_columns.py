"""A field: one column under one effect, with what both sides of its minimal pair show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from lab.experiment.analysis import Row
from lab.experiment.columns.column import ABSENT, Column, View
from lab.experiment.confirm.effect import Effect
from lab.experiment.tabulate.covertness import COARSE, hidden, in_place, look_alike, moved, texts_of
from lab.experiment.trials.contrasts import Trials

__all__ = ["Field", "counts", "fields_of", "nothing_on_a_side"]

_WORDED: frozenset[View] = frozenset({"exact", "masked", "set", *COARSE})
"""Views of texts of which the words can be compared."""


class Field(msgspec.Struct, frozen=True):
    """One column under one effect, with what its minimal pair shows.

    ``moved`` says that the pieces of the text that it belongs to only changed places.
    """

    effect: Effect
    column: Column
    left: str | None
    right: str | None
    covert: bool
    moved: bool = False


def nothing_on_a_side(field: Field) -> bool:
    """Whether one side of the pair has nothing there."""
    return field.left in (None, "0") or field.right in (None, "0")


def counts(field: Field) -> bool:
    """Whether the column tells how often something is there, not what."""
    return field.column.view in ("count", "some")


def fields_of(effect: Effect, trials: Trials, rows: Sequence[Row]) -> Iterator[Field]:
    """All columns of an effect, with what both sides of its minimal pair show of them."""
    sides = effect.trials_of(effect.left, trials), effect.trials_of(effect.right, trials)
    for column in effect.group.columns:
        left, right = (usual(column, side) for side in sides)
        covert, turned = hidden(column, left, right), False
        if left is not None and right is not None and column.view in _WORDED:
            texts = texts_of(column, effect, (left, right), sides, rows, trials)
            turned = texts is not None and moved(column, left, right, texts)
            if column.view in COARSE:
                covert = texts is not None and look_alike(texts)
            elif covert and texts is not None and column.location.part == "body":
                covert = turned or in_place(left, right, texts)
        yield Field(effect, column, left, right, covert or turned, turned)


def usual(column: Column, rows: Iterable[int]) -> str | None:
    """The most frequent value of these trials; None for absent or unknown."""
    seen = Counter(value for row in rows if (value := column.values[row]) is not None)
    value = seen.most_common(1)[0][0] if seen else None
    return None if value == ABSENT else value
