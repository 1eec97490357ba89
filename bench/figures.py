"""Measured values: their spread, their ratio, and the text and JSON of both."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Literal, Self

import msgspec

SCHEMA = "fingerprint-lab/bench/1"

Unit = Literal["s", "count", "1/s"]

_WIDTHS = (30, 21, 21, 5)


class Spread(msgspec.Struct, frozen=True):
    """The median of several values, and the range in which they lie."""

    median: float
    least: float
    most: float
    values: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        known = sorted(values)
        return cls(median(known), known[0], known[-1], len(known))


class Figure(msgspec.Struct, frozen=True):
    """One quantity.  ``ratio`` is that of the medians; None where there is nothing to divide."""

    name: str
    unit: Unit
    lab: Spread
    baseline: Spread | None = None
    ratio: float | None = None

    @classmethod
    def of(
        cls, name: str, unit: Unit, lab: Iterable[float], baseline: Iterable[float] | None = None
    ) -> Self:
        ours = Spread.of(lab)
        if baseline is None:
            return cls(name, unit, ours)
        theirs = Spread.of(baseline)
        return cls(name, unit, ours, theirs, ours.median / theirs.median if theirs.median else None)


class Result(msgspec.Struct, frozen=True):
    """What one benchmark of cost measured; ``lab`` and ``baseline`` describe the two sides."""

    name: str
    lab: str
    baseline: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True):
    """What a benchmark of the lab's findings reports: text for people, and a JSON document."""

    text: str
    content: bytes
    exit_code: int = 0


def encode_results(results: Sequence[Result]) -> bytes:
    """One JSON document; times are seconds."""
    return msgspec.json.encode(
        {"schema": SCHEMA, "cores": count_cores(), "load": os.getloadavg()[0], "results": results}
    )


def describe_machine() -> str:
    """Cores and load of this machine: other work on it lengthens every wall time."""
    return f"{count_cores()} cores; load average of the last minute: {os.getloadavg()[0]:.1f}"


def count_cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0))


def format_result(result: Result) -> str:
    """The result as a table for people."""
    lines = [
        result.name,
        f"  with: {result.lab}; without: {result.baseline}",
        _format_row("median (least–most)", "with", "without", "ratio"),
    ]
    for figure in result.figures:
        baseline = "–" if figure.baseline is None else _format_spread(figure.baseline, figure.unit)
        ratio = "–" if figure.ratio is None else f"{figure.ratio:.2f}"
        lines.append(
            _format_row(figure.name, _format_spread(figure.lab, figure.unit), baseline, ratio)
        )
    return "\n".join([*lines, *(f"  {note}" for note in result.notes)])


def _format_row(*words: str) -> str:
    name, *cells = (word.ljust(width) for word, width in zip(words, _WIDTHS, strict=True))
    return f"  {name}" + "".join(cells).rstrip()


def _format_spread(spread: Spread, unit: Unit) -> str:
    if unit == "s":
        scale, name = next(
            (each for each in ((1.0, "s"), (1e-3, "ms")) if spread.median >= each[0]),
            (1e-6, "µs"),
        )
    elif unit == "1/s":
        scale, name = (1e3, "k/s") if spread.median >= 1e4 else (1.0, "/s")
    else:
        scale, name = 1.0, ""
    low, middle, high = (
        f"{value / scale:.3g}" if value / scale < 1000 else f"{value / scale:.0f}"
        for value in (spread.least, spread.median, spread.most)
    )
    return f"{middle} {name}".strip() + f" ({low}–{high})"
