"""Noise as numbers, whose distributions a test can compare.

A location that is stable in no view may still depend on a factor by how often or how much: more
runs join one arm of an experiment, a number has another mean, a pause is longer.  Each such
location gives measures, one number per trial:

- *category*: 1 where a certain recurring value is sent, 0 where another is;
- *presence*: 1 where anything is sent, 0 where nothing is;
- *number*: the number that is sent; *count*: the number of occurrences; *seconds*: time passed;
  *length*: the length of a longer text.

A random token gives none: no value of it recurs, and it is no number.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from lab.experiment.columns.column import ABSENT, Column
from lab.findings.classify import ROUTED_CHANNELS
from lab.observation.location import Location
from lab.observation.timing import Timings

__all__ = ["Measure", "derive_measures", "derive_time_measures"]

Nature = Literal["category", "presence", "number", "count", "seconds", "length"]

_MAX_CATEGORIES = 8
_MIN_RECURRENCES = 3
"""Occurrences that make a value a category."""
_MAX_NUMBER_CATEGORIES = 6
"""Up to so many different numbers are categories."""
_MIN_LENGTH = 16
"""Shorter texts have no measure of length."""
_MAX_OCCURRENCES = 4
"""Occurrences of one request whose times are compared."""
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,3})?", re.ASCII)


class Measure(msgspec.Struct, frozen=True):
    """One number per trial; None where it is unknown.

    ``category`` is its text; ``extreme`` says which number of a batch it is.
    """

    location: Location
    nature: Nature
    values: tuple[float | None, ...]
    category: str = ""
    extreme: str = ""
    occurrence: int = 0
    """Which occurrence of several, from 0."""


def derive_measures(unsettled: Iterable[Column]) -> list[Measure]:
    """Return the measures of columns in which replicates differ, each pattern once."""
    found: dict[tuple[float | None, ...], Measure] = {}
    # Of locations with the same pattern, content comes before routes.
    for column in sorted(unsettled, key=lambda one: one.location.channel in ROUTED_CHANNELS):
        for measure in _derive_from_column(column):
            found.setdefault(measure.values, measure)
    return list(found.values())


def derive_time_measures(trials: Sequence[Timings | None]) -> list[Measure]:
    """Return the time before each request that is sent equally often in all trials that send it.

    ``trials`` has None for a trial whose times are unknown.
    """
    found = []
    for location in sorted({location for trial in trials for location in trial or {}}, key=str):
        times = [None if trial is None else trial.get(location) for trial in trials]
        lengths = {len(each) for each in times if each is not None}
        if len(lengths) == 1:
            for number in range(min(lengths.pop(), _MAX_OCCURRENCES)):
                values = tuple(None if each is None else each[number] for each in times)
                found.append(Measure(location, "seconds", values, occurrence=number))
    return found


def _derive_from_column(column: Column) -> Iterator[Measure]:
    values = column.values
    if column.view == "count":
        counts = tuple(None if value is None else float(value) for value in values)
        yield Measure(column.location, "count", counts)
        return
    if ABSENT in values and column.view == "presence":
        there = tuple(None if v is None else float(v != ABSENT) for v in values)
        yield Measure(column.location, "presence", there)
        return
    texts = [None if value is None or value == ABSENT else value for value in values]
    seen = Counter(text for text in texts if text is not None)
    numbers = {text: number for text in seen if (number := _parse_number(text)) is not None}
    if len(numbers) == len(seen) > _MAX_NUMBER_CATEGORIES:
        which = column.view if column.view in ("smallest", "largest") else ""
        yield Measure(column.location, "number", _map_values(numbers, texts), extreme=which)
        return
    lengths = {len(text) for text in seen}
    # The length of a set is how many values it has.
    if column.view != "set" and min(lengths, default=0) >= _MIN_LENGTH and len(lengths) > 1:
        long = {text: float(len(text)) for text in seen}
        yield Measure(column.location, "length", _map_values(long, texts))
    known = [text for text, count in seen.most_common(_MAX_CATEGORIES) if count >= _MIN_RECURRENCES]
    for text in known[: 1 if len(seen) == 2 else None]:
        yield Measure(column.location, "category", _map_values(_indicate(text, seen), texts), text)


def _indicate(text: str, seen: Iterable[str]) -> Mapping[str, float]:
    return {other: float(other == text) for other in seen}


def _map_values(
    numbers: Mapping[str, float], texts: Sequence[str | None]
) -> tuple[float | None, ...]:
    return tuple(None if text is None else numbers[text] for text in texts)


def _parse_number(text: str) -> float | None:
    """Return the number that the text is; None if it is none or not finite."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    number = float(text.strip())
    return number if math.isfinite(number) else None
