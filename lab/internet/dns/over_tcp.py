"""DNS over TCP (RFC 7766) and, inside TLS, over TLS (RFC 7858): messages with lengths."""

from __future__ import annotations

from lab.internet.connection import ConnectionContext
from lab.internet.dns import nameserver
from lab.internet.target import Target

__all__ = ["DnsTcp"]


class DnsTcp:
    """One DNS connection; what is no DNS stays in the connection's record only."""

    def __init__(self, context: ConnectionContext, target: Target) -> None:
        self._context = context
        self._target = target
        self._buffer = bytearray()
        self._ended = False
        self._number = context.begin_layer("dns", target.name, target.port)
        context.note_protocol("raw")

    @property
    def done(self) -> bool:
        """Whether the client has finished."""
        return self._ended

    def receive(self, data: bytes) -> bytes:
        """Take queries; return answers."""
        self._context.record(data, self._number)
        self._buffer += data
        out: list[bytes] = []
        while len(self._buffer) >= 2:
            end = 2 + int.from_bytes(self._buffer[:2])
            if len(self._buffer) < end:
                break
            out.append(self._answer(bytes(self._buffer[2:end])))
            del self._buffer[:end]
        return b"".join(out)

    def finish(self) -> bytes:
        """Nothing follows."""
        self._ended = True
        return b""

    def _answer(self, message: bytes) -> bytes:
        context = self._context
        reply = nameserver.answer_query(message, context.services.names)
        if reply is None:
            return b""
        nameserver.record_query(reply, message, "tcp", self._target.name, context.recorder)
        return len(reply.wire).to_bytes(2) + reply.wire
