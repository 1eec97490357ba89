"""What kind of signal it is, told from its place and from what stands there."""

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
"""Channels in which a factor that decides where traffic goes shows for that reason."""

_MOST_LABELS = 8
"""Combinations of levels that are looked at for digests with keys: each costs many tries."""

_MOST_KEYS = 256


class Classification(NamedTuple):
    """The kind; of a copy or an encoding, which, and how many such findings chance makes."""

    kind: Kind
    encoding: str | None = None
    chance: float | None = None


def is_route(location: Location, *, routed: bool, rerouted: bool) -> bool:
    """Whether the place shows no more than that the cause decides where traffic goes.

    A route that follows anything else, such as the time zone, tells of that.
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
    """Kind, encoding and chance.

    ``values`` maps a label of each combination of levels to the value seen there (None:
    nothing), ``needles`` the same labels to the texts that a copy of these levels would
    contain.  ``sent`` gives everything that was sent where a label's value was seen: what it
    holds may be the key of a digest.  ``routed`` says that all factors of the cause decide
    where traffic goes, ``rerouted`` that one of them does.
    """
    if is_route(location, routed=routed, rerouted=rerouted):
        return Classification("route")
    if location.part in ORDER_PARTS:
        return Classification("order")
    distinct = {value for value in values.values() if value}
    if len(distinct) > 1:
        # What several levels share says that they do not matter here, and is no copy of them.
        shared = Counter(values.values())
        own = [label for label, value in values.items() if value and shared[value] == 1]
        found = {
            label: hit
            for label, value in values.items()
            if value
            and (hit := find_hit(restore_sent_text(location, value), needles.get(label, ())))
        }
        told = _classify_copy(found, own, values)
        if told is None and sent is not None:
            tried = own[:_MOST_LABELS]
            told = _classify_copy(
                _find_keyed(location, tried, values, needles, sent), tried, values
            )
        if told is not None:
            return told
    if _is_reordered(sorted(distinct)):
        return Classification("order")
    if None in values.values() and len(distinct) <= 1:
        return Classification("presence")
    return Classification("derived")


def _classify_copy(
    found: Mapping[str, Hit], own: Sequence[str], values: Mapping[str, str | None]
) -> Classification | None:
    """That it is a copy, if at least half of the labels with a value of their own show one."""
    labels = {*found, *own}
    if not found or len(found) * 2 < len(labels):
        return None
    ways = Counter(hit.encoding for hit in found.values())
    way, count = ways.most_common(1)[0]
    if count * 2 < len(labels):
        return None
    # Of levels that send the same, one alone is evidence.
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
    """Which values are digests of their own level's text together with a value that was sent."""
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
    """Whether all have the same pieces, though not one after another as in the first."""
    return len(values) > 1 and all(is_reordered(values[0], value) for value in values[1:])
