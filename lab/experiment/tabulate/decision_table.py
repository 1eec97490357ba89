"""Decision tables: what was sent under each combination of the cause's levels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.row import Row
from lab.findings.report import TableRow
from lab.observation.location import Location

__all__ = [
    "MAX_VALUE_LENGTH",
    "SHORT_TEXT",
    "build_decision_table",
    "find_whole_texts",
    "join_slots",
]

MAX_VALUE_LENGTH = 4000
SHORT_TEXT = 120
"""Characters of a text that is shown whole."""


def join_slots(columns: Sequence[Column]) -> list[str | None]:
    """Return the texts of all slots in each trial, one per line; ABSENT, or None if unknown."""
    informative = [column for column in columns if any((v or "").strip() for v in column.values)]
    values: list[str | None] = []
    for slots in zip(*(column.values for column in informative or columns), strict=True):
        if None in slots:
            values.append(None)
            continue
        present = [value for value in slots if value is not None and value != ABSENT]
        joined = "\n".join(value for value in present if value) if len(slots) > 1 else None
        if not present:
            values.append(ABSENT)
        else:
            values.append((present[0] if joined is None else joined)[:MAX_VALUE_LENGTH])
    return values


def find_whole_texts(
    location: Location, values: Sequence[str | None], rows: Sequence[Row]
) -> list[str | None] | None:
    """Return the whole text of each trial; None if a text is long or varies beyond the slots.

    A short text is easier to read than the words of it that changed.

    Args:
        location: The location of the texts.
        values: The joined slots of each trial.
        rows: The trials.
    """
    whole: list[str | None] = []
    meaning: dict[str, str] = {}
    for value, row in zip(values, rows, strict=True):
        seen = tuple(set(row.features.get(location, ())))
        if len(seen) > 1:
            return None
        if value is None or value == ABSENT or not seen:
            whole.append(value)
        elif len(seen[0]) > SHORT_TEXT or meaning.setdefault(value, seen[0]) != seen[0]:
            return None
        else:
            whole.append(seen[0])
    return whole


def build_decision_table(
    cause: Sequence[str],
    others: frozenset[Setting],
    values: Sequence[str | None],
    trials: TrialTable,
) -> tuple[TableRow, ...]:
    """Return the most frequent value under each combination of the cause's levels.

    Args:
        cause: The factors of the cause.
        others: Levels of other factors that also change the values; trials with them do not count.
        values: One value per trial.
        trials: The levels of the same trials.
    """
    seen: dict[tuple[str, ...], Counter[str | None]] = defaultdict(Counter)
    control = trials.control
    for value, combination in zip(values, trials.changes, strict=True):
        levels = dict(combination)
        if value is None or not others.isdisjoint(combination):
            continue
        here = tuple(levels.get(name, control[name]) for name in cause)
        seen[here][None if value == ABSENT else value] += 1
    table = []
    for levels_here, counts in sorted(seen.items()):
        shown, count = counts.most_common(1)[0]
        named = dict(zip(cause, levels_here, strict=True))
        table.append(TableRow(named, shown, count, counts.total() - count))
    table.sort(key=lambda row: sum(row.levels[name] != control[name] for name in cause))
    return tuple(table)
