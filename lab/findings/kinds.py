"""What kind of signal it is, told from its place and from what stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from lab.findings.encodings import PLAIN, as_sent, encoding_of
from lab.findings.keyed import keyed_digests, keys_in, may_hold_digest
from lab.findings.report import Kind
from lab.observation.location import Location

__all__ = ["ORDER_PARTS", "ROUTED_CHANNELS", "ROUTE_PARTS", "is_route", "kind_of"]

ROUTE_PARTS = frozenset({"route", "proxy request", "proxy header"})
ROUTED_CHANNELS = frozenset({"dns", "tcp", "tls"})
"""Channels in which a factor that decides where traffic goes shows for that reason."""

ORDER_PARTS = frozenset({"request order", "header order", "key order", "query order"})

_MOST_LABELS = 8
"""Combinations of levels that are looked at for digests with keys: each costs many tries."""

_MOST_KEYS = 256


def is_route(location: Location, *, routed: bool, rerouted: bool) -> bool:
    """Whether the place shows no more than that the cause decides where traffic goes.

    A route that follows anything else, such as the time zone, tells of that.
    """
    return (rerouted and location.part in ROUTE_PARTS) or (
        routed and location.channel in ROUTED_CHANNELS
    )


def kind_of(
    location: Location,
    *,
    routed: bool,
    rerouted: bool,
    values: Mapping[str, str | None],
    needles: Mapping[str, Iterable[str]],
    sent: Callable[[str], Iterable[str]] | None = None,
) -> tuple[Kind, str | None]:
    """Kind and encoding.

    ``values`` maps a label of each combination of levels to the value seen there (None:
    nothing), ``needles`` the same labels to the texts that a copy of these levels would
    contain.  ``sent`` gives everything that was sent where a label's value was seen: what it
    holds may be the key of a digest.  ``routed`` says that all factors of the cause decide
    where traffic goes, ``rerouted`` that one of them does.
    """
    if is_route(location, routed=routed, rerouted=rerouted):
        return "route", None
    if location.part in ORDER_PARTS:
        return "order", None
    found = {
        label: way
        for label, value in values.items()
        if value
        and (way := encoding_of(as_sent(location, value), needles.get(label, ()))) is not None
    }
    distinct = {value for value in values.values() if value}
    if found and len(distinct) > 1:
        way, count = Counter(found.values()).most_common(1)[0]
        # What several levels share says that they do not matter here, and is no copy of them.
        shared = Counter(values.values())
        own = [label for label, value in values.items() if value and shared[value] == 1]
        if count * 2 >= len({*found, *own}):
            return ("copied", None) if way == PLAIN else ("encoded", way)
    if sent is not None and len(distinct) > 1:
        way = _keyed(location, values, needles, sent)
        if way is not None:
            return "encoded", way
    if _reordered([value.split() for value in distinct]):
        return "order", None
    if None in values.values() and len(distinct) <= 1:
        return "presence", None
    return "derived", None


def _keyed(
    location: Location,
    values: Mapping[str, str | None],
    needles: Mapping[str, Iterable[str]],
    sent: Callable[[str], Iterable[str]],
) -> str | None:
    """How at least half of the values are digests of their own level's text and a sent value.

    Values that several levels share are left aside, as they are no copy of any.
    """
    shared = Counter(values.values())
    own = [label for label, value in values.items() if value and shared[value] == 1]
    ways: Counter[str] = Counter()
    tried = own[:_MOST_LABELS]
    for label in tried:
        texts = {0: as_sent(location, values[label] or "")}
        wanted = tuple(needles.get(label, ()))
        if wanted and may_hold_digest(texts[0]):
            ways.update(keyed_digests(texts, keys_in(sent(label), _MOST_KEYS), wanted).values())
    if not ways:
        return None
    way, count = ways.most_common(1)[0]
    return way if count * 2 >= len(tried) else None


def _reordered(values: Sequence[Sequence[str]]) -> bool:
    """Whether all have the same words, though not one after another as in the first."""
    words = {tuple(sorted(value)) for value in values}
    return len(words) == 1 and any(value != values[0] for value in values)
