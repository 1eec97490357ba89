"""The partition of all levels of a factor by what they send, for one signal.

Values are read as in the signal's decision table: from the columns at the signal's location that
vary in the context of the sweep and are covert if the signal is; of a short text, the whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.columns.extract import extract_columns
from lab.experiment.tabulate.covertness import is_hidden
from lab.experiment.tabulate.decision_table import find_whole_texts, join_slots
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable
from lab.experiment.trials.row import Row
from lab.findings.report import ExplorationSummary, LevelGroup, Partition, Signal
from lab.findings.rules.level_rules import add_rules
from lab.observation.parts import MessagePart

__all__ = [
    "SweptFactor",
    "add_partition",
    "collect_values_by_level",
    "concerns",
    "find_context",
    "split_pair",
    "summarise_sweep",
]

_AGREED = 0.8
"""A level is uncertain if a smaller share of its trials agrees."""
_MESSAGES = (MessagePart.REQUEST, MessagePart.MESSAGE)


class SweptFactor(msgspec.Struct, frozen=True):
    """One factor that was swept.

    Attributes:
        factor: The factor.
        contexts: The levels of the other factors in which it was swept.
        skipped_contexts: How many further contexts were not swept.
        levels_tried: Levels that were tried in all contexts.
        levels_known: All levels of the factor.
    """

    factor: str
    contexts: tuple[Changes, ...]
    skipped_contexts: int
    levels_tried: int
    levels_known: int


def concerns(signal: Signal, name: str) -> bool:
    """Whether a sweep of this factor applies to a signal."""
    return name in signal.cause and signal.kind != "route"


def find_context(signal: Signal, name: str) -> Changes:
    """Return the levels of the other factors at which a factor has the effect of a signal."""
    pair = signal.pair
    levels = {**pair.context, pair.factor: pair.right_level}
    return frozenset(Setting(*item) for item in levels.items() if item[0] != name)


def add_partition(
    signal: Signal, swept: SweptFactor, rows: Sequence[Row], control: Environment
) -> Signal:
    """Add the result of a sweep to a signal; the signal is unchanged if the sweep does not apply.

    Args:
        signal: The signal.
        swept: The sweep.
        rows: All trials of the audit, the control environment's first.
        control: The control environment.
    """
    context = find_context(signal, swept.factor)
    if not concerns(signal, swept.factor) or context not in swept.contexts:
        return signal
    seen = collect_values_by_level(signal, swept.factor, context, rows, control)
    if not seen:
        return signal
    parts: dict[str | None, list[str]] = defaultdict(list)
    uncertain = []
    for level, values in seen.items():
        value, agreeing = Counter(values).most_common(1)[0]
        parts[value].append(level)
        if agreeing < _AGREED * len(values):
            uncertain.append(level)
    found = Partition(
        factor=swept.factor,
        context=dict(sorted(context)),
        parts=tuple(
            LevelGroup(value, tuple(levels))
            for value, levels in sorted(parts.items(), key=lambda item: -len(item[1]))
        ),
        levels=len(seen),
        of=swept.levels_known,
        trials=sum(map(len, seen.values())),
        uncertain=tuple(uncertain),
    )
    others = tuple(one for one in signal.partitions if one.factor != swept.factor)
    return add_rules(msgspec.structs.replace(signal, partitions=(*others, found)))


def summarise_sweep(swept: SweptFactor, found: tuple[str, ...], trials: int) -> ExplorationSummary:
    """Return the summary of a sweep for the report.

    Args:
        swept: The sweep.
        found: Levels that it found and that became levels of the audit.
        trials: Trials that it alone needed.
    """
    whys = []
    known, skipped = swept.levels_known, swept.skipped_contexts
    if swept.levels_tried < known:
        whys.append(f"a limit left {known - swept.levels_tried} of {known} levels out")
    if skipped:
        whys.append(f"{skipped} more contexts in which it has an effect were not swept")
    return ExplorationSummary(
        how="sweep",
        factor=swept.factor,
        levels=swept.levels_tried,
        trials=trials,
        contexts=tuple(dict(sorted(context)) for context in swept.contexts),
        found=found,
        why_not="; ".join(whys) or None,
    )


def collect_values_by_level(
    signal: Signal,
    name: str,
    context: Changes,
    rows: Sequence[Row],
    control: Environment,
) -> dict[str, list[str | None]]:
    """Return the values that the trials of each level sent, as in the signal's decision table.

    Args:
        signal: The signal.
        name: The factor.
        context: The levels of the other factors.
        rows: All trials of the audit, the control environment's first.
        control: The control environment.
    """
    location = signal.fields[0]
    messages = {location.message.with_part(part) for part in _MESSAGES}
    restricted = [
        msgspec.structs.replace(
            row,
            features={}
            if row.broken
            else {
                at: texts for at, texts in row.features.items() if at == location or at in messages
            },
        )
        for row in rows
    ]
    trials = TrialTable(control, [row.environment for row in rows])
    here = [
        index
        for index, combination in enumerate(trials.changes)
        if frozenset(item for item in combination if item.factor != name) == context
        and not rows[index].broken
    ]
    found = [
        column
        for column in extract_columns(restricted)[0]
        if column.location == location and _shows_signal(column, signal, trials, here)
    ]
    found = [column for column in found if column.view not in ("count", "presence")] or found[:1]
    if not found:
        return {}
    cut = [msgspec.structs.replace(c, values=tuple(c.values[i] for i in here)) for c in found]
    values = join_slots(cut)
    exact = all(column.view in ("exact", "set", "presence") for column in cut)
    whole = find_whole_texts(location, values, [rows[index] for index in here]) if exact else None
    seen: dict[str, list[str | None]] = defaultdict(list)
    for index, value in zip(here, whole or values, strict=True):
        if value is not None:
            level = rows[index].environment[name]
            seen[level].append(None if value == ABSENT else value)
    return dict(sorted(seen.items()))


def _shows_signal(column: Column, signal: Signal, trials: TrialTable, here: Sequence[int]) -> bool:
    """Whether a column varies in these rows, and is covert exactly if the signal is."""
    seen = Counter(value for index in here if (value := column.values[index]) is not None)
    if len(seen) < 2:
        return False
    before, after = (
        _find_usual(column, trials.rows_by_changes.get(side, ()))
        for side in split_pair(signal, trials.control)
    )
    if before is None or before == after:
        (before, _), *others = seen.most_common()
        ways = {
            is_hidden(column, _absent_to_none(before), _absent_to_none(other))
            for other, _ in others
        }
        return signal.covert in ways
    return is_hidden(column, _absent_to_none(before), _absent_to_none(after)) == signal.covert


def split_pair(signal: Signal, control: Environment) -> tuple[Changes, Changes]:
    """Return both sides of the minimal pair, as changes against the control."""
    pair = signal.pair
    shared = frozenset(Setting(*item) for item in pair.context.items())
    left, right = (
        shared | {Setting(pair.factor, level)} if level != control[pair.factor] else shared
        for level in (pair.left_level, pair.right_level)
    )
    return left, right


def _find_usual(column: Column, rows: Iterable[int]) -> str | None:
    seen = Counter(value for row in rows if (value := column.values[row]) is not None)
    return seen.most_common(1)[0][0] if seen else None


def _absent_to_none(value: str | None) -> str | None:
    return None if value == ABSENT else value
