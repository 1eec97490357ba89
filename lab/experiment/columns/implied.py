"""Lookups and handshakes that requests imply.

A request needs a name lookup and, with TLS, a handshake.  Where these never occur without a request
to the same host, that they are missing says nothing beyond the missing request, whose presence and
route are compared themselves.  Compared on their own, they would show an interaction of all inputs
of which each removes some of the requests: the last one takes the handshake with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from lab.observation.features import Features
from lab.observation.location import Location
from lab.observation.parts import MESSAGE_PARTS

__all__ = ["find_implied_locations"]

_LOWER = frozenset({"dns", "tls"})
_UPPER = frozenset({"http", "websocket"})


def find_implied_locations(trials: Sequence[Features]) -> frozenset[Location]:
    """Return the locations of lookups and handshakes that occur only beside a request.

    Args:
        trials: The features of each trial.
    """
    lower: set[Location] = set()
    alone: set[Location] = set()
    for features in trials:
        contacted = {
            location.host
            for location in features
            if location.channel in _UPPER and location.part in MESSAGE_PARTS
        }
        here = {location for location in features if location.channel in _LOWER}
        lower |= here
        alone |= {location for location in here if location.host not in contacted}
    return frozenset(lower - alone)
