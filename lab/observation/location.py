"""Where in the traffic something stands."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["MESSAGE_PARTS", "Channel", "Location"]

Channel = Literal["dns", "tcp", "udp", "tls", "http", "websocket", "exit"]

MESSAGE_PARTS = frozenset({"request", "message", "hello"})
"""Parts that stand for a whole message: that it was sent, and how often."""


class Location(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """A place that can be found again in another trial.

    ``path`` has the segments that look like identifiers replaced by ``{id}``.  ``part``
    names a component of a message (``body``, ``header``, ``header order``, …) and
    ``pointer`` a place within it: a JSON pointer, a header's name, a query parameter.
    """

    channel: Channel
    host: str | None = None
    method: str | None = None
    path: str | None = None
    part: str | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        words = [self.channel, self.method, (self.host or "") + (self.path or "")]
        words += [self.part, self.pointer]
        return " ".join(word for word in words if word)

    def beside(self, part: str, pointer: str | None = None) -> Location:
        """Another component of the same message."""
        return Location(self.channel, self.host, self.method, self.path, part, pointer)

    @property
    def message(self) -> Location:
        """The message that this is a component of."""
        return Location(self.channel, self.host, self.method, self.path)
