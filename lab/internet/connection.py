"""One TCP connection as the protocol layers see it: what they share, and what is recorded.

Theory of operation.  A connection is a stack of :class:`Layer` objects.  Each takes the
bytes that the client sent at its level and returns the bytes to send back; none touches a
socket.  A layer that finds another protocol inside (TLS, a CONNECT or SOCKS tunnel) enters
the new target with :meth:`ConnectionContext.enter`, which recognises the protocol again, so tunnels
nest, up to ``DEPTH_LIMIT``.

Every layer that consumes clear text gives it to :meth:`ConnectionContext.record` exactly once, so
the connection's record holds the client's bytes decrypted, without gaps and repetitions, however
the network cut them up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.journal import EventRecorder
from lab.internet.name_addresses import NameAddresses
from lab.internet.script import Script
from lab.internet.target import Target
from lab.observation.records import Connection

__all__ = ["ConnectionContext", "Innermost", "Layer", "TrialServices"]

Innermost = Literal["none", "raw", "tls", "http/1.1", "h2", "websocket", "socks5", "connect"]

DEPTH_LIMIT = 16
"""Layers in layers, after which a connection is only recorded: no ordinary client reaches this."""


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
        self._protocol: Innermost = "none"
        self._sent = bytearray()
        self._size = 0
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

    def note_protocol(self, protocol: Innermost) -> None:
        """Note the innermost protocol; bytes of no known protocol do not hide an outer one."""
        if protocol != "raw" or self._protocol == "none":
            self._protocol = protocol

    def record(self, data: bytes) -> None:
        """Keep clear text that the client sent, within the limits, and count all of it."""
        self._size += len(data)
        if self._slot is not None:
            limit = self.recorder.limits.connection_bytes - len(self._sent)
            self._sent += self.recorder.keep(data, limit)

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
            ),
        )
        self._sent.clear()
