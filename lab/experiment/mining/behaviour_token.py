"""Behaviour tokens: the same text for trials that behaved alike, noise aside.

Replicates decide for each location in which view it is compared: the exact texts where they never
varied, the texts with identifiers and numbers blanked where only these varied, whether there is
anything where the text varied, and nothing where even that varied.  A location that no replicate
has is compared with identifiers and numbers blanked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from lab.experiment.columns.ladder import (
    EXACT,
    MASKED,
    MASKED_SET,
    PRESENCE,
    Rung,
    choose_finest,
)
from lab.observation.features import Features
from lab.observation.location import Location

__all__ = ["LADDER", "ComparableViews", "choose_views"]

LADDER = (EXACT, MASKED, MASKED_SET, PRESENCE)
"""The views in which a location is compared, the finest first."""

_DEFAULT = MASKED


class ComparableViews(msgspec.Struct, frozen=True):
    """The view in which each location is compared; None where it is not compared."""

    views: dict[Location, Rung | None]

    def token(self, features: Features) -> str:
        """Return a digest that is the same for trials that behaved alike."""
        seen = []
        for location in sorted(features, key=str):
            rung = self.views.get(location, _DEFAULT)
            if rung is not None:
                seen.append((str(location), rung.view(features[location])))
        return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()


def choose_views(groups: Sequence[Sequence[Features]]) -> ComparableViews:
    """Choose the finest stable view of each location; each group holds replicates."""
    locations = {location for group in groups for features in group for location in features}
    return ComparableViews({location: _choose_view(location, groups) for location in locations})


def _choose_view(location: Location, groups: Sequence[Sequence[Features]]) -> Rung | None:
    def is_stable(rung: Rung) -> bool:
        return all(
            len({rung.view(features.get(location, ())) for features in group}) < 2
            for group in groups
        )

    return choose_finest(LADDER, is_stable)
