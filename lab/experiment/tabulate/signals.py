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
from lab.experiment.columns.canaries import told as canary_told
from lab.experiment.columns.column import ABSENT
from lab.experiment.confirm.effect import Effect
from lab.experiment.isolate.main_effects import Level
from lab.experiment.tabulate.decision_table import decision_table, slot_values, whole_texts
from lab.experiment.tabulate.merge import Pattern, merged
from lab.experiment.tabulate.minimal_pair import minimal_pair
from lab.experiment.tabulate.pair_columns import Field, counts, fields_of, nothing_on_a_side
from lab.experiment.trials.contrasts import Combination, Trials
from lab.findings.classify import (
    MANNER_PARTS,
    ORDER_PARTS,
    ROUTE_PARTS,
    ROUTED_CHANNELS,
    Told,
    is_route,
    kind_of,
)
from lab.findings.covert.difference_kinds import reordered
from lab.findings.report import Signal
from lab.observation.location import MESSAGE_PARTS, Location
from lab.observation.text.masks import mask

__all__ = ["assemble"]


_MOST_SLOTS = 8


def assemble(
    effects: Sequence[Effect],
    rows: Sequence[Row],
    trials: Trials,
    *,
    needles: Callable[[str, str], tuple[str, ...]],
    routes: frozenset[str],
) -> tuple[Signal, ...]:
    """The signals of confirmed effects, covert ones first.

    ``needles`` maps a factor and a level to the texts that a copy of it would contain,
    ``routes`` names the factors that decide where traffic goes.
    """
    places: dict[tuple[object, ...], list[Field]] = defaultdict(list)
    every = [field for effect in effects for field in fields_of(effect, trials, rows)]
    flipped = {
        (field.effect.cause, field.column.location.message)
        for field in every
        if field.column.location.part in MESSAGE_PARTS and nothing_on_a_side(field)
    }
    recounted = {
        (field.effect.cause, field.column.location.message)
        for field in every
        if field.column.location.part in MESSAGE_PARTS and field.column.view == "count"
    }
    contacted = {(cause, message.host) for cause, message in flipped if message.channel == "http"}
    for field in every:
        location = field.column.location
        follows = nothing_on_a_side(field)
        if follows and location.part in (*ORDER_PARTS, *MANNER_PARTS):
            continue
        again = counts(field) and (field.effect.cause, location.message) in recounted
        if again and location.part not in MESSAGE_PARTS:
            continue
        alongside = (field.effect.cause, location.host) in contacted
        lower = location.channel in ROUTED_CHANNELS or location.part in ROUTE_PARTS
        if follows and alongside and lower:
            continue
        comes_and_goes = field.left is None or field.right is None or counts(field)
        implied = (field.effect.cause, location.message) in flipped and comes_and_goes
        if field.left == field.right or (implied and location.part not in MESSAGE_PARTS):
            continue
        places[field.effect.cause, location, field.covert].append(field)
    drafts = [_signal(fields, rows, trials, needles, routes) for fields in places.values()]
    return merged(drafts)


def _signal(
    members: list[Field],
    rows: Sequence[Row],
    trials: Trials,
    needles: Callable[[str, str], tuple[str, ...]],
    routes: frozenset[str],
) -> tuple[Signal, Pattern]:
    """What one cause does at one place, and how that divides the trials."""
    cause = members[0].effect.cause
    location = members[0].column.location
    shown = ([field for field in members if not counts(field)] or members[:1])[:_MOST_SLOTS]
    others = frozenset(
        level for field in shown for level in field.effect.disturbing if level[0] not in cause
    )
    # A canary is for what cannot be compared: where a copy is plain to see, it adds nothing.
    compared = [field for field in shown if field.column.view != "canary"]
    if compared and len(compared) < len(shown):
        lead = _informative(compared)
        told = _kind(location, cause, lead, others, rows, trials, needles, routes)
        shown = compared if told.kind in ("copied", "encoded") else shown
    lead = _informative(shown)
    values = slot_values([field.column for field in shown])
    exact = all(field.column.view in ("exact", "set", "some") for field in shown)
    whole = whole_texts(location, values, rows) if exact else None
    table = decision_table(cause, others, whole or values, trials)
    told = _kind(location, cause, lead, others, rows, trials, needles, routes)
    identity = json.dumps([cause, str(location), members[0].covert])
    effect = lead.effect
    signal = Signal(
        id=hashlib.sha256(identity.encode()).hexdigest()[:12],
        cause=cause,
        kind=told.kind,
        encoding=told.encoding,
        covert=members[0].covert and told.kind != "route",
        location=_named(location, lead),
        table=table,
        pair=minimal_pair(shown, lead, rows, trials, whole),
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


def _informative(fields: Sequence[Field]) -> Field:
    """The field to show: one that says how, or else the one with the most different values."""
    return max(
        fields, key=lambda field: (field.column.view == "canary", len(set(field.column.values)))
    )


def _named(location: Location, field: Field) -> Location:
    """The location; for an order of requests, with the host where one host was reordered."""
    if location.part == "request order":
        lines = {*(field.left or "").split("\n"), *(field.right or "").split("\n")}
        hosts = {line.partition(" ")[2].partition("/")[0] for line in lines if line}
        return msgspec.structs.replace(location, host=hosts.pop() if len(hosts) == 1 else None)
    return location


def _kind(
    location: Location,
    cause: Sequence[str],
    lead: Field,
    others: frozenset[Level],
    rows: Sequence[Row],
    trials: Trials,
    needles: Callable[[str, str], tuple[str, ...]],
    routes: frozenset[str],
) -> Told:
    column = lead.column
    routed = set(cause) <= routes
    rerouted = not routes.isdisjoint(cause)
    if is_route(location, routed=routed, rerouted=rerouted):
        return Told("route")

    def texts_of(combination: Combination) -> tuple[str, ...]:
        return tuple(
            x for name, level in combination if name in cause for x in needles(name, level)
        )

    if column.view == "canary":
        way = lead.right or lead.left or ""
        holding = [row for row, value in enumerate(column.values) if value == way]
        held = ((rows[row].features, texts_of(trials.rows[row])) for row in holding)
        return canary_told(location, way, held)
    if column.view == "count":
        return Told("presence" if nothing_on_a_side(lead) else "count")
    if column.view == "some":
        return Told("presence")
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

    told = kind_of(
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
        if more and all(reordered(first, other) for other in more):
            return Told("order")
    return told
