"""A column: one comparable value per trial; and columns that behave alike, as one group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

import msgspec

from lab.observation.location import Location

__all__ = [
    "ABSENT",
    "Column",
    "ColumnGroup",
    "NoisyLocation",
    "View",
    "group_columns",
    "number_values",
]

View = Literal[
    "exact", "masked", "set", "count", "some", "word", "order", "canary", "rate", "part", "length"
]


class _Absent(str):
    """Equal to itself alone: no text that a client sends can pass for it."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other


ABSENT = _Absent("(absent)")
"""The value of a column in a trial in which its feature stably does not occur."""


class Column(msgspec.Struct, frozen=True):
    """One comparable value per trial; None where the trial tells nothing about it.

    ``before`` and ``after`` are the text around a slot, to show where it stands.
    """

    location: Location
    view: View
    values: tuple[str | None, ...]
    before: str = ""
    after: str = ""


class NoisyLocation(msgspec.Struct, frozen=True):
    """A place that is the same in no view, and what was seen there in each trial."""

    location: Location
    why: str
    seen: Column | None = None


class ColumnGroup(msgspec.Struct, frozen=True):
    """Columns that split the trials alike.

    ``codes`` numbers the values by first occurrence; -1 where the trial tells nothing.
    """

    codes: tuple[int, ...]
    columns: tuple[Column, ...]


def group_columns(found: Sequence[Column]) -> list[ColumnGroup]:
    """Columns with the same pattern over the trials, together."""
    patterns: dict[tuple[int, ...], list[Column]] = defaultdict(list)
    for column in found:
        patterns[number_values(column.values)].append(column)
    return [ColumnGroup(codes, tuple(members)) for codes, members in patterns.items()]


def number_values(values: Sequence[str | None]) -> tuple[int, ...]:
    """The values numbered by first occurrence; -1 where there is none."""
    numbers: dict[str, int] = {}
    return tuple(
        -1 if value is None else numbers.setdefault(value, len(numbers)) for value in values
    )
