"""Layers without a protocol, and what a layer over UDP is.

A layer over TCP is a :class:`~lab.internet.connection.Layer`; :mod:`.sniffer` chooses it by the
first bytes.  A layer over UDP is a :class:`UdpLayer`; :mod:`.udp` chooses it by the port.  To add
one (HTTP/3: ``quic/listener.py``), write the class in a folder of its protocol, add it to
``LAYERS`` in :mod:`.udp`, and give the folder its place in the order of imports
(``pyproject.toml``).  What it records are records of :mod:`lab.observation.records`: a new
version of HTTP is a value of ``HttpVersion`` there, a new kind of message a record of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from lab.internet.connection import ConnectionContext, TrialServices
from lab.internet.journal import EventRecorder
from lab.internet.target import Target
from lab.observation.records import Datagram

__all__ = ["Raw", "RawUdp", "UdpContext", "UdpLayer"]


class Raw:
    """Bytes of no known protocol: recorded, and never answered."""

    def __init__(self, context: ConnectionContext, target: Target) -> None:
        self._context = context
        self._ended = False
        self._number = context.begin_layer("raw", target.name, target.port)
        context.note_protocol("raw")

    @property
    def done(self) -> bool:
        """Whether the client has finished, so that the server has too."""
        return self._ended

    def receive(self, data: bytes) -> bytes:
        """Record the bytes; there is no answer."""
        self._context.record(data, self._number)
        return b""

    def finish(self) -> bytes:
        """Note the end of the client's direction; there is no answer."""
        self._ended = True
        return b""


class UdpContext(msgspec.Struct, frozen=True):
    """What the UDP layers of one trial share."""

    recorder: EventRecorder
    services: TrialServices


class UdpLayer(Protocol):
    """A protocol over datagrams, one object a trial: datagrams in, datagrams out, no IO."""

    def receive(self, data: bytes, target: Target, source: object) -> Sequence[bytes] | None:
        """Record a datagram and answer it.

        Args:
            data: The datagram.
            target: Whom it was sent to.
            source: The client's end, comparable: a protocol with connections keeps one each.

        Returns:
            The datagrams to send back, or None where the datagram is not of this protocol; it
            is then recorded as raw.
        """


class RawUdp:
    """Datagrams of no known protocol: recorded, and never answered."""

    def __init__(self, context: UdpContext) -> None:
        self._recorder = context.recorder

    def receive(self, data: bytes, target: Target, source: object) -> Sequence[bytes]:
        """Record the datagram.

        Args:
            data: The datagram.
            target: Whom it was sent to.
            source: The client's end; not recorded.

        Returns:
            Nothing to send.
        """
        slot = self._recorder.reserve("datagrams")
        if slot is not None:
            self._recorder.fill(
                slot,
                Datagram(
                    at=self._recorder.now(),
                    host=target.host,
                    address=target.address,
                    port=target.port,
                    data=self._recorder.keep(data),
                ),
            )
        return ()
