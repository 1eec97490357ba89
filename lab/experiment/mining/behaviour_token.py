"""Whether two trials behaved alike, noise aside: a token that is the same where they did.

Replicates tell, place by place, what may be compared: the exact text where it never varied,
the text with identifiers and numbers blanked where only these did, whether there is anything
at all where the text varied, and nothing where even that did.  A place that the replicates
do not know is compared with identifiers and numbers blanked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from lab.observation.features import Features
from lab.observation.location import Location
from lab.observation.text.masks import mask

__all__ = ["ComparableViews", "choose_views"]

_Glass = Callable[[tuple[str, ...]], object]


def _exact(values: tuple[str, ...]) -> object:
    return sorted(values)


def _masked(values: tuple[str, ...]) -> object:
    return sorted(map(mask, values))


def _kinds(values: tuple[str, ...]) -> object:
    return sorted(set(map(mask, values)))


def _some(values: tuple[str, ...]) -> object:
    return bool(values)


_GLASSES: tuple[_Glass, ...] = (_exact, _masked, _kinds, _some)
_UNKNOWN = _GLASSES.index(_masked)


class ComparableViews(msgspec.Struct, frozen=True):
    """How closely each place may be looked at; -1 for not at all."""

    views: dict[Location, int]

    def token(self, features: Features) -> str:
        """The same text for trials that behaved alike."""
        seen = []
        for location in sorted(features, key=str):
            view = self.views.get(location, _UNKNOWN)
            if view >= 0:
                seen.append((str(location), _GLASSES[view](features[location])))
        return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()


def choose_views(groups: Sequence[Sequence[Features]]) -> ComparableViews:
    """What groups of replicates, each of one environment, say is comparable."""
    places = {location for group in groups for features in group for location in features}
    return ComparableViews({place: _choose_view(place, groups) for place in places})


def _choose_view(place: Location, groups: Sequence[Sequence[Features]]) -> int:
    for view, glass in enumerate(_GLASSES):
        if all(_agree(glass, [features.get(place, ()) for features in group]) for group in groups):
            return view
    return -1


def _agree(glass: _Glass, values: Sequence[tuple[str, ...]]) -> bool:
    return not values or all(glass(value) == glass(values[0]) for value in values[1:])
