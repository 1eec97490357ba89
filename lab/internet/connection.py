"""One TCP connection as the protocol layers see it: what they share, and what is recorded.

Theory of operation.  A connection is a stack of :class:`Layer` objects.  Each takes the
bytes that the client sent at its level and returns the bytes to send back; none touches a
socket.  A layer that finds another protocol inside (TLS, a CONNECT or SOCKS tunnel) enters
the new target with :meth:`ConnectionContext.enter`, which recognises the protocol again, so tunnels
nest, up to ``DEPTH_LIMIT``.

Every layer that consumes clear text gives it to :meth:`ConnectionContext.record` exactly once, with
the number that :meth:`ConnectionContext.begin_layer` gave it, so the connection's record holds the
client's bytes decrypted, without gaps and repetitions, however the network cut them up, and says
of each byte which layer received it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.journal import EventRecorder
from lab.internet.name_addresses import NameAddresses
from lab.internet.script import Script
from lab.internet.target import Target
from lab.observation.records import Connection, ConnectionLayer, InnermostProtocol, LayerProtocol

__all__ = ["ConnectionContext", "Layer", "TrialServices"]

DEPTH_LIMIT = 16
"""Layers in layers, after which a connection is only recorded: no ordinary client reaches this."""

MOST_LAYERS = 1000
MOST_SPANS = 10_000
"""Of one connection: only tunnels inside HTTP/2 have many, which take turns."""


class Layer(Protocol):
    """A protocol at one level of a connection: bytes in, bytes out, no IO."""

    @property
    def done(self) -> bool:
        """Whether the server side has nothing more to say and closes its direction."""

    def receive(self, data: bytes) -> bytes:
        """Take what the client sent; return what to send."""

    def finish(self) -> bytes:
        """Take note that the client will send no more; return what to send. Idempotent."""


class TrialServices(msgspec.Struct, frozen=True):
    """What the servers of one trial know."""

    authority: CertificateAuthority
    names: NameAddresses
    script: Script


class ConnectionContext:
    """The shared state of one connection; the record of it is written by :meth:`close`."""

    def __init__(
        self,
        target: Target,
        recorder: EventRecorder,
        services: TrialServices,
        sniff: Callable[[ConnectionContext, Target], Layer],
    ) -> None:
        self.number = recorder.next_connection_number()
        self.recorder = recorder
        self.services = services
        self.at = recorder.now()
        self.target = target
        self._sniff = sniff
        self._slot = recorder.reserve("connections")
        self._protocol: InnermostProtocol = "none"
        self._sent = bytearray()
        self._size = 0
        self._layers: list[ConnectionLayer] = []
        self._spans: list[tuple[int, int, int]] = []
        self._depth = 0
        self._closed = False

    @property
    def is_recorded(self) -> bool:
        """Whether the connection is within the limit of connections, and so recorded."""
        return self._slot is not None

    def enter(self, target: Target) -> Layer:
        """Begin to find out what the client speaks to this target."""
        self._depth += 1
        return self._sniff(self, target)

    @property
    def is_too_deep(self) -> bool:
        """Whether tunnels are nested beyond any honest use."""
        return self._depth > DEPTH_LIMIT

    def begin_layer(self, protocol: LayerProtocol, host: str, port: int, target: str = "") -> int:
        """Note a layer and return its number, under which it records its bytes.

        Args:
            protocol: What reads the bytes.
            host: Whom the client speaks to, by name or address.
            port: The port there.
            target: The path, where the layer itself never sees it.
        """
        if len(self._layers) >= MOST_LAYERS:
            self.recorder.note_limit("layers")
            return MOST_LAYERS - 1
        self._layers.append(ConnectionLayer(protocol, host, port, target))
        return len(self._layers) - 1

    def note_protocol(self, protocol: InnermostProtocol) -> None:
        """Note the innermost protocol; bytes of no known protocol do not hide an outer one."""
        if protocol != "raw" or self._protocol == "none":
            self._protocol = protocol

    def record(self, data: bytes, layer: int) -> None:
        """Keep clear text that the client sent, within the limits, and count all of it.

        ``layer`` is the number of the layer that received it.
        """
        self._size += len(data)
        if self._slot is None or self._closed:
            return
        start = len(self._sent)
        self._sent += self.recorder.keep(data, self.recorder.limits.connection_bytes - start)
        if len(self._sent) == start:
            return
        if self._spans and self._spans[-1][0] == layer:
            start = self._spans.pop()[1]
        elif len(self._spans) >= MOST_SPANS:
            self.recorder.note_limit("layers")
            layer, start, _ = self._spans.pop()
        self._spans.append((layer, start, len(self._sent)))

    def close(self) -> None:
        """Write the connection's record.  Idempotent."""
        if self._closed:
            return
        self._closed = True
        self.recorder.fill(
            self._slot,
            Connection(
                connection=self.number,
                at=self.at,
                host=self.target.host,
                address=self.target.address,
                port=self.target.port,
                protocol=self._protocol,
                sent=bytes(self._sent),
                size=self._size,
                layers=self._list_layers(),
            ),
        )
        self._sent.clear()

    def _list_layers(self) -> tuple[ConnectionLayer, ...]:
        spans: list[list[tuple[int, int]]] = [[] for _ in self._layers]
        for layer, start, end in self._spans:
            spans[layer].append((start, end))
        return tuple(
            msgspec.structs.replace(layer, spans=tuple(own))
            for layer, own in zip(self._layers, spans, strict=True)
        )
