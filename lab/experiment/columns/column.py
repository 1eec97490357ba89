"""A column: one comparable value per trial.  A column group: columns with the same pattern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from lab.experiment.columns.ladder import View
from lab.observation.location import Location

__all__ = [
    "ABSENT",
    "Column",
    "ColumnGroup",
    "NoisyLocation",
    "group_columns",
    "map_texts",
    "number_values",
]


class _Absent(str):
    """Equal to itself only, so that no text of a client equals it."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other


ABSENT = _Absent("(absent)")
"""The value of a column in a trial in which its feature stably does not occur."""


class Column(msgspec.Struct, frozen=True):
    """One comparable value per trial; None where the value in a trial is unknown.

    ``before`` and ``after`` are the text around the slot that the values come from.
    """

    location: Location
    view: View
    values: tuple[str | None, ...]
    before: str = ""
    after: str = ""


class NoisyLocation(msgspec.Struct, frozen=True):
    """A location at which replicates differ, and why; ``column`` is what each trial sent there."""

    location: Location
    why: str
    column: Column | None = None


class ColumnGroup(msgspec.Struct, frozen=True):
    """Columns that divide the trials in the same way.

    ``codes`` numbers the values by first occurrence; -1 where a value is unknown.
    """

    codes: tuple[int, ...]
    columns: tuple[Column, ...]


def group_columns(found: Sequence[Column]) -> list[ColumnGroup]:
    """Group the columns that have the same pattern over the trials."""
    patterns: dict[tuple[int, ...], list[Column]] = defaultdict(list)
    for column in found:
        patterns[number_values(column.values)].append(column)
    return [ColumnGroup(codes, tuple(members)) for codes, members in patterns.items()]


def number_values(values: Sequence[str | None]) -> tuple[int, ...]:
    """Return the values numbered by first occurrence; -1 for None."""
    numbers: dict[str, int] = {}
    return tuple(
        -1 if value is None else numbers.setdefault(value, len(numbers)) for value in values
    )


def map_texts(function: Callable[[str], str], values: Sequence[str | None]) -> list[str | None]:
    """Apply a function to each text; None and ABSENT stay what they are."""
    return [value if value is None or value == ABSENT else function(value) for value in values]
