"""What one trial sent: frozen records, in the order in which things happened.

Every text field comes from an untrusted client.  Bytes are kept exactly as received after
decryption and transfer decoding (chunked, HTTP/2 frames); content encodings such as gzip
are kept, because the choice of encoding is itself something that a client sends.

``at`` is seconds since the trial began.  ``connection`` numbers connections within a trial
from 0 in order of arrival.  ``via`` names the proxies between client and server, nearest
to the client first, as ``scheme://host:port``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "ClientHello",
    "Connection",
    "ConnectionLayer",
    "Datagram",
    "DnsQuery",
    "Event",
    "Exit",
    "HttpVersion",
    "InnermostProtocol",
    "LayerProtocol",
    "Observation",
    "ProxyHop",
    "Request",
    "TlsFailure",
    "Verdict",
    "WebSocketMessage",
]

InnermostProtocol = Literal[
    "none", "raw", "tls", "http/1.1", "h2", "websocket", "socks5", "connect"
]
LayerProtocol = Literal["raw", "tls", "http/1.1", "h2", "websocket", "socks4", "socks5", "dns"]

Verdict = Literal[
    "finished",
    "timed out",
    "killed",
    "too much output",
    "too much disk",
    "too many processes",
    "too much memory",
    "could not start",
]


class Record(msgspec.Struct, frozen=True, tag_field="kind"):
    """The base of all events: tagged, so that a stored event says what it is."""


class DnsQuery(Record, frozen=True, tag="dns"):
    """A name that the client asked for."""

    at: float
    name: str
    """Lower case, without the final dot, except that the client's own case is kept in raw."""
    type: str
    transport: Literal["udp", "tcp", "https"]
    resolver: str
    raw: bytes = b""


class ConnectionLayer(msgspec.Struct, frozen=True):
    """One protocol inside a connection, and which of the bytes sent are its own.

    ``host`` and ``port`` are whom the client speaks to in this layer: behind a tunnel, the
    target of the tunnel.  ``target`` is the path of a WebSocket.  ``spans`` are pairs of
    start and end in ``Connection.sent``; each byte there is in one span of one layer.
    """

    protocol: LayerProtocol
    host: str
    port: int
    target: str = ""
    spans: tuple[tuple[int, int], ...] = ()

    def take(self, sent: bytes) -> bytes:
        """Return the bytes of this layer, in order."""
        if len(self.spans) == 1:
            return sent[slice(*self.spans[0])]
        return b"".join(sent[start:end] for start, end in self.spans)


class Connection(Record, frozen=True, tag="tcp"):
    """One TCP connection, to whatever address and port the client meant.

    ``host`` is the name for which the lab's DNS gave out this address, or None for an
    address that no name led to.  ``protocol`` is the innermost protocol recognised.
    ``sent`` holds everything that the client sent, decrypted where TLS was used and cut at
    the recording limit; ``size`` is the true number of bytes.  For recognised HTTP the
    same bytes also appear, parsed, as requests.  ``layers`` divides ``sent`` among the protocols
    that received it; records of earlier versions of the lab have none.
    """

    connection: int
    at: float
    host: str | None
    address: str
    port: int
    protocol: InnermostProtocol
    sent: bytes
    size: int
    via: tuple[str, ...] = ()
    layers: tuple[ConnectionLayer, ...] = ()


class ClientHello(Record, frozen=True, tag="tls"):
    """The first message of a TLS handshake, before anything was answered."""

    connection: int
    at: float
    host: str
    """The SNI, or else the name or address connected to."""
    port: int
    raw: bytes
    server_name: str | None
    alpn: tuple[str, ...]
    versions: tuple[int, ...]
    ciphers: tuple[int, ...]
    extensions: tuple[int, ...]
    groups: tuple[int, ...]
    signature_algorithms: tuple[int, ...]
    ja3: str
    """MD5 of the JA3 text, GREASE removed."""
    ja4: str
    via: tuple[str, ...] = ()
    wire: bytes = b""
    """The records of the whole handshake, if it was completed, this message among them."""


class TlsFailure(Record, frozen=True, tag="tls-failure"):
    """A handshake that did not complete, e.g. because the client trusts no unknown CA."""

    connection: int
    at: float
    host: str
    reason: str


class ProxyHop(Record, frozen=True, tag="proxy"):
    """The client asked a proxy to reach somewhere."""

    connection: int
    at: float
    scheme: Literal["connect", "http", "socks5", "socks4"]
    proxy: str
    """``host:port`` of the proxy, by name where a name led there."""
    target: str
    """``host:port`` asked for."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    credentials: str | None = None


HttpVersion = Literal["1.0", "1.1", "2"]
"""A new version of HTTP is one more value; all but 1.0 and 1.1 send lower-case header names."""


class Request(Record, frozen=True, tag="http"):
    """One HTTP request, headers in order and with their case."""

    connection: int
    at: float
    version: HttpVersion
    scheme: Literal["http", "https"]
    host: str
    """The authority's host, lower case, without port."""
    port: int
    method: str
    target: str
    """Path and query exactly as sent."""
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    size: int
    """True length of the body; ``body`` is cut at the recording limit."""
    complete: bool = True
    via: tuple[str, ...] = ()
    status: int = 0
    """What the lab answered."""
    trailers: tuple[tuple[bytes, bytes], ...] = ()
    layer: int = 0
    """The index of the layer of its connection that carried it."""


class WebSocketMessage(Record, frozen=True, tag="websocket"):
    """One message that the client sent over a WebSocket."""

    connection: int
    at: float
    host: str
    target: str
    text: bool
    data: bytes
    layer: int = 0
    """The index of the layer of its connection that carried it."""


class Datagram(Record, frozen=True, tag="udp"):
    """A UDP datagram that is not a DNS query."""

    at: float
    host: str | None
    address: str
    port: int
    data: bytes


class Exit(Record, frozen=True, tag="exit"):
    """How the client ended.  ``code`` is None where it was ended by a signal."""

    at: float
    verdict: Verdict
    code: int | None
    signal: int | None
    cpu_s: float
    stdout: bytes
    stderr: bytes
    detail: str = ""
    refused: tuple[str, ...] = ()
    """Sockets that the client asked for and that were refused, as the lab could not record them."""


Event = (
    DnsQuery
    | Connection
    | ClientHello
    | TlsFailure
    | ProxyHop
    | Request
    | WebSocketMessage
    | Datagram
)


class Observation(msgspec.Struct, frozen=True):
    """Everything that one trial sent, and how it ended.

    ``truncated`` names limits that were hit ("connections", "bytes", "datagrams") and what the
    servers could not read in time ("unread", "backlog", "dropped datagrams"), so that a missing
    record is never taken for silence.
    """

    events: tuple[Event, ...]
    exit: Exit
    truncated: tuple[str, ...] = ()
    schema: str = "fingerprint-lab/observation/1"
