"""Confirmed effects → signals: one signal for one cause at one place.

Places that show the same thing in the same way, and divide the trials alike, are one signal
with the places listed.  So is what the same cause does in plain sight elsewhere in a message.
What merely follows is left out: where a whole request comes or goes, its fields come and go
with it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from lab.experiment.analysis import Row
from lab.experiment.canaries import told as canary_told
from lab.experiment.column import ABSENT, Column, View
from lab.experiment.combinations import Combination, Trials
from lab.experiment.concealed import COARSE, hidden, in_place, look_alike, moved, texts_of
from lab.experiment.effect import Effect
from lab.experiment.presumption import Level
from lab.experiment.tables import LONGEST_VALUE, SHORT, decision_table, slot_values, whole_texts
from lab.findings.covert import differences
from lab.findings.encodings import LETTER_CASE
from lab.findings.kinds import (
    MANNER_PARTS,
    ORDER_PARTS,
    ROUTE_PARTS,
    ROUTED_CHANNELS,
    Told,
    is_route,
    kind_of,
)
from lab.findings.reasons import reordered
from lab.findings.report import Beside, Kind, Pair, Signal
from lab.observation.location import Location
from lab.observation.masks import mask

__all__ = ["assemble"]

_PRESENCE_PARTS = frozenset({"request", "message", "hello"})
_WORDED: frozenset[View] = frozenset({"exact", "masked", "set", *COARSE})
"""Views of texts of which the words can be compared."""

_MOST_SLOTS = 8
_MOST_DIFFERENCES = 32

_Pattern = tuple[int, ...]
_RANK: dict[Kind, int] = {
    "copied": 0,
    "encoded": 1,
    "derived": 2,
    "order": 3,
    "count": 4,
    "presence": 5,
    "timing": 6,
    "route": 7,
}


class _Field(msgspec.Struct, frozen=True):
    """One column under one effect, with what its minimal pair shows.

    ``moved`` says that the pieces of the text that it belongs to only changed places.
    """

    effect: Effect
    column: Column
    left: str | None
    right: str | None
    covert: bool
    moved: bool = False


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
    places: dict[tuple[object, ...], list[_Field]] = defaultdict(list)
    every = [field for effect in effects for field in _fields(effect, trials, rows)]
    flipped = {
        (field.effect.cause, field.column.location.message)
        for field in every
        if field.column.location.part in _PRESENCE_PARTS and _nothing_on_a_side(field)
    }
    recounted = {
        (field.effect.cause, field.column.location.message)
        for field in every
        if field.column.location.part in _PRESENCE_PARTS and field.column.view == "count"
    }
    contacted = {(cause, message.host) for cause, message in flipped if message.channel == "http"}
    for field in every:
        location = field.column.location
        follows = _nothing_on_a_side(field)
        if follows and location.part in (*ORDER_PARTS, *MANNER_PARTS):
            continue
        again = _counts(field) and (field.effect.cause, location.message) in recounted
        if again and location.part not in _PRESENCE_PARTS:
            continue
        alongside = (field.effect.cause, location.host) in contacted
        lower = location.channel in ROUTED_CHANNELS or location.part in ROUTE_PARTS
        if follows and alongside and lower:
            continue
        comes_and_goes = field.left is None or field.right is None or _counts(field)
        implied = (field.effect.cause, location.message) in flipped and comes_and_goes
        if field.left == field.right or (implied and location.part not in _PRESENCE_PARTS):
            continue
        places[field.effect.cause, location, field.covert].append(field)
    drafts = [_signal(fields, rows, trials, needles, routes) for fields in places.values()]
    return _merged(drafts)


def _merged(drafts: Iterable[tuple[Signal, _Pattern]]) -> tuple[Signal, ...]:
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
    signals = _together(signals)
    signals.sort(key=lambda s: (not s.covert, _RANK[s.kind], s.cause, str(s.location), s.id))
    return tuple(signals)


def _together(signals: Sequence[Signal]) -> list[Signal]:
    """What one cause does in plain sight in one part of one message, as one signal.

    The most telling place comes first: a copy, then what follows from the cause in another
    way, then what comes and goes; of these the one with the most values.  What is covert,
    encoded or an order stands for itself.
    """
    kept: list[Signal] = []
    told = sorted(signals, key=lambda one: (_RANK[one.kind], -len(_values(one)), one.id))
    for signal in told:
        for index, first in enumerate(kept if _plain(signal) else ()):
            if _plain(first) and first.cause == signal.cause and _beside(signal, first):
                fields = dict.fromkeys((*first.fields, *signal.fields))
                own = () if _follows(signal, first) else (_part(signal),)
                kept[index] = msgspec.structs.replace(
                    first, fields=tuple(fields), beside=(*first.beside, *own)
                )
                break
        else:
            kept.append(signal)
    return kept


def _plain(signal: Signal) -> bool:
    readable = signal.kind in ("copied", "derived", "presence") or signal.encoding == LETTER_CASE
    return readable and not signal.covert


def _beside(signal: Signal, first: Signal) -> bool:
    here, there = signal.location, first.location
    inside = here.part not in _PRESENCE_PARTS
    return inside and here.message == there.message and here.part == there.part


def _part(signal: Signal) -> Beside:
    return Beside(signal.location, signal.kind, signal.table)


def _follows(signal: Signal, first: Signal) -> bool:
    """Whether, level for level, the first one's value decides the signal's."""
    decided: dict[str | None, str | None] = {}
    values = {json.dumps(row.levels, sort_keys=True): row.value for row in first.table}
    for row in signal.table:
        levels = json.dumps(row.levels, sort_keys=True)
        if levels in values and decided.setdefault(values[levels], row.value) != row.value:
            return False
    return True


def _values(signal: Signal) -> set[str | None]:
    return {row.value for row in signal.table}


def _nothing_on_a_side(field: _Field) -> bool:
    return field.left in (None, "0") or field.right in (None, "0")


def _counts(field: _Field) -> bool:
    return field.column.view in ("count", "some")


def _fields(effect: Effect, trials: Trials, rows: Sequence[Row]) -> Iterator[_Field]:
    """All columns of an effect, with what both sides of its minimal pair show of them."""
    sides = effect.trials_of(effect.left, trials), effect.trials_of(effect.right, trials)
    for column in effect.group.columns:
        left, right = (_usual(column, side) for side in sides)
        covert, turned = hidden(column, left, right), False
        if left is not None and right is not None and column.view in _WORDED:
            texts = texts_of(column, effect, (left, right), sides, rows, trials)
            turned = texts is not None and moved(column, left, right, texts)
            if column.view in COARSE:
                covert = texts is not None and look_alike(texts)
            elif covert and texts is not None and column.location.part == "body":
                covert = turned or in_place(left, right, texts)
        yield _Field(effect, column, left, right, covert or turned, turned)


def _usual(column: Column, rows: Iterable[int]) -> str | None:
    """The most frequent value of these trials; None for absent or unknown."""
    seen = Counter(value for row in rows if (value := column.values[row]) is not None)
    value = seen.most_common(1)[0][0] if seen else None
    return None if value == ABSENT else value


def _signal(
    members: list[_Field],
    rows: Sequence[Row],
    trials: Trials,
    needles: Callable[[str, str], tuple[str, ...]],
    routes: frozenset[str],
) -> tuple[Signal, _Pattern]:
    """What one cause does at one place, and how that divides the trials."""
    cause = members[0].effect.cause
    location = members[0].column.location
    shown = ([field for field in members if not _counts(field)] or members[:1])[:_MOST_SLOTS]
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
        pair=_pair(shown, lead, rows, trials, whole),
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


def _informative(fields: Sequence[_Field]) -> _Field:
    """The field to show: one that says how, or else the one with the most different values."""
    return max(
        fields, key=lambda field: (field.column.view == "canary", len(set(field.column.values)))
    )


def _named(location: Location, field: _Field) -> Location:
    """The location; for an order of requests, with the host where one host was reordered."""
    if location.part == "request order":
        lines = {*(field.left or "").split("\n"), *(field.right or "").split("\n")}
        hosts = {line.partition(" ")[2].partition("/")[0] for line in lines if line}
        return msgspec.structs.replace(location, host=hosts.pop() if len(hosts) == 1 else None)
    return location


def _pair(
    shown: Sequence[_Field],
    lead: _Field,
    rows: Sequence[Row],
    trials: Trials,
    whole: Sequence[str | None] | None,
) -> Pair:
    """The minimal pair; ``whole`` are the whole texts of all trials, where they are short."""
    effect = lead.effect
    left, right = trials.environment(effect.left), trials.environment(effect.right)

    def sent(value: str | None, side: Combination) -> str | None:
        """What one trial of this side really sent."""
        if value is None or lead.column.view == "count":
            return value
        here = effect.trials_of(side, trials)
        usual = [row for row in here if lead.column.values[row] == value]
        if not usual:
            return value[:LONGEST_VALUE]
        if whole is not None and (text := whole[usual[0]]) is not None:
            return text
        if lead.column.view == "some":
            return value
        texts = rows[usual[0]].features.get(lead.column.location, ())
        return _excerpt(lead.column, value, texts)[:LONGEST_VALUE]

    return Pair(
        left=left.digest,
        right=right.digest,
        factor=effect.factor,
        left_level=left[effect.factor],
        right_level=right[effect.factor],
        left_value=sent(lead.left, effect.left),
        right_value=sent(lead.right, effect.right),
        context=dict(sorted(effect.left & effect.right)),
        differences=tuple(
            difference
            for field in shown
            if not _counts(field) and field.column.view != "canary"
            for difference in differences(field.left or "", field.right or "")
        )[:_MOST_DIFFERENCES],
    )


def _excerpt(column: Column, value: str, texts: Sequence[str]) -> str:
    """The value with as much of the text around it as this very trial sent."""
    if column.view in ("masked", "canary", "part", "length"):
        return next((text for text in texts if len(text) <= 2 * SHORT), value)
    for text in texts:
        if value not in text:
            continue
        befores = (column.before[start:] for start in range(len(column.before) + 1))
        before = next(part for part in befores if part + value in text)
        afters = (column.after[:end] for end in range(len(column.after), -1, -1))
        after = next(part for part in afters if before + value + part in text)
        return before + value + after
    return value


def _kind(
    location: Location,
    cause: Sequence[str],
    lead: _Field,
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
        return Told("presence" if _nothing_on_a_side(lead) else "count")
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
