"""HTTP/2 (RFC 9113), the server's side: every stream an exchange, or a tunnel.

Headers are taken as they come, unvalidated and in order, because how a client orders and
writes them is itself observed.  What the client may send is never throttled; what the server
sends waits for the client's windows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from lab.internet.connection import ConnectionContext, Layer
from lab.internet.http.exchange import Exchange
from lab.internet.http.http1 import make_tunnel_target, read_credentials
from lab.internet.response import Response
from lab.internet.target import Target, split_authority
from lab.observation.records import ProxyHop

__all__ = ["PREFACE", "Http2"]

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME_HEADER = 9
WINDOW = 1 << 20
SETTINGS = {
    h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: WINDOW,
    h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 100,
    h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: 1 << 18,
}

RawHeaders = list[tuple[bytes, bytes]]


class Http2:
    """One HTTP/2 connection."""

    def __init__(self, context: ConnectionContext, server: Target) -> None:
        self._context = context
        self._server = server
        self._connection = h2.connection.H2Connection(
            h2.config.H2Configuration(
                client_side=False,
                header_encoding=None,
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        # Set, not updated: an update would be a second frame, which the first contradicts.
        self._connection.local_settings = h2.settings.Settings(
            client=False, initial_values=SETTINGS
        )
        self._buffer = bytearray()
        self._started = False
        self._greeted = False
        self._exchanges: dict[int, Exchange] = {}
        self._tunnels: dict[int, Layer] = {}
        self._unsent: dict[int, deque[bytes]] = {}
        self._closing: set[int] = set()
        self._ended = False
        self._number = context.begin_layer("h2", server.name, server.port)
        context.note_protocol("h2")

    @property
    def done(self) -> bool:
        """Whether the connection has been given up."""
        return self._ended

    def receive(self, data: bytes) -> bytes:
        """Take frames; return frames."""
        self._context.record(data, self._number)
        if self._ended:
            return b""
        if not self._started:
            self._started = True
            self._connection.initiate_connection()
            self._connection.increment_flow_control_window(WINDOW)
        self._buffer += data
        try:
            for frame in self._frames():
                for event in self._connection.receive_data(frame):
                    self._handle(event)
        except h2.exceptions.ProtocolError:
            self._ended = True
        return self._connection.data_to_send()

    def _frames(self) -> Iterator[bytes]:
        """Cut the preface and every complete frame out of the buffer.

        Frames are given to h2 one at a time: where one breaks the protocol, h2 raises, and
        what it had already understood of the same bytes would be lost.
        """
        while not self._ended:
            if not self._greeted:
                length = len(PREFACE)
            elif len(self._buffer) < FRAME_HEADER:
                return
            else:
                length = FRAME_HEADER + int.from_bytes(self._buffer[:3])
                if length > FRAME_HEADER + self._connection.max_inbound_frame_size:
                    # Refused from its header: nobody waits for the rest of it.
                    self._connection.close_connection(h2.errors.ErrorCodes.FRAME_SIZE_ERROR)
                    self._ended = True
                    return
            if len(self._buffer) < length:
                return
            self._greeted = True
            frame = bytes(self._buffer[:length])
            del self._buffer[:length]
            yield frame

    def finish(self) -> bytes:
        """The client is gone; open streams are recorded as far as they came."""
        if not self._ended:
            self._ended = True
        for exchange in self._exchanges.values():
            exchange.abandon()
        self._exchanges.clear()
        for layer in self._tunnels.values():
            layer.finish()
        self._tunnels.clear()
        return b""

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            self._begin(event.stream_id, event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self._connection.acknowledge_received_data(
                event.flow_controlled_length, event.stream_id
            )
            self._data(event.stream_id, bytes(event.data))
        elif isinstance(event, h2.events.TrailersReceived):
            if (exchange := self._exchanges.get(event.stream_id)) is not None:
                exchange.receive_trailers(event.headers)
        elif isinstance(event, h2.events.StreamEnded):
            self._end(event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self._drop(event.stream_id)
        elif isinstance(event, h2.events.WindowUpdated | h2.events.RemoteSettingsChanged):
            for stream in list(self._unsent):
                self._flush(stream)
        elif isinstance(event, h2.events.ConnectionTerminated):
            # The client says goodbye; it still reads the answers to its open streams.
            self._ended = not self._unsent

    def _begin(self, stream: int, raw: RawHeaders) -> None:
        pseudo: dict[bytes, bytes] = {}
        headers = tuple((bytes(name), bytes(value)) for name, value in raw)
        for name, value in headers:
            if name.startswith(b":"):
                pseudo.setdefault(name, value)
        method = pseudo.get(b":method", b"").decode("latin-1")
        authority = pseudo.get(b":authority", b"").decode("latin-1")
        if method == "CONNECT" and b":path" not in pseudo:
            self._open_tunnel(stream, authority, headers)
            return
        if not authority:
            authority = dict(headers).get(b"host", b"").decode("latin-1")
        self._exchanges[stream] = Exchange(
            self._context,
            self._server,
            version="2",
            method=method,
            target=pseudo.get(b":path", b"").decode("latin-1"),
            authority=authority,
            headers=headers,
            layer=self._number,
        )

    def _open_tunnel(
        self, stream: int, target: str, headers: tuple[tuple[bytes, bytes], ...]
    ) -> None:
        host, port = split_authority(target, 443)
        recorder = self._context.recorder
        recorder.add(
            "hops",
            ProxyHop(
                connection=self._context.number,
                at=recorder.now(),
                scheme="connect",
                proxy=self._server.authority,
                target=target,
                headers=headers,
                credentials=read_credentials(headers),
            ),
        )
        server = make_tunnel_target(self._context, self._server, host, port, scheme="http")
        self._tunnels[stream] = self._context.enter(server)
        self._connection.send_headers(stream, [(b":status", b"200")])

    def _data(self, stream: int, data: bytes) -> None:
        exchange = self._exchanges.get(stream)
        if exchange is not None:
            exchange.receive(data)
        elif stream in self._tunnels:
            layer = self._tunnels[stream]
            self._queue(stream, (layer.receive(data),), last=layer.done)

    def _end(self, stream: int) -> None:
        exchange = self._exchanges.pop(stream, None)
        if exchange is not None:
            self._respond(stream, exchange.respond())
        elif stream in self._tunnels:
            self._queue(stream, (self._tunnels.pop(stream).finish(),), last=True)

    def _drop(self, stream: int) -> None:
        self._unsent.pop(stream, None)
        self._closing.discard(stream)
        exchange = self._exchanges.pop(stream, None)
        if exchange is not None:
            exchange.abandon()
        layer = self._tunnels.pop(stream, None)
        if layer is not None:
            layer.finish()

    def _respond(self, stream: int, response: Response) -> None:
        headers = [(b":status", str(response.status).encode())]
        headers += [(name.encode(), value.encode("latin-1")) for name, value in response.headers]
        if not response.stream and response.status not in (204, 304):
            headers.append((b"content-length", str(len(response.body)).encode()))
        self._connection.send_headers(stream, headers, end_stream=not response.body)
        if response.body:
            self._queue(stream, (response.body,), last=True)

    def _queue(self, stream: int, pieces: tuple[bytes, ...], *, last: bool) -> None:
        self._unsent.setdefault(stream, deque()).extend(piece for piece in pieces if piece)
        if last:
            self._closing.add(stream)
        self._flush(stream)

    def _flush(self, stream: int) -> None:
        """Send what the windows allow."""
        waiting = self._unsent[stream]
        try:
            while waiting:
                window = min(
                    self._connection.local_flow_control_window(stream),
                    self._connection.max_outbound_frame_size,
                )
                if window <= 0:
                    return
                piece = waiting.popleft()
                if len(piece) > window:
                    waiting.appendleft(piece[window:])
                self._connection.send_data(stream, piece[:window])
            del self._unsent[stream]
            if stream in self._closing:
                self._closing.discard(stream)
                self._connection.end_stream(stream)
        except h2.exceptions.StreamClosedError:
            # The client reset the stream in the same segment.
            self._drop(stream)
