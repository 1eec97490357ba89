"""Where in the traffic a feature stands."""

from __future__ import annotations

from typing import Literal

import msgspec

from lab.observation.parts import MessagePart

__all__ = ["Channel", "Location"]

Channel = Literal["dns", "tcp", "udp", "tls", "http", "websocket", "exit"]


class Location(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """A location that can be found again in another trial.

    ``path`` has the segments that look like identifiers replaced by ``{id}``.  ``part`` is a
    component of a message and ``pointer`` a
    location within it: a JSON pointer, a header's name, a query parameter.  Code writes a part as
    a :class:`~lab.observation.parts.MessagePart`; one read from a report may be another word, of
    another version of the lab.
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

    def with_part(self, part: MessagePart, pointer: str | None = None) -> Location:
        """Return the location of another component of the same message."""
        return Location(self.channel, self.host, self.method, self.path, part, pointer)

    @property
    def message(self) -> Location:
        """The location of the message that this is a component of."""
        return Location(self.channel, self.host, self.method, self.path)
