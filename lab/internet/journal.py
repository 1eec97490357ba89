"""What is kept of a trial: events in the order in which they began, within limits.

A record often begins long before it is complete: a connection when it is accepted, a
request when its head has arrived.  So a writer first takes a :meth:`EventRecorder.reserve`, which
fixes the event's position, and fills it when everything is known.  Whatever exceeds a limit
is not kept, and the limit's name goes to ``truncated``, so that a missing record is never
taken for silence.  So does a name of :data:`OVERLOADS`, where the servers could not read all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

import msgspec

from lab.observation.records import Event

__all__ = ["OVERLOADS", "EventRecorder", "Recording", "RecordingLimits"]

Kind = Literal["connections", "datagrams", "queries", "requests", "messages", "handshakes", "hops"]


OVERLOADS = frozenset({"unread", "backlog", "dropped datagrams"})
"""Marks of a recording in which the servers did not keep up; run alone, they may."""


class RecordingLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one trial is kept; bytes are octets, the rest are counts of records."""

    connection_bytes: int = 64 << 20
    total_bytes: int = 256 << 20
    connections: int = 10_000
    datagrams: int = 10_000
    queries: int = 10_000
    requests: int = 100_000
    messages: int = 100_000
    handshakes: int = 20_000
    hops: int = 100_000


class Recording(msgspec.Struct, frozen=True):
    """The events of one trial in order, and the names of the limits that were hit."""

    events: tuple[Event, ...]
    truncated: tuple[str, ...]


class EventRecorder:
    """Collects the events of one trial.  ``clock`` returns seconds, from any origin."""

    def __init__(self, limits: RecordingLimits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self._clock = clock
        self._zero = clock()
        self._events: list[Event | None] = []
        self._counts: Counter[str] = Counter()
        self._bytes_left = limits.total_bytes
        self._truncated: set[str] = set()

    def now(self) -> float:
        """Seconds since the trial began."""
        return self._clock() - self._zero

    def next_connection_number(self) -> int:
        """Return the number of the next connection."""
        number = self._counts["connection numbers"]
        self._counts["connection numbers"] += 1
        return number

    def reserve(self, kind: Kind) -> int | None:
        """Reserve the next position for an event, or return None where the limit is reached."""
        if self._counts[kind] >= getattr(self.limits, kind):
            self._truncated.add(kind)
            return None
        self._counts[kind] += 1
        self._events.append(None)
        return len(self._events) - 1

    def fill(self, slot: int | None, event: Event) -> None:
        """Put the event where its slot is; without a slot it is not kept."""
        if slot is not None:
            self._events[slot] = event

    def add(self, kind: Kind, event: Event) -> None:
        """Keep an event that is complete at once."""
        self.fill(self.reserve(kind), event)

    def note_limit(self, limit: str) -> None:
        """Note that a limit was hit of which the recorder knows nothing itself."""
        self._truncated.add(limit)

    def grant(self, wanted: int) -> int:
        """Return how many of ``wanted`` bytes may still be kept, and count them as kept."""
        granted = min(wanted, self._bytes_left)
        self._bytes_left -= granted
        if granted < wanted:
            self._truncated.add("bytes")
        return granted

    def keep(self, data: bytes, limit: int | None = None) -> bytes:
        """Return as much of the beginning of ``data`` as may be kept.

        ``limit`` is a tighter limit of the caller, such as the bytes left of a connection.
        """
        wanted = len(data)
        if limit is not None and limit < wanted:
            self._truncated.add("bytes")
            wanted = max(limit, 0)
        granted = self.grant(wanted)
        return data if granted == len(data) else bytes(data[:granted])

    def make_recording(self) -> Recording:
        """Return what was kept so far; slots that were never filled are left out."""
        return Recording(
            events=tuple(event for event in self._events if event is not None),
            truncated=tuple(sorted(self._truncated)),
        )
