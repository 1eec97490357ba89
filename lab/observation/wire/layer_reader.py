"""The reader of each layer of a connection, and what of the records it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from lab.observation.records import (
    Connection,
    ConnectionLayer,
    DnsQuery,
    LayerProtocol,
    Observation,
    ProxyHop,
    Request,
    WebSocketMessage,
)
from lab.observation.wire.dns_stream import read_dns_stream
from lab.observation.wire.http1_bytes import read_http1
from lab.observation.wire.http2_bytes import read_http2
from lab.observation.wire.reading import Reading
from lab.observation.wire.socks_bytes import read_socks4, read_socks5
from lab.observation.wire.tls_records import read_tls_records
from lab.observation.wire.websocket_frames import read_websocket

__all__ = ["LayerMessages", "LayerReading", "list_layers", "read_layers"]

_WHOLE: Mapping[str, LayerProtocol] = {
    "http/1.1": "http/1.1",
    "h2": "h2",
    "raw": "raw",
    "none": "raw",
}
"""The protocol of the only layer, of a record without layers."""


class LayerMessages:
    """The records of the messages of one observation, by connection and layer."""

    def __init__(self, observation: Observation) -> None:
        self._requests: dict[tuple[int, int], list[Request]] = defaultdict(list)
        self._messages: dict[tuple[int, int], list[WebSocketMessage]] = defaultdict(list)
        self._hops: dict[int, list[ProxyHop]] = defaultdict(list)
        self._queries: set[bytes] = set()
        for event in observation.events:
            match event:
                case Request():
                    self._requests[event.connection, event.layer].append(event)
                case WebSocketMessage():
                    self._messages[event.connection, event.layer].append(event)
                case ProxyHop():
                    if event.scheme != "http":
                        self._hops[event.connection].append(event)
                case DnsQuery() if event.transport == "tcp":
                    self._queries.add(event.raw)
                case _:
                    pass

    def list_requests(self, connection: int, layer: int) -> Sequence[Request]:
        """The requests of one layer, in order."""
        return self._requests.get((connection, layer), ())

    def read(self, connection: int, layer: int, described: ConnectionLayer, data: bytes) -> Reading:
        """Read the bytes of one layer.

        Args:
            connection: The number of the connection.
            layer: The index of the layer in it.
            described: The layer.
            data: Its bytes.
        """
        match described.protocol:
            case "http/1.1":
                requests = self.list_requests(connection, layer)
                tunnels = {hop.target for hop in self.list_tunnels(connection)}
                return read_http1(data, requests, tunnels)
            case "h2":
                return read_http2(data, self.list_requests(connection, layer))
            case "websocket":
                return read_websocket(data, self._messages.get((connection, layer), ()))
            case "socks5":
                return read_socks5(data)
            case "socks4":
                return read_socks4(data)
            case "dns":
                return read_dns_stream(data, self._queries)
            case "tls":
                return read_tls_records(data)
            case "raw":
                return Reading(len(data))

    def list_tunnels(self, connection: int) -> Sequence[ProxyHop]:
        """The tunnels that a connection asked for, in order."""
        return self._hops.get(connection, ())


class LayerReading(msgspec.Struct, frozen=True):
    """One layer, its bytes, and what is understood of them."""

    number: int
    layer: ConnectionLayer
    data: bytes
    reading: Reading


def list_layers(connection: Connection) -> Sequence[ConnectionLayer]:
    """The layers of a connection; of a record without them, the only one, if it had one."""
    if connection.layers or not connection.sent:
        return connection.layers
    protocol = _WHOLE.get(connection.protocol)
    if protocol is None:
        return ()
    host = connection.host or connection.address
    described = ConnectionLayer(protocol, host, connection.port, spans=((0, len(connection.sent)),))
    return (described,)


def read_layers(connection: Connection, messages: LayerMessages) -> Iterator[LayerReading]:
    """Read every layer of a connection."""
    for number, layer in enumerate(list_layers(connection)):
        data = layer.take(connection.sent)
        yield LayerReading(
            number, layer, data, messages.read(connection.connection, number, layer, data)
        )
