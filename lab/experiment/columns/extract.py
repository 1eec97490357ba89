"""Observations → columns: one comparable value per trial, noise left behind.

A column is a feature, or a piece of one, whose value is the same in all replicates of an
environment.  Whatever is not the same is looked at through coarser and coarser glasses (a
*ladder of views*) until it is:

1. ``exact``: the text in one slot, to the last code point;
2. ``part`` and ``length``: what is steady in a random token, and how long a text is;
   ``masked``: with identifiers, times and numbers blanked;
3. ``set``: where a feature has several values in jittering order or number;
4. ``some``: whether there is anything at all;
5. ``word``: whether one word that recurs over trials occurs.

Thousands of noisy fields vanish this way without a list of their names.  What is constant
in no view is reported as noise.

Columns with the same pattern over all trials are one :class:`Group`: everything that
copies one input behaves alike, so hundreds of places become one hypothesis.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec

from lab.experiment.columns.column import ABSENT, Column, NoisyLocation, View, number_values
from lab.experiment.columns.views import (
    MAX_VALUES,
    extract_finest_view,
    extract_order_column,
    extract_slot_columns,
    extract_value_columns,
    extract_word_columns,
)
from lab.experiment.trials.replicates import Replicates
from lab.findings.classify import MANNER_PARTS
from lab.observation.features import Features
from lab.observation.location import MESSAGE_PARTS, Location
from lab.observation.text.masks import mask

__all__ = ["extract_columns"]

_ORDER_PARTS = frozenset({"request order", "header order", "key order", "query order"})
_SET_CHANNELS = frozenset({"dns", "tls"})
_SET_PARTS = frozenset({"route", "proxy request", "proxy header"})
_ELEMENT = re.compile(r"/(?:\[[^/]*\]|\*)(?=/|$)")


def extract_columns(
    trials: Sequence[Features], groups: Sequence[int], broken: frozenset[int] = frozenset()
) -> tuple[list[Column], list[NoisyLocation]]:
    """All columns that are not constant, and all places that are noise.

    ``groups`` numbers the environments: trials with the same number are replicates.  The
    first trial must be of the control environment.  Of ``broken`` trials only how they
    ended is known.
    """
    everything = tuple(range(len(trials)))
    whole = tuple(index for index in everything if index not in broken)
    replicates: dict[tuple[int, ...], Replicates] = {}
    found: list[Column] = []
    noise: list[NoisyLocation] = []
    sampled: set[tuple[Location, str]] = set()
    locations = {location for trial in trials for location in trial}
    usual = _find_regular_messages(
        locations, trials, [row for row in whole if groups[row] == groups[0]]
    )
    for location in sorted(locations, key=_nesting_key):
        rows = everything if location.channel == "exit" else whole
        message = usual.get(location.message)
        if message is not None and message != location:
            rows = tuple(row for row in rows if message in trials[row])
        values = [trials[row].get(location, ()) for row in rows]
        if all(value == values[0] for value in values):
            continue
        if rows not in replicates:
            replicates[rows] = Replicates([groups[row] for row in rows])
        start, noted = len(found), len(noise)
        found.extend(_extract_location(location, values, replicates[rows], noise, sampled))
        _deduplicate(found, start)
        if len(rows) < len(trials):
            found[start:] = [_expand_column(column, rows, len(trials)) for column in found[start:]]
            noise[noted:] = [_expand_noise(item, rows, len(trials)) for item in noise[noted:]]
    return found, noise


def _find_regular_messages(
    locations: Collection[Location], trials: Sequence[Features], control: Sequence[int]
) -> dict[Location, Location]:
    """Messages that the control environment's trials send, each with the place that tells so.

    Where such a message does not come, its parts tell nothing: that it does not is compared at
    a place of its own, and would be found again in each of hundreds of parts.
    """
    return {
        location.message: location
        for location in locations
        if location.part in MESSAGE_PARTS and all(location in trials[row] for row in control)
    }


def _expand_column(column: Column, rows: Sequence[int], size: int) -> Column:
    """The column over all trials, nothing known of those left out."""
    values: list[str | None] = [None] * size
    for row, value in zip(rows, column.values, strict=True):
        values[row] = value
    return msgspec.structs.replace(column, values=tuple(values))


def _expand_noise(item: NoisyLocation, rows: Sequence[int], size: int) -> NoisyLocation:
    if item.seen is None:
        return item
    return msgspec.structs.replace(item, seen=_expand_column(item.seen, rows, size))


def _deduplicate(found: list[Column], start: int) -> None:
    """Keep one column a pattern among those of one location, and none that is constant."""
    seen: set[tuple[int, ...]] = set()
    kept = []
    for column in found[start:]:
        codes = number_values(column.values)
        if codes not in seen and len(set(codes) - {-1}) > 1:
            seen.add(codes)
            kept.append(column)
    found[start:] = kept


def _extract_location(
    location: Location,
    values: list[tuple[str, ...]],
    replicates: Replicates,
    noise: list[NoisyLocation],
    sampled: set[tuple[Location, str]],
) -> Iterator[Column]:
    """The columns of one place.

    ``sampled`` collects messages and array elements that come and go by chance: what is
    inside them comes and goes with them, which tells nothing.
    """
    if location.channel in _SET_CHANNELS or location.part in _SET_PARTS:
        # How often a name is resolved or a connection made is a matter of keep-alive and of
        # races; which names, routes and handshakes there are is not.
        values = [tuple(sorted(set(value))) for value in values]
        values = [("\n".join(value),) if value else () for value in values]
    counts = [str(len(value)) for value in values]
    containers = _list_containers(location)
    # How something is said comes and goes with what is said, which is compared elsewhere.
    presence_is_noise = location.part in MANNER_PARTS or not sampled.isdisjoint(containers)
    if len(set(counts)) > 1 and not presence_is_noise:
        present = ["some" if value else ABSENT for value in values]
        if replicates.agree(counts):
            view: View = "count" if set(counts) - {"0", "1"} else "some"
            yield Column(location, view, tuple(counts if view == "count" else present))
        elif replicates.agree(present):
            yield Column(location, "some", tuple(present))
            raw = Column(location, "count", tuple(counts))
            noise.append(NoisyLocation(location, "the number of occurrences varies", raw))
        else:
            presence_is_noise = True
            sampled.add(containers[-1])
            raw = Column(location, "some", tuple(present))
            noise.append(
                NoisyLocation(location, "occurs in some replicates and not in others", raw)
            )

    absent = None if presence_is_noise else ABSENT
    if len({value for value in values if value}) < 2:
        return
    if location.channel in _SET_CHANNELS or location.part in _SET_PARTS:
        texts = [value[0] if value else absent for value in values]
        yield from extract_finest_view(location, "set", texts, ("", ""), replicates, noise)
        return
    if location.part in _ORDER_PARTS:
        yield from extract_order_column(location, values, absent, replicates, noise)
        return
    lengths = {len(value) for value in values if value}
    ordered = replicates.agree([value or None for value in values])
    if len(lengths) == 1 and (ordered or lengths == {1}):
        for index in range(min(lengths.pop(), MAX_VALUES)):
            texts = [value[index] if value else absent for value in values]
            yield from extract_slot_columns(location, "exact", texts, replicates, noise)
        return
    for view, seen in (
        ("set", values),
        ("masked", [tuple(mask(text) for text in value) for value in values]),
    ):
        if replicates.agree([tuple(sorted(set(value))) or None for value in seen]):
            yield from extract_value_columns(location, view, seen, absent, replicates, noise)
            return
    noise.append(NoisyLocation(location, "values and their number vary"))
    yield from extract_word_columns(location, values, absent, replicates)


def _nesting_key(location: Location) -> tuple[str, bool, str]:
    """Messages before their parts, and outer elements before inner ones."""
    return str(location.message), location.part not in MESSAGE_PARTS, str(location)


def _list_containers(location: Location) -> list[tuple[Location, str]]:
    """The message and the array elements that a place is part of, outermost first."""
    pointer = location.pointer or ""
    found = [(location.message, "")]
    if location.part in ("body", "key order"):
        ends = [match.end() for match in _ELEMENT.finditer(pointer)]
        found += [(location.message, pointer[:end]) for end in ends]
    return found
