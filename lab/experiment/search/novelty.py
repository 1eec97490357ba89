"""What a level causes that no known level does.

Each location is compared in the finest view in which replicates agree *and* the known levels have
few values: the exact text, identifiers and numbers blanked, all words blanked (so that
punctuation, spacing and invisible characters remain), whether there is anything.  Where every
known level has a value of its own, as in a copy or a hash of it, a further value is no news, and
the location is compared in a coarser view.  Copies of the level itself are blanked before.

A view of a location that no known level produced is new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from lab.experiment.columns.ladder import EXACT, MASKED, PRESENCE, SHAPE, Rung, choose_finest
from lab.findings.classify import ROUTED_CHANNELS
from lab.observation.features import Features
from lab.observation.parts import ROUTE_PARTS

__all__ = ["LADDER", "KnownBehaviour", "Sighting", "collect_known"]

Sighting = tuple[str, str]
"""A location, with the level blanked, and its view."""

_SHORTEST_NEEDLE = 3
_FEW = 3
"""Known levels have few values at a location: so many, or one in so many levels."""

_Texts = tuple[str, ...]

LADDER = (EXACT, MASKED, SHAPE, PRESENCE)
"""The views in which a location is compared, the finest first."""

_DEFAULT = SHAPE


class KnownBehaviour(msgspec.Struct, frozen=True):
    """The view of each location, None for no comparison, and what known levels produced in it.

    ``hosts`` are those that known levels do not name.  ``needles`` maps a level to the texts that
    a copy of it would contain; ``routes`` is true of a factor that decides where traffic goes.
    """

    views: Mapping[str, Rung | None]
    known: frozenset[Sighting]
    hosts: frozenset[str]
    needles: Callable[[str], tuple[str, ...]]
    routes: bool

    def find_new(self, level: str, features: Features) -> frozenset[Sighting]:
        """Return what this trial of a level sent that no known level does."""
        texts = _blank_copies(level, features, self.needles, self.routes, self.hosts)
        return frozenset(_list_sightings(texts, self.views)) - self.known


def collect_known(
    trials: Sequence[tuple[str, Features]],
    needles: Callable[[str], tuple[str, ...]],
    *,
    routes: bool,
    elsewhere: KnownBehaviour | None = None,
) -> KnownBehaviour:
    """Return what known levels of a factor produce.

    Args:
        trials: A known level and the features of each trial; a level may have several trials.
        needles: Maps a level to the texts that a copy of it would contain.
        routes: Whether the factor decides where traffic goes; routes are then not compared.
        elsewhere: What is known in another environment.  It stays known, and no location is
            compared in a finer view than there, because that may rest on more levels.
    """
    hosts = frozenset(
        location.host
        for level, features in trials
        for location in features
        if location.host is not None and location.host not in needles(level)
    )
    sent = [
        (level, _blank_copies(level, features, needles, routes, hosts))
        for level, features in trials
    ]
    names = {name for _, texts in sent for name in texts}
    limits = {} if elsewhere is None else elsewhere.views
    views = {
        name: _choose_coarser(_choose_view(name, sent), limits.get(name, LADDER[0]))
        for name in names
    }
    known = {sighting for _, texts in sent for sighting in _list_sightings(texts, views)}
    if elsewhere is not None:
        known |= elsewhere.known
    return KnownBehaviour(views, frozenset(known), hosts, needles, routes)


def _choose_view(name: str, sent: Sequence[tuple[str, Mapping[str, _Texts]]]) -> Rung | None:
    """Return the finest view with few values and one value per level; None if there is none."""
    levels = {level for level, _ in sent}
    most = max(_FEW, len(levels) // _FEW)

    def is_comparable(rung: Rung) -> bool:
        values: dict[str, set[str]] = {level: set() for level in levels}
        for level, texts in sent:
            values[level].add(repr(rung.view(texts.get(name, ()))))
        stable = all(len(found) == 1 for found in values.values())
        return stable and len(set().union(*values.values())) <= most

    return choose_finest(LADDER, is_comparable)


def _choose_coarser(one: Rung | None, other: Rung | None) -> Rung | None:
    return None if one is None or other is None else max(one, other, key=LADDER.index)


def _list_sightings(texts: Mapping[str, _Texts], views: Mapping[str, Rung | None]) -> set[Sighting]:
    found = set()
    for name in {*texts, *views}:
        rung = views.get(name, _DEFAULT)
        if rung is not None:
            found.add((name, repr(rung.view(texts.get(name, ())))))
    return found


def _blank_copies(
    level: str,
    features: Features,
    needles: Callable[[str], tuple[str, ...]],
    routes: bool,
    hosts: frozenset[str],
) -> dict[str, _Texts]:
    """Return the texts of a trial by location, with copies of its level blanked."""
    texts = [x for x in needles(level) if len(x) >= _SHORTEST_NEEDLE and x not in hosts]
    longest = sorted(texts, key=len, reverse=True)
    copies = re.compile("|".join(map(re.escape, longest)) or r"(?!)", re.IGNORECASE)
    found: dict[str, _Texts] = {}
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
