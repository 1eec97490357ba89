"""The time between one request and the next.

A client that waits, or works, for longer in one environment reveals it by that alone.  The time
before the first request is left out, because most of it is the start of the interpreter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from lab.observation.location import Location
from lab.observation.parts import MessagePart
from lab.observation.records import Observation, Request
from lab.observation.roles import HostRoles, locate_message

__all__ = ["Timings", "measure_timings"]

Timings = Mapping[Location, tuple[float, ...]]


def measure_timings(observation: Observation, roles: HostRoles) -> Timings:
    """Seconds since the request before, by message, each with its values in order."""
    found: dict[Location, list[float]] = defaultdict(list)
    before: float | None = None
    for event in observation.events:
        if not isinstance(event, Request):
            continue
        if before is not None:
            found[locate_message(event, roles).with_part(MessagePart.TIMING)].append(
                event.at - before
            )
        before = event.at
    return {location: tuple(values) for location, values in found.items()}
