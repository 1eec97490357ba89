"""Bytes of no protocol that the lab speaks: kept, and never answered."""

from __future__ import annotations

from lab.internet.connection import ConnectionContext
from lab.internet.target import Target

__all__ = ["Raw"]


class Raw:
    """Records everything and says nothing; stays open for as long as the client likes."""

    def __init__(self, session: ConnectionContext, place: Target) -> None:
        self._session = session
        self._ended = False
        session.recognise("raw")

    @property
    def done(self) -> bool:
        """Whether the client has finished, so that the server has too."""
        return self._ended

    def receive(self, data: bytes) -> bytes:
        """Keep the bytes."""
        self._session.record(data)
        return b""

    def finish(self) -> bytes:
        """Nothing follows."""
        self._ended = True
        return b""
