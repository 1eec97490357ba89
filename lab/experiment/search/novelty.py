"""What a level shows that no known level does.

Each place is looked at through the finest glass under which replicates agree *and* the known
levels show few values: the exact text, identifiers and numbers blanked, all words blanked
(so that punctuation, spacing and invisible characters are left), whether there is anything.
Where every known level shows a value of its own, as in a copy or a hash of it, a new value
is nothing new, and the place is looked at through a coarser glass.  Copies of the level
itself are blanked before.

What is then seen at a place, and was seen at no known level, is new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from lab.findings.classify import ROUTE_PARTS, ROUTED_CHANNELS
from lab.observation.features import Features
from lab.observation.text.masks import mask

__all__ = ["KnownBehaviour", "Sighting", "collect_known"]

Sighting = tuple[str, str]
"""A place, and what is seen there."""

_SHORTEST_NEEDLE = 3
_FEW = 3
_WORD = re.compile(r"[A-Za-z0-9]+")

_Values = tuple[str, ...]


def _exact(values: _Values) -> object:
    return sorted(values)


def _masked(values: _Values) -> object:
    return sorted(map(mask, values))


def _signs(values: _Values) -> object:
    return sorted({_WORD.sub("w", text) for text in values})


def _some(values: _Values) -> object:
    return bool(values)


_GLASSES: tuple[Callable[[_Values], object], ...] = (_exact, _masked, _signs, _some)
_UNKNOWN = _GLASSES.index(_signs)


class KnownBehaviour(msgspec.Struct, frozen=True):
    """What is known: through which glass each place is seen, and what was seen there.

    ``hosts`` are those that known levels do not name, such as what a moving one stands for.
    """

    glasses: Mapping[str, int]
    known: frozenset[Sighting]
    hosts: frozenset[str]
    needles: Callable[[str], tuple[str, ...]]
    routes: bool

    def new(self, level: str, features: Features) -> frozenset[Sighting]:
        """What this trial of a level shows that no known level does."""
        places = _blank_copies(level, features, self.needles, self.routes, self.hosts)
        return frozenset(_list_sightings(places, self.glasses)) - self.known


def collect_known(
    trials: Sequence[tuple[str, Features]],
    needles: Callable[[str], tuple[str, ...]],
    *,
    routes: bool,
    elsewhere: KnownBehaviour | None = None,
) -> KnownBehaviour:
    """What trials of known levels, some of them several times, say is known.

    What was seen ``elsewhere`` is known too, and no place is looked at more closely than there,
    because more levels may have taught it.
    """
    hosts = frozenset(
        location.host
        for level, features in trials
        for location in features
        if location.host is not None and location.host not in needles(level)
    )
    seen = [
        (level, _blank_copies(level, features, needles, routes, hosts))
        for level, features in trials
    ]
    names = {place for _, places in seen for place in places}
    least = {} if elsewhere is None else elsewhere.glasses
    glasses = {
        name: _choose_coarser(_choose_view(name, seen), least.get(name, 0)) for name in names
    }
    known = {sight for _, places in seen for sight in _list_sightings(places, glasses)}
    if elsewhere is not None:
        known |= elsewhere.known
    return KnownBehaviour(glasses, frozenset(known), hosts, needles, routes)


def _choose_view(name: str, seen: Sequence[tuple[str, Mapping[str, _Values]]]) -> int:
    """The finest glass that shows few values and the same for the same level; -1 for none."""
    levels = {level for level, _ in seen}
    most = max(_FEW, len(levels) // _FEW)
    for number, glass in enumerate(_GLASSES):
        shown: dict[str, set[str]] = {level: set() for level in levels}
        for level, places in seen:
            shown[level].add(repr(glass(places.get(name, ()))))
        steady = all(len(values) == 1 for values in shown.values())
        if steady and len(set().union(*shown.values())) <= most:
            return number
    return -1


def _choose_coarser(one: int, other: int) -> int:
    return -1 if min(one, other) < 0 else max(one, other)


def _list_sightings(places: Mapping[str, _Values], glasses: Mapping[str, int]) -> set[Sighting]:
    found = set()
    for name in {*places, *glasses}:
        number = glasses.get(name, _UNKNOWN)
        if number >= 0:
            found.add((name, repr(_GLASSES[number](places.get(name, ())))))
    return found


def _blank_copies(
    level: str,
    features: Features,
    needles: Callable[[str], tuple[str, ...]],
    routes: bool,
    hosts: frozenset[str],
) -> dict[str, _Values]:
    """The places and texts of a trial, copies of its level blanked."""
    texts = [x for x in needles(level) if len(x) >= _SHORTEST_NEEDLE and x not in hosts]
    longest = sorted(texts, key=len, reverse=True)
    copies = re.compile("|".join(map(re.escape, longest)) or r"(?!)", re.IGNORECASE)
    found: dict[str, _Values] = {}
    for location, values in features.items():
        if routes and (location.part in ROUTE_PARTS or location.channel in ROUTED_CHANNELS):
            continue
        host = (
            location.host if location.host in hosts else copies.sub("⟨level⟩", location.host or "")
        )
        rest = str(msgspec.structs.replace(location, host=None))
        name = f"{host} {copies.sub('⟨level⟩', rest)}"
        found[name] = (*found.get(name, ()), *(copies.sub("⟨level⟩", text) for text in values))
    return found
