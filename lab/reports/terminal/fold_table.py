"""A decision table, folded: levels with the same effect become one line.

Forty time zones of which thirty give one value and ten another are two lines, not forty.
For several factors, levels of the first whose tables over the rest do not contradict each
other are merged, and so on inward; the order of the factors that needs the fewest lines is
taken.  Not all combinations are tried: levels are merged only where they were tried with the
same others at least once, and a line says how many of its combinations were tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations

import msgspec

from lab.findings.report import TableRow

__all__ = ["FoldedLine", "fold"]

_PERMUTED = 4
"""With more factors than this, they are folded in the given order."""


class FoldedLine(msgspec.Struct, frozen=True):
    """One folded line: every combination of ``levels`` that was ``tried`` gave ``value``."""

    levels: Mapping[str, tuple[str, ...]]
    value: str | None
    trials: int
    dissenting: int = 0
    tried: int = 1
    """Of the combinations, how many were."""

    @property
    def combinations(self) -> int:
        """How many there are."""
        return math.prod(map(len, self.levels.values()))


class _Cell(msgspec.Struct, frozen=True):
    """What some combinations of levels gave."""

    value: str | None
    trials: int
    dissenting: int
    tried: int = 1

    def merge(self, other: _Cell | None) -> _Cell:
        """Both together."""
        if other is None:
            return self
        return _Cell(
            self.value,
            self.trials + other.trials,
            self.dissenting + other.dissenting,
            self.tried + other.tried,
        )


Cells = Mapping[tuple[str, ...], _Cell]
Folded = list[tuple[tuple[tuple[str, ...], ...], _Cell]]


def fold(rows: Sequence[TableRow], cause: Sequence[str]) -> tuple[FoldedLine, ...]:
    """The rows of a table over ``cause`` in as few lines as the merging finds."""
    orders = permutations(cause) if len(cause) <= _PERMUTED else [tuple(cause)]
    return min(
        (_fold_in_order(rows, order) for order in orders),
        key=lambda lines: (len(lines), sum(line.combinations for line in lines)),
    )


def _fold_in_order(rows: Sequence[TableRow], order: Sequence[str]) -> tuple[FoldedLine, ...]:
    cells = {
        tuple(row.levels.get(factor, "") for factor in order): _Cell(
            row.value, row.trials, row.dissenting
        )
        for row in rows
    }
    return tuple(
        FoldedLine(
            dict(zip(order, levels, strict=True)),
            cell.value,
            cell.trials,
            cell.dissenting,
            cell.tried,
        )
        for levels, cell in _fold_cells(cells)
    )


def _fold_cells(cells: Cells) -> Folded:
    """Groups of levels, one group a factor, with what all of them gave."""
    if () in cells:
        return [((), cells[()])]
    tables: dict[str, dict[tuple[str, ...], _Cell]] = {}
    for levels, cell in cells.items():
        tables.setdefault(levels[0], {})[levels[1:]] = cell
    position = {level: number for number, level in enumerate(tables)}
    result: Folded = []
    for group, merged in sorted(
        _merge_levels(tables), key=lambda one: min(position[level] for level in one[0])
    ):
        named = tuple(sorted(group, key=position.__getitem__))
        result += [((named, *inner), cell) for inner, cell in _fold_cells(merged)]
    return result


def _merge_levels(
    tables: Mapping[str, Mapping[tuple[str, ...], _Cell]],
) -> list[tuple[list[str], dict[tuple[str, ...], _Cell]]]:
    """Levels that contradict each other nowhere, with what they gave together.

    Those that were tried with most others come first; each joins the group with which it has
    most in common.
    """
    groups: list[tuple[list[str], dict[tuple[str, ...], _Cell]]] = []
    for level, table in sorted(tables.items(), key=lambda item: -len(item[1])):
        best, most = None, (0, 0)
        for group in groups:
            common = table.keys() & group[1].keys()
            agree = all(table[rest].value == group[1][rest].value for rest in common)
            if agree and common and (score := (len(common), len(group[0]))) > most:
                best, most = group, score
        if best is None:
            groups.append(([level], dict(table)))
        else:
            best[0].append(level)
            best[1].update({rest: cell.merge(best[1].get(rest)) for rest, cell in table.items()})
    return groups
