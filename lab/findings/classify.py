"""The kind of a signal, from its location and from the values that were sent there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from lab.findings.covert.difference_kinds import is_reordered
from lab.findings.encodings.detect import PLAIN, find_hit, restore_sent_text
from lab.findings.encodings.e_values import joint_e_value
from lab.findings.encodings.keyed_digests import (
    count_expected_hits,
    find_keyed_digests,
    list_keys,
    may_hold_digest,
)
from lab.findings.encodings.search import Hit
from lab.findings.report import Kind
from lab.observation.location import Location
from lab.observation.parts import ORDER_PARTS, ROUTE_PARTS

__all__ = [
    "ROUTED_CHANNELS",
    "Classification",
    "classify",
    "is_route",
]

ROUTED_CHANNELS = frozenset({"dns", "tcp", "tls"})
"""Channels in which every factor that decides where traffic goes has an effect."""

_MOST_LABELS = 8
"""Combinations of levels that are searched for keyed digests: each costs many tries."""

_MOST_KEYS = 256


class Classification(NamedTuple):
    """The kind of a signal."""

    kind: Kind
    encoding: str | None = None
    """Its name, where the kind is ``encoded``."""
    chance: float | None = None
    """Of a copy or an encoding: how many such findings chance alone would produce."""


def is_route(location: Location, *, routed: bool, rerouted: bool) -> bool:
    """Whether the effect is only that the cause decides where traffic goes.

    A route that follows any other factor, such as the time zone, is a signal like others.

    Args:
        location: The location of the effect.
        routed: Whether all factors of the cause decide where traffic goes.
        rerouted: Whether one of them does.
    """
    return (rerouted and location.part in ROUTE_PARTS) or (
        routed and location.channel in ROUTED_CHANNELS
    )


def classify(
    location: Location,
    *,
    routed: bool,
    rerouted: bool,
    values: Mapping[str, str | None],
    needles: Mapping[str, Iterable[str]],
    sent: Callable[[str], Iterable[str]] | None = None,
) -> Classification:
    """Kind, encoding and chance of a signal.

    Args:
        location: The location of the signal.
        routed: Whether all factors of the cause decide where traffic goes.
        rerouted: Whether one of them does.
        values: A label of each combination of levels, and the value sent there (None: nothing).
        needles: The same labels, and the texts that a copy of these levels would contain.
        sent: Returns everything that was sent in the trials of a label: it may contain the key
            of a digest.
    """
    if is_route(location, routed=routed, rerouted=rerouted):
        return Classification("route")
    if location.part in ORDER_PARTS:
        return Classification("order")
    distinct = {value for value in values.values() if value}
    if len(distinct) > 1:
        # A value that several levels share is no copy of any of them.
        shared = Counter(values.values())
        own = [label for label, value in values.items() if value and shared[value] == 1]
        found = {
            label: hit
            for label, value in values.items()
            if value
            and (hit := find_hit(restore_sent_text(location, value), needles.get(label, ())))
        }
        classification = _classify_copy(found, own, values)
        if classification is None and sent is not None:
            tried = own[:_MOST_LABELS]
            classification = _classify_copy(
                _find_keyed(location, tried, values, needles, sent), tried, values
            )
        if classification is not None:
            return classification
    if _is_reordered(sorted(distinct)):
        return Classification("order")
    if None in values.values() and len(distinct) <= 1:
        return Classification("presence")
    return Classification("derived")


def _classify_copy(
    found: Mapping[str, Hit], own: Sequence[str], values: Mapping[str, str | None]
) -> Classification | None:
    """A copy, if at least half of the labels with a value of their own have a hit."""
    labels = {*found, *own}
    if not found or len(found) * 2 < len(labels):
        return None
    ways = Counter(hit.encoding for hit in found.values())
    way, count = ways.most_common(1)[0]
    if count * 2 < len(labels):
        return None
    # Levels that send the same value count once.
    each = {values[label]: hit.chance for label, hit in found.items()}
    chance = joint_e_value(each.values(), len({values[label] for label in labels}))
    return (
        Classification("copied", None, chance)
        if way == PLAIN
        else Classification("encoded", way, chance)
    )


def _find_keyed(
    location: Location,
    labels: Iterable[str],
    values: Mapping[str, str | None],
    needles: Mapping[str, Iterable[str]],
    sent: Callable[[str], Iterable[str]],
) -> dict[str, Hit]:
    """Values that are digests of the text of their own level with a key that was sent."""
    found: dict[str, Hit] = {}
    for label in labels:
        text = restore_sent_text(location, values[label] or "")
        wanted = tuple(needles.get(label, ()))
        if not wanted or not may_hold_digest(text):
            continue
        keys = list_keys(sent(label), _MOST_KEYS)
        for way in find_keyed_digests({0: text}, keys, wanted).values():
            found[label] = Hit("", way, count_expected_hits(text, keys, wanted))
    return found


def _is_reordered(values: Sequence[str]) -> bool:
    """Whether all values have the pieces of the first in another order."""
    return len(values) > 1 and all(is_reordered(values[0], value) for value in values[1:])
