"""Confirmed effects → signals: one signal for one cause at one place.

Places that show the same thing in the same way, and divide the trials alike, are one signal
with the places listed.  So is what the same cause does in plain sight elsewhere in a message.
What merely follows is left out: where a whole request comes or goes, its fields come and go
with it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import msgspec

from lab.experiment.analysis import Row
from lab.experiment.columns.canaries import classify_canary as canary_told
from lab.experiment.columns.column import ABSENT
from lab.experiment.confirm.effect import Effect
from lab.experiment.isolate.main_effects import Setting
from lab.experiment.tabulate.decision_table import (
    build_decision_table,
    find_whole_texts,
    join_slots,
)
from lab.experiment.tabulate.merge import Pattern, merge_signals
from lab.experiment.tabulate.minimal_pair import build_minimal_pair
from lab.experiment.tabulate.pair_columns import (
    ColumnContrast,
    contrast_columns,
    is_absent_on_one_side,
    is_count,
)
from lab.experiment.trials.contrasts import Changes, TrialTable
from lab.findings.classify import (
    MANNER_PARTS,
    ORDER_PARTS,
    ROUTE_PARTS,
    ROUTED_CHANNELS,
    Classification,
    classify,
    is_route,
)
from lab.findings.covert.difference_kinds import is_reordered
from lab.findings.report import Signal
from lab.observation.location import MESSAGE_PARTS, Location
from lab.observation.text.masks import mask

__all__ = ["assemble_signals"]


_MAX_SLOTS = 8


def assemble_signals(
    effects: Sequence[Effect],
    rows: Sequence[Row],
    trials: TrialTable,
    *,
    needles: Callable[[str, str], tuple[str, ...]],
    routes: frozenset[str],
) -> tuple[Signal, ...]:
    """The signals of confirmed effects, covert ones first.

    ``needles`` maps a factor and a level to the texts that a copy of it would contain,
    ``routes`` names the factors that decide where traffic goes.
    """
    places: dict[tuple[object, ...], list[ColumnContrast]] = defaultdict(list)
    every = [field for effect in effects for field in contrast_columns(effect, trials, rows)]
    flipped = {
        (field.effect.cause, field.column.location.message)
        for field in every
        if field.column.location.part in MESSAGE_PARTS and is_absent_on_one_side(field)
    }
    recounted = {
        (field.effect.cause, field.column.location.message)
        for field in every
        if field.column.location.part in MESSAGE_PARTS and field.column.view == "count"
    }
    contacted = {(cause, message.host) for cause, message in flipped if message.channel == "http"}
    for field in every:
        location = field.column.location
        follows = is_absent_on_one_side(field)
        if follows and location.part in (*ORDER_PARTS, *MANNER_PARTS):
            continue
        again = is_count(field) and (field.effect.cause, location.message) in recounted
        if again and location.part not in MESSAGE_PARTS:
            continue
        alongside = (field.effect.cause, location.host) in contacted
        lower = location.channel in ROUTED_CHANNELS or location.part in ROUTE_PARTS
        if follows and alongside and lower:
            continue
        comes_and_goes = field.left is None or field.right is None or is_count(field)
        implied = (field.effect.cause, location.message) in flipped and comes_and_goes
        if field.left == field.right or (implied and location.part not in MESSAGE_PARTS):
            continue
        places[field.effect.cause, location, field.covert].append(field)
    drafts = [_build_signal(fields, rows, trials, needles, routes) for fields in places.values()]
    return merge_signals(drafts)


def _build_signal(
    members: list[ColumnContrast],
    rows: Sequence[Row],
    trials: TrialTable,
    needles: Callable[[str, str], tuple[str, ...]],
    routes: frozenset[str],
) -> tuple[Signal, Pattern]:
    """What one cause does at one place, and how that divides the trials."""
    cause = members[0].effect.cause
    location = members[0].column.location
    shown = ([field for field in members if not is_count(field)] or members[:1])[:_MAX_SLOTS]
    others = frozenset(
        level for field in shown for level in field.effect.disturbing if level[0] not in cause
    )
    # A canary is for what cannot be compared: where a copy is plain to see, it adds nothing.
    compared = [field for field in shown if field.column.view != "canary"]
    if compared and len(compared) < len(shown):
        lead = _choose_lead(compared)
        told = _classify(location, cause, lead, others, rows, trials, needles, routes)
        shown = compared if told.kind in ("copied", "encoded") else shown
    lead = _choose_lead(shown)
    values = join_slots([field.column for field in shown])
    exact = all(field.column.view in ("exact", "set", "presence") for field in shown)
    whole = find_whole_texts(location, values, rows) if exact else None
    table = build_decision_table(cause, others, whole or values, trials)
    told = _classify(location, cause, lead, others, rows, trials, needles, routes)
    identity = json.dumps([cause, str(location), members[0].covert])
    effect = lead.effect
    signal = Signal(
        id=hashlib.sha256(identity.encode()).hexdigest()[:12],
        cause=cause,
        kind=told.kind,
        encoding=told.encoding,
        covert=members[0].covert and told.kind != "route",
        location=_refine_location(location, lead),
        table=table,
        pair=build_minimal_pair(shown, lead, rows, trials, whole),
        p_value=effect.p_value,
        p_adjusted=max(field.effect.p_adjusted for field in shown),
        replicates=effect.replicates,
        bits=0.0,
        fields=(location,),
        chance=told.chance,
    )
    numbers: dict[str, int] = {}
    return signal, tuple(
        -1 if value is None else numbers.setdefault(value, len(numbers)) for value in values
    )


def _choose_lead(fields: Sequence[ColumnContrast]) -> ColumnContrast:
    """The field to show: one that says how, or else the one with the most different values."""
    return max(
        fields, key=lambda field: (field.column.view == "canary", len(set(field.column.values)))
    )


def _refine_location(location: Location, field: ColumnContrast) -> Location:
    """The location; for an order of requests, with the host where one host was reordered."""
    if location.part == "request order":
        lines = {*(field.left or "").split("\n"), *(field.right or "").split("\n")}
        hosts = {line.partition(" ")[2].partition("/")[0] for line in lines if line}
        return msgspec.structs.replace(location, host=hosts.pop() if len(hosts) == 1 else None)
    return location


def _classify(
    location: Location,
    cause: Sequence[str],
    lead: ColumnContrast,
    others: frozenset[Setting],
    rows: Sequence[Row],
    trials: TrialTable,
    needles: Callable[[str, str], tuple[str, ...]],
    routes: frozenset[str],
) -> Classification:
    column = lead.column
    routed = set(cause) <= routes
    rerouted = not routes.isdisjoint(cause)
    if is_route(location, routed=routed, rerouted=rerouted):
        return Classification("route")

    def texts_of(combination: Changes) -> tuple[str, ...]:
        return tuple(
            x for name, level in combination if name in cause for x in needles(name, level)
        )

    if column.view == "canary":
        way = lead.right or lead.left or ""
        holding = [row for row, value in enumerate(column.values) if value == way]
        held = ((rows[row].features, texts_of(trials.rows[row])) for row in holding)
        return canary_told(location, way, held)
    if column.view == "count":
        return Classification("presence" if is_absent_on_one_side(lead) else "count")
    if column.view == "presence":
        return Classification("presence")
    texts: dict[str, str | None] = {}
    wanted: dict[str, tuple[str, ...]] = {}
    seen_in: dict[str, int] = {}
    for index, combination in enumerate(trials.rows):
        levels = dict(combination)
        value = column.values[index]
        if not others.isdisjoint(combination) or not levels.keys() & set(cause) or value is None:
            continue
        label = json.dumps([levels.get(name, trials.control[name]) for name in cause])
        if label in texts:
            continue
        if value == ABSENT:
            texts[label] = None
        elif column.view == "masked":
            texts[label] = "\n".join(rows[index].features.get(location, ()))[:100_000]
        else:
            texts[label] = value
        seen_in[label] = index
        wanted[label] = texts_of(combination)

    def sent(label: str) -> Iterable[str]:
        return chain.from_iterable(rows[seen_in[label]].features.values())

    told = classify(
        location, routed=routed, rerouted=rerouted, values=texts, needles=wanted, sent=sent
    )
    if told.kind == "derived" and lead.moved:
        compared = (
            rows[index].features.get(location, ())
            for index, combination in enumerate(trials.rows)
            if others.isdisjoint(combination) and column.values[index] is not None
        )
        whole = {"\n".join(sorted(set(map(mask, texts)))) for texts in compared if texts}
        first, *more = sorted(whole) or [""]
        if more and all(is_reordered(first, other) for other in more):
            return Classification("order")
    return told
