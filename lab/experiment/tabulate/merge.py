"""Signals that say the same, as one: one cause, the same way, the trials divided alike."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from lab.findings.encodings.detect import LETTER_CASE
from lab.findings.report import RelatedLocation, Signal
from lab.findings.severity import rank_kind, severity
from lab.observation.location import MESSAGE_PARTS

__all__ = ["Pattern", "merge_signals"]

Pattern = tuple[int, ...]
"""How a signal divides the trials: the number of what each one showed."""


def merge_signals(drafts: Iterable[tuple[Signal, Pattern]]) -> tuple[Signal, ...]:
    """Signals that show the same thing at several places are one, with the places listed.

    The same is: the same cause, in the same way, at one host, dividing the trials alike.
    """
    alike: dict[tuple[object, ...], list[Signal]] = defaultdict(list)
    for signal, pattern in sorted(drafts, key=lambda draft: str(draft[0].location)):
        place = signal.location
        same = (place.channel, place.host, place.part, signal.kind, signal.encoding, signal.covert)
        alike[signal.cause, same, pattern].append(signal)
    signals = [
        msgspec.structs.replace(
            first,
            fields=tuple(dict.fromkeys(place for one in (first, *more) for place in one.fields)),
        )
        for first, *more in alike.values()
    ]
    signals = _merge_in_messages(signals)
    return tuple(sorted(signals, key=severity))


def _merge_in_messages(signals: Sequence[Signal]) -> list[Signal]:
    """What one cause does in plain sight in one part of one message, as one signal.

    The most telling place comes first: a copy, then what follows from the cause in another
    way, then what comes and goes; of these the one with the most values.  What is covert,
    encoded or an order stands for itself.
    """
    kept: list[Signal] = []
    told = sorted(signals, key=lambda one: (rank_kind(one.kind), -len(_list_values(one)), one.id))
    for signal in told:
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
    """Whether, level for level, the first one's value decides the signal's."""
    decided: dict[str | None, str | None] = {}
    values = {json.dumps(row.levels, sort_keys=True): row.value for row in first.table}
    for row in signal.table:
        levels = json.dumps(row.levels, sort_keys=True)
        if levels in values and decided.setdefault(values[levels], row.value) != row.value:
            return False
    return True


def _list_values(signal: Signal) -> set[str | None]:
    return {row.value for row in signal.table}
