"""Messages and array elements that come and go by chance, with everything that is inside them.

Where a message is sent in some replicates and not in others, all of its hundreds of parts come and
go with it.  It is noise once, and its parts are compared among the trials that send it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from lab.experiment.trials.replicates import Replicates
from lab.observation.location import Location
from lab.observation.parts import DOCUMENT_PARTS

__all__ = ["Container", "Containers", "list_containers"]

Container = tuple[Location, str]
"""A message, and the pointer of an array element in it; the whole message has none."""

_ELEMENT = re.compile(r"/(?:\[[^/]*\]|\*)(?=/|$)")


class Containers:
    """The containers of all locations, and which trials have them."""

    def __init__(self, present: Mapping[Location, frozenset[int]]) -> None:
        """Take the trials that have each location."""
        self._rows: dict[Container, set[int]] = defaultdict(set)
        for location, rows in present.items():
            for container in list_containers(location):
                self._rows[container] |= rows
        self._sampled: dict[tuple[Container, tuple[int, ...]], bool] = {}

    def is_sampled(
        self, container: Container, rows: tuple[int, ...], replicates: Replicates
    ) -> bool:
        """Whether replicates differ in having a container.

        Args:
            container: The container.
            rows: The trials to consider.
            replicates: The same trials by environment.
        """
        key = container, rows
        if key not in self._sampled:
            here = self._rows[container]
            self._sampled[key] = not replicates.agree([row in here for row in rows])
        return self._sampled[key]

    def has(self, container: Container, row: int) -> bool:
        """Whether a trial has anything in a container."""
        return row in self._rows[container]


def list_containers(location: Location) -> list[Container]:
    """Return the message and the array elements that contain a location, outermost first."""
    pointer = location.pointer or ""
    found = [(location.message, "")]
    if location.part in DOCUMENT_PARTS:
        ends = [match.end() for match in _ELEMENT.finditer(pointer)]
        found += [(location.message, pointer[:end]) for end in ends]
    return found
