"""DNS over a stream (RFC 7766): messages with their lengths in front."""

from __future__ import annotations

from collections.abc import Collection

from lab.observation.wire.reading import Reading

__all__ = ["read_dns_stream"]


def read_dns_stream(data: bytes, queries: Collection[bytes]) -> Reading:
    """Read one layer; a message is understood where it is one of the ``queries`` on record."""
    reading = Reading(len(data))
    at = 0
    while len(data) >= at + 2:
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if len(data) < end:
            break
        if data[at + 2 : end] in queries:
            reading.cover(at, end, "DNS query")
        at = end
    return reading
