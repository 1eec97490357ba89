"""A decision table, folded: levels that behave alike become one line.

Forty time zones of which thirty give one value and ten another are two lines, not forty.
For several factors, levels of the first whose tables over the rest are equal are merged,
and so on inward; the order of the factors that needs the fewest lines is taken.
Combinations that were not tried are never claimed: only equal, tried tables are merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import msgspec

from lab.findings.report import Row

__all__ = ["Line", "folded"]

_PERMUTED = 4
"""With more factors than this, they are folded in the given order."""


class Line(msgspec.Struct, frozen=True):
    """One folded line: every combination of ``levels`` gave ``value``."""

    levels: Mapping[str, tuple[str, ...]]
    value: str | None
    trials: int
    dissenting: int = 0


Cells = dict[tuple[str, ...], Row]
Folded = list[tuple[tuple[tuple[str, ...], ...], str | None, int, int]]


def folded(rows: Sequence[Row], cause: Sequence[str]) -> tuple[Line, ...]:
    """The rows of a table over ``cause`` in as few lines as the merging finds."""
    orders = permutations(cause) if len(cause) <= _PERMUTED else [tuple(cause)]
    return min((_fold_in(rows, order) for order in orders), key=len)


def _fold_in(rows: Sequence[Row], order: Sequence[str]) -> tuple[Line, ...]:
    cells = {tuple(row.levels.get(factor, "") for factor in order): row for row in rows}
    return tuple(
        Line(dict(zip(order, levels, strict=True)), value, trials, dissenting)
        for levels, value, trials, dissenting in _fold(cells)
    )


def _fold(cells: Cells) -> Folded:
    """Groups of levels, one group a factor, with the value that all of them gave."""
    if () in cells:
        row = cells[()]
        return [((), row.value, row.trials, row.dissenting)]
    tables: dict[str, Cells] = {}
    for levels, row in cells.items():
        tables.setdefault(levels[0], {})[levels[1:]] = row
    alike: dict[frozenset[tuple[tuple[str, ...], str | None]], list[str]] = {}
    for level, table in tables.items():
        key = frozenset((rest, row.value) for rest, row in table.items())
        alike.setdefault(key, []).append(level)
    result: Folded = []
    for group in alike.values():
        merged = {
            rest: msgspec.structs.replace(
                row,
                trials=sum(tables[level][rest].trials for level in group),
                dissenting=sum(tables[level][rest].dissenting for level in group),
            )
            for rest, row in tables[group[0]].items()
        }
        result += [
            ((tuple(group), *inner), value, trials, dissenting)
            for inner, value, trials, dissenting in _fold(merged)
        ]
    return result
