"""The lab's internet in memory: the sessions that serve a cell, called instead of connected.

What a client sends goes to the same sans-IO layers that serve a cell's sockets, which record it.
Their answer is available at once, so no thread waits for it.  One lock separates the threads of a
client; the layers run in the thread that sends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from lab.errors import LabError
from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.connection import ConnectionContext, TrialServices
from lab.internet.journal import EventRecorder, Recording, RecordingLimits
from lab.internet.name_addresses import NameAddresses
from lab.internet.script import Script
from lab.internet.sniffer import Sniffer
from lab.internet.target import Target
from lab.internet.tcp_transport import normalise_address
from lab.internet.udp import UdpDispatcher
from lab.sandbox.twin.network.socket_state import SocketState

__all__ = ["InMemoryInternet", "ServerConnection"]

_monotonic = time.monotonic


class ServerConnection:
    """The server side of a TCP connection, as ``lab.internet.tcp_transport`` is in a cell."""

    def __init__(
        self, internet: InMemoryInternet, session: ConnectionContext, state: SocketState
    ) -> None:
        self._internet = internet
        self._session = session
        self._layer = session.enter(session.target)
        self._socket = state
        self._open = True

    def deliver(self, data: bytes, source: object = None) -> None:
        """Receive what the client sent."""
        if self._open:
            self._answer(lambda: self._layer.receive(data))

    def deliver_end(self) -> None:
        """The client sends no more: close the server side, too."""
        if self._open:
            self._answer(self._layer.finish)
            self.close()
            self._socket.deliver_end()

    def close(self) -> None:
        """Write the connection's record.  Idempotent."""
        if self._open:
            self._open = False
            self._internet.run_layer(self._layer.finish)
            self._session.close()

    def _answer(self, work: Callable[[], bytes]) -> None:
        answer = self._internet.run_layer(work)
        if answer:
            self._socket.deliver(answer)
        if self._layer.done:
            self._socket.deliver_end()


class InMemoryInternet:
    """The servers of one trial at a time."""

    def __init__(self, authority: CertificateAuthority) -> None:
        self._authority = authority
        self._connections: list[ServerConnection] = []
        self._failures: list[Exception] = []
        self._journal = EventRecorder(RecordingLimits(), _monotonic)
        self._world = TrialServices(authority=authority, names=NameAddresses(), script=Script())
        self._udp = UdpDispatcher(self._journal, self._world)
        self.changed = threading.Condition()
        """Held while the state of the network changes, and notified after each change."""

    def begin(self, script: Script) -> None:
        """Begin a new recording; this moment is its time zero."""
        self._connections.clear()
        self._failures.clear()
        self._journal = EventRecorder(RecordingLimits(), _monotonic)
        self._world = TrialServices(authority=self._authority, names=NameAddresses(), script=script)
        self._udp = UdpDispatcher(self._journal, self._world)

    def end(self) -> Recording:
        """End the recording.

        Raises:
            LabError: A server of the lab failed during the recording.
        """
        with self.changed:
            for line in self._connections:
                line.close()
            self._connections.clear()
            recording = self._journal.make_recording()
        if self._failures:
            raise LabError(
                f"a server of the lab failed while it served the client: {self._failures[0]!r}; "
                "the trial's observation is incomplete, please report this"
            ) from self._failures[0]
        return recording

    def connect(self, address: str, port: int, state: SocketState) -> ServerConnection:
        """Open a connection to a server of the lab.

        Args:
            address: The IP address.
            port: The TCP port.
            state: The client's socket.
        """
        address = normalise_address(address)
        with self.changed:
            host = self._world.names.find_host(address)
            place = Target(host=host, address=address, port=port)
            session = ConnectionContext(place, self._journal, self._world, Sniffer)
            line = ServerConnection(self, session, state)
            self._connections.append(line)
        return line

    def send_datagram(self, data: bytes, address: str, port: int) -> bytes | None:
        """Send a datagram; returns the answer, or None where there is none.

        Args:
            data: The content of the datagram.
            address: The IP address of the destination.
            port: Its UDP port.
        """
        address = normalise_address(address)
        with self.changed:
            try:
                replies = self._udp.receive(data, address, port)
            except Exception as error:  # noqa: BLE001 - ours: it must reach end()
                self._failures.append(error)
                return None
            return replies[0] if replies else None

    def run_layer(self, work: Callable[[], bytes]) -> bytes:
        """Call a layer; an error of the lab is kept and raised by :meth:`end`."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - as above
            self._failures.append(error)
            return b""
