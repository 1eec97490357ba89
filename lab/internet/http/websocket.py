"""WebSocket (RFC 6455), accepted and listened to: messages are recorded, none is sent."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Message, Ping, TextMessage
from wsproto.extensions import Extension, PerMessageDeflate
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from lab.internet.connection import ConnectionContext
from lab.internet.headers import get_header
from lab.observation.records import WebSocketMessage

__all__ = ["WebSocket", "accept_handshake"]

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
STEP = 1 << 14
"""Compressed bytes inflated at a time: deflate grows by at most about a thousand."""

Headers = tuple[tuple[bytes, bytes], ...]


def accept_handshake(headers: Headers) -> tuple[list[Extension], Headers]:
    """Return the extensions agreed and the headers of the 101 answer."""
    key = get_header(headers, b"sec-websocket-key") or b""
    digest = hashlib.sha1(key + GUID, usedforsecurity=False).digest()
    answered = [
        (b"upgrade", b"websocket"),
        (b"connection", b"Upgrade"),
        (b"sec-websocket-accept", base64.b64encode(digest)),
    ]
    protocols = get_header(headers, b"sec-websocket-protocol")
    if protocols:
        answered.append((b"sec-websocket-protocol", protocols.split(b",")[0].strip()))
    offers = (get_header(headers, b"sec-websocket-extensions") or b"").decode("latin-1")
    extensions: list[Extension] = []
    for offer in offers.split(","):
        if offer.split(";")[0].strip() == PerMessageDeflate.name and not extensions:
            deflate = PerMessageDeflate()
            try:
                parameters = deflate.accept(offer)
            except ValueError:
                # Window bits that are no number: decline, as RFC 7692 5.1 asks.
                continue
            if parameters is None or parameters is False:
                continue
            extensions.append(deflate)
            value = deflate.name + (f"; {parameters}" if parameters else "")
            answered.append((b"sec-websocket-extensions", value.encode("latin-1")))
    return extensions, tuple(answered)


class WebSocket:
    """One WebSocket after its handshake."""

    def __init__(
        self,
        context: ConnectionContext,
        *,
        host: str,
        port: int,
        target: str,
        extensions: list[Extension],
    ) -> None:
        self._context = context
        self._host = host
        self._target = target
        self._connection = Connection(ConnectionType.SERVER, extensions)
        self._message = bytearray()
        self._text = False
        self._slot: int | None = None
        self._in_message = False
        self._at = 0.0
        self._ended = False
        self._number = context.begin_layer("websocket", host, port, target)
        context.note_protocol("websocket")

    @property
    def done(self) -> bool:
        """Whether the closing handshake is through, or the client broke the protocol."""
        return self._ended

    def receive(self, data: bytes) -> bytes:
        """Take frames; return pongs and the closing frame."""
        self._context.record(data, self._number)
        out: list[bytes] = []
        for start in range(0, len(data), STEP):
            if self._ended:
                break
            try:
                self._connection.receive_data(data[start : start + STEP])
                for event in self._connection.events():
                    if isinstance(event, Message):
                        self._take(event)
                    elif isinstance(event, Ping):
                        out.append(self._connection.send(event.response()))
                    elif isinstance(event, CloseConnection):
                        out.append(self._connection.send(event.response()))
                        self._ended = True
            except (RemoteProtocolError, LocalProtocolError):
                self._ended = True
        return b"".join(out)

    def finish(self) -> bytes:
        """The client is gone; a message that was never finished is recorded as far as it came."""
        self._ended = True
        if self._in_message:
            self._write()
        return b""

    def _take(self, event: Message[Any]) -> None:
        if not self._in_message:
            self._in_message = True
            self._slot = self._context.recorder.reserve("messages")
            self._text = isinstance(event, TextMessage)
            self._at = self._context.recorder.now()
        data = event.data.encode() if isinstance(event, TextMessage) else bytes(event.data)
        if self._slot is not None:
            recorder = self._context.recorder
            limit = recorder.limits.connection_bytes - len(self._message)
            self._message += recorder.keep(data, limit)
        if event.message_finished:
            self._write()

    def _write(self) -> None:
        self._in_message = False
        self._context.recorder.fill(
            self._slot,
            WebSocketMessage(
                connection=self._context.number,
                at=self._at,
                host=self._host,
                target=self._target,
                text=self._text,
                data=bytes(self._message),
                layer=self._number,
            ),
        )
        self._message.clear()
