"""Confirmed effects on distributions to signals, with a rate for each level."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from lab.experiment.confirm.distribution_shifts import Shift
from lab.experiment.confirm.effect import Effect, is_replicate
from lab.experiment.trials.contrasts import TrialTable
from lab.findings.report import Kind, Pair, Signal, TableRow
from lab.observation.location import Location
from lab.observation.parts import MessagePart

__all__ = ["build_rate_signals"]

_COMES_AND_GOES: frozenset[Kind] = frozenset({"presence", "count", "order"})


def build_rate_signals(
    effects: Iterable[Effect], others: Sequence[Signal], trials: TrialTable
) -> tuple[Signal, ...]:
    """Return one signal for each cause and message, with the most certain location first.

    An effect that only follows from another signal is dropped: where the same cause changes what
    is sent to a host, noise beside it may change too, and where it makes requests come and go,
    the time between them changes.

    Args:
        effects: Confirmed effects with a shift.
        others: The signals of effects on values.
        trials: The levels of all trials.
    """
    groups: dict[tuple[tuple[str, ...], Location], list[Effect]] = defaultdict(list)
    for effect in effects:
        location = effect.group.columns[0].location
        if not any(_is_consequence(effect, location, other) for other in others):
            groups[effect.cause, location.message].append(effect)
    found = []
    for members in groups.values():
        members.sort(key=lambda one: (one.p_adjusted, str(one.group.columns[0].location)))
        found.append(_build_signal(members, trials))
    return tuple(found)


def _is_consequence(effect: Effect, location: Location, other: Signal) -> bool:
    if other.cause != effect.cause:
        return False
    here = (location.channel, location.host) == (other.location.channel, other.location.host)
    return here or (location.part == MessagePart.TIMING and other.kind in _COMES_AND_GOES)


def _choose_kind(shift: Shift) -> Kind:
    kinds: dict[str, Kind] = {"seconds": "timing", "presence": "presence", "count": "count"}
    return kinds.get(shift.measure.nature, "derived")


def _build_signal(members: Sequence[Effect], trials: TrialTable) -> Signal:
    lead = members[0]
    assert lead.shift is not None
    (column,) = lead.group.columns
    marks = lead.group.codes
    seen: dict[str, Counter[int]] = defaultdict(Counter)
    name = lead.factor
    for row, mark in zip(trials.changes, marks, strict=True):
        if mark >= 0 and row.isdisjoint(lead.disturbing):
            seen[dict(row).get(name, trials.control[name])][mark] += 1
    control = trials.control[name]
    words = lead.shift.description
    table = tuple(
        TableRow(
            {name: level},
            _describe_rate(words, seen[level]),
            seen[level].total(),
            share=round(seen[level][1] / seen[level].total(), 4),
        )
        for level in sorted(seen, key=lambda level: (level != control, level))
    )
    left, right = trials.make_environment(lead.left), trials.make_environment(lead.right)
    rates = []
    for side in (lead.left, lead.right):
        here = Counter(
            mark
            for row, mark in zip(trials.changes, marks, strict=True)
            if mark >= 0 and is_replicate(row, side, lead.cause, lead.disturbing)
        )
        rates.append(_describe_rate(words, here))
    locations = tuple(dict.fromkeys(one.group.columns[0].location for one in members))
    identity = json.dumps([lead.cause, str(column.location), "rate"])
    return Signal(
        id=hashlib.sha256(identity.encode()).hexdigest()[:12],
        cause=lead.cause,
        kind=_choose_kind(lead.shift),
        encoding=None,
        covert=lead.shift.measure.nature == "seconds",
        location=column.location,
        table=table,
        pair=Pair(
            left=left.digest,
            right=right.digest,
            factor=name,
            left_level=left[name],
            right_level=right[name],
            left_value=rates[0],
            right_value=rates[1],
        ),
        p_value=lead.p_value,
        p_adjusted=lead.p_adjusted,
        replicates=lead.replicates,
        bits=0.0,
        fields=locations,
    )


def _describe_rate(words: str, seen: Counter[int]) -> str:
    return f"{words} in {seen[1]} of {seen.total()} trials"
