"""Merges signals of one cause that have the same pattern or belong to one message."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from lab.findings.encodings.detect import LETTER_CASE
from lab.findings.report import RelatedLocation, Signal
from lab.findings.severity import rank_kind, severity
from lab.observation.parts import MESSAGE_PARTS

__all__ = ["Pattern", "merge_signals"]

Pattern = tuple[int, ...]
"""The pattern of a signal over the trials: a number for the value in each trial."""


def merge_signals(drafts: Iterable[tuple[Signal, Pattern]]) -> tuple[Signal, ...]:
    """Merge signals with the same cause, kind, host and pattern; list their locations.

    Returns:
        The signals, covert ones first, then by kind.
    """
    alike: dict[tuple[object, ...], list[Signal]] = defaultdict(list)
    for signal, pattern in sorted(drafts, key=lambda draft: str(draft[0].location)):
        location = signal.location
        same = (
            location.channel,
            location.host,
            location.part,
            signal.kind,
            signal.encoding,
            signal.covert,
        )
        alike[signal.cause, same, pattern].append(signal)
    signals = [
        msgspec.structs.replace(
            first,
            fields=tuple(
                dict.fromkeys(location for one in (first, *more) for location in one.fields)
            ),
        )
        for first, *more in alike.values()
    ]
    signals = _merge_in_messages(signals)
    return tuple(sorted(signals, key=severity))


def _merge_in_messages(signals: Sequence[Signal]) -> list[Signal]:
    """Merge the plain signals of one cause in one part of one message.

    The location of the most informative kind represents them: a copy, then a derived value, then
    presence; of these the one with the most values.  Covert signals, encodings and orders are not
    merged.
    """
    kept: list[Signal] = []
    ranked = sorted(signals, key=lambda one: (rank_kind(one.kind), -len(_list_values(one)), one.id))
    for signal in ranked:
        for index, first in enumerate(kept if _is_plain(signal) else ()):
            if _is_plain(first) and first.cause == signal.cause and _is_beside(signal, first):
                fields = dict.fromkeys((*first.fields, *signal.fields))
                own = () if _is_determined(signal, first) else (_make_beside(signal),)
                kept[index] = msgspec.structs.replace(
                    first, fields=tuple(fields), beside=(*first.beside, *own)
                )
                break
        else:
            kept.append(signal)
    return kept


def _is_plain(signal: Signal) -> bool:
    readable = signal.kind in ("copied", "derived", "presence") or signal.encoding == LETTER_CASE
    return readable and not signal.covert


def _is_beside(signal: Signal, first: Signal) -> bool:
    here, there = signal.location, first.location
    inside = here.part not in MESSAGE_PARTS
    return inside and here.message == there.message and here.part == there.part


def _make_beside(signal: Signal) -> RelatedLocation:
    return RelatedLocation(signal.location, signal.kind, signal.table)


def _is_determined(signal: Signal, first: Signal) -> bool:
    """Whether the value of the first signal determines that of the other at every level."""
    decided: dict[str | None, str | None] = {}
    values = {json.dumps(row.levels, sort_keys=True): row.value for row in first.table}
    for row in signal.table:
        levels = json.dumps(row.levels, sort_keys=True)
        if levels in values and decided.setdefault(values[levels], row.value) != row.value:
            return False
    return True


def _list_values(signal: Signal) -> set[str | None]:
    return {row.value for row in signal.table}
