"""The lab's internet, running: one event loop in a thread of its own, serving many cells.

This file and :mod:`lab.internet.tcp_transport` are the only ones that touch sockets.  All that is
decided, answered and recorded is decided in the layers, which are pure.

A :class:`CellServer` belongs to one cell and lives through many trials; each trial is one
recording between :meth:`CellServer.begin` and :meth:`CellServer.end`.  Outside a recording,
connections are closed at once.  The public methods are called from worker threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from lab.errors import LabError
from lab.internet.cell_sockets import CellSockets
from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.connection import TrialServices
from lab.internet.journal import EventRecorder, Recording, RecordingLimits
from lab.internet.name_addresses import NameAddresses
from lab.internet.script import Script
from lab.internet.tcp_transport import TcpTransport, normalise_address
from lab.internet.udp import UdpDispatcher

__all__ = ["CellServer", "Recording", "RecordingLimits", "Server"]

Result = TypeVar("Result")

BACKLOG = 1 << 16
"""As many connections as the kernel lets wait."""
BATCH = 64
"""Connections or datagrams taken at a time, so that no client starves the others."""

REPLY_SOCKETS = 64
RECEIVE_BUFFER = 4 << 20
DRAIN_S = 60.0
"""The longest that the end of a trial reads what is queued; then the recording is incomplete."""

QUIET_S = 0.002
QUIET_PASSES = 5

SO_MEMINFO = 55
_MEMINFO = struct.Struct("=9I")
"""The counters of a socket's memory; the last is of what was dropped."""
_LISTENER_QUEUE = struct.Struct("=24xII")
"""Of TCP_INFO of a listener: how many connections wait, and how many may."""

IP_ORIGDSTADDR = 20
IPV6_ORIGDSTADDR = 74


class Server:
    """The loop and its thread.  A context manager; leaving it stops every server."""

    def __init__(
        self,
        authority: CertificateAuthority,
        limits: RecordingLimits = RecordingLimits(),  # noqa: B008
    ) -> None:
        self._authority = authority
        self._limits = limits
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="internet", daemon=True)
        self._networks: list[CellServer] = []
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def attach(self, sockets: CellSockets) -> CellServer:
        """Serve these sockets.  They are duplicated; the caller's own stay the caller's."""
        network = CellServer(sockets, self._authority, self._limits, self._loop, self._call)
        self._networks.append(network)
        return network

    def close(self) -> None:
        """Detach every network and end the thread.  Idempotent."""
        if self._loop.is_closed():
            return
        for network in self._networks:
            network.detach()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _call(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class CellServer:
    """One cell's servers."""

    def __init__(
        self,
        sockets: CellSockets,
        authority: CertificateAuthority,
        limits: RecordingLimits,
        loop: asyncio.AbstractEventLoop,
        call: Callable[[Coroutine[Any, Any, Any]], Any],
    ) -> None:
        self._authority = authority
        self._limits = limits
        self._loop = loop
        self._call = call
        self._reply = sockets.reply
        self._tcp = [sockets.tcp4.dup(), sockets.tcp6.dup()]
        self._udp_sockets = [sockets.udp4.dup(), sockets.udp6.dup()]
        self._replies: OrderedDict[tuple[str, int], socket.socket] = OrderedDict()
        self._recorder: EventRecorder | None = None
        self._services: TrialServices | None = None
        self._dispatcher: UdpDispatcher | None = None
        # A dictionary, for its order: what waits is taken in the order of arrival.
        self._wires: dict[TcpTransport, None] = {}
        self._failures: list[Exception] = []
        self._dropped = 0
        self._attached = True
        call(self._attach())

    def begin(self, script: Script) -> None:
        """Begin a new recording; this moment is its time zero.

        Raises LabError where one is running already.
        """
        self._call(self._begin(script))

    def end(self) -> Recording:
        """End the recording: take what has arrived, close all connections, return the events.

        Raises LabError where no recording runs, or a server of the lab failed during it.
        """
        recording: Recording = self._call(self._end())
        return recording

    def detach(self) -> None:
        """Stop serving.  Idempotent."""
        if self._attached:
            self._attached = False
            self._call(self._detach())

    async def _attach(self) -> None:
        for listener in self._tcp:
            listener.setblocking(False)
            listener.listen(BACKLOG)
            self._loop.add_reader(listener, self._accept, listener)
        for receiver in self._udp_sockets:
            receiver.setblocking(False)
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self._loop.add_reader(receiver, self._receive, receiver)

    async def _begin(self, script: Script) -> None:
        if self._recorder is not None:
            raise LabError("a recording runs already in this cell; end it before the next begins")
        # Whatever the last trial's processes left behind is not this trial's.
        deadline = time.monotonic() + DRAIN_S
        while self._poll() and time.monotonic() < deadline:
            await asyncio.sleep(0)
        self._dropped = self._count_dropped()
        self._failures.clear()
        self._recorder = EventRecorder(self._limits, time.monotonic)
        self._services = TrialServices(
            authority=self._authority, names=NameAddresses(), script=script
        )
        self._dispatcher = UdpDispatcher(self._recorder, self._services)

    async def _end(self) -> Recording:
        recorder = self._recorder
        if recorder is None:
            raise LabError("no recording runs in this cell; begin one first")
        deadline = time.monotonic() + DRAIN_S
        quiet = 0
        while quiet < (QUIET_PASSES if self._wires else 1):
            if self._poll():
                quiet = 0
                if time.monotonic() > deadline:
                    recorder.note_limit("unread")
                    break
                # Other cells are served by the same loop.
                await asyncio.sleep(0)
            else:
                quiet += 1
                await asyncio.sleep(QUIET_S if self._wires else 0)
        if self._count_dropped() > self._dropped:
            recorder.note_limit("dropped datagrams")
        for wire in list(self._wires):
            wire.close()
        self._recorder = self._services = self._dispatcher = None
        self._close_replies()
        if self._failures:
            raise LabError(
                f"a server of the lab failed while it served the client: {self._failures[0]!r}; "
                "the trial's observation is incomplete, please report this"
            ) from self._failures[0]
        return recorder.make_recording()

    async def _detach(self) -> None:
        for wire in list(self._wires):
            wire.close()
        for each in (*self._tcp, *self._udp_sockets):
            self._loop.remove_reader(each)
            each.close()
        self._close_replies()

    def _close_replies(self) -> None:
        for reply in self._replies.values():
            reply.close()
        self._replies.clear()

    def _poll(self) -> bool:
        """Take whatever waits at any socket; return whether there was anything."""
        # Lists, not generators: every socket must have its turn.
        found = [self._accept(listener) for listener in self._tcp]
        found += [wire.pump() for wire in list(self._wires)]
        found += [self._receive(receiver) for receiver in self._udp_sockets]
        return any(found)

    def _count_dropped(self) -> int:
        """How many datagrams the kernel has dropped, because nobody read in time."""
        counters = (
            receiver.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, _MEMINFO.size)
            for receiver in self._udp_sockets
        )
        return sum(_MEMINFO.unpack(counter)[-1] for counter in counters)

    def _accept(self, listener: socket.socket) -> bool:
        if self._recorder is not None and _is_backlog_full(listener):
            # The kernel may have let go of connections that the client believes to be open.
            self._recorder.note_limit("backlog")
        for taken in range(BATCH):
            try:
                accepted, _ = listener.accept()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    self._pause(listener)
                # Else nothing waits, or the client gave up while it waited.
                return taken > 0
            if self._recorder is None or self._services is None:
                accepted.close()
                continue
            wire = TcpTransport(
                accepted,
                self._recorder,
                self._services,
                self._loop,
                closed=self._forget,
                failed=self._failures.append,
            )
            self._wires[wire] = None
        return True

    def _forget(self, wire: TcpTransport) -> None:
        del self._wires[wire]

    def _pause(self, listener: socket.socket) -> None:
        """Out of file descriptors: let some connections end before the next is accepted."""
        if self._recorder is not None:
            self._recorder.note_limit("connections")
        self._loop.remove_reader(listener)
        self._loop.call_later(0.1, self._resume, listener)

    def _resume(self, listener: socket.socket) -> None:
        if self._attached:
            self._loop.add_reader(listener, self._accept, listener)

    def _receive(self, receiver: socket.socket) -> bool:
        for taken in range(BATCH):
            try:
                data, ancillary, _, source = receiver.recvmsg(1 << 16, 256)
            except OSError:
                # Nothing waits; or an ICMP error about an earlier reply, which is no datagram.
                return taken > 0
            if self._dispatcher is None:
                continue
            address, port = _original_destination(ancillary) or receiver.getsockname()[:2]
            address = normalise_address(address)
            try:
                replies = self._dispatcher.receive(data, address, port, source)
            except Exception as error:  # noqa: BLE001 - ours: it must reach end()
                self._failures.append(error)
                continue
            for reply in replies:
                self._answer(reply, address, port, source)
        return True

    def _answer(self, reply: bytes, address: str, port: int, source: Any) -> None:
        # From some addresses nothing can be sent (multicast, broadcast), as outside; the
        # cell says LabError then.  And a client that has gone misses nothing.
        with contextlib.suppress(OSError, LabError):
            self._reply_socket(address, port).sendto(reply, source)

    def _reply_socket(self, address: str, port: int) -> socket.socket:
        key = (address, port)
        found = self._replies.get(key)
        if found is None:
            found = self._replies[key] = self._reply(address, port)
            found.setblocking(False)
            if len(self._replies) > REPLY_SOCKETS:
                self._replies.popitem(last=False)[1].close()
        else:
            self._replies.move_to_end(key)
        return found


def _is_backlog_full(listener: socket.socket) -> bool:
    size = _LISTENER_QUEUE.size
    info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, size)
    if len(info) < size:
        return False
    waiting, room = _LISTENER_QUEUE.unpack(info)
    return bool(waiting > room)


def _original_destination(ancillary: list[tuple[int, int, bytes]]) -> tuple[str, int] | None:
    """Return the address that a datagram was sent to, as the kernel noted it."""
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == IP_ORIGDSTADDR:
            port, packed = struct.unpack_from("!2xH4s", data)
            return socket.inet_ntop(socket.AF_INET, packed), port
        if level == socket.IPPROTO_IPV6 and kind == IPV6_ORIGDSTADDR:
            port, packed = struct.unpack_from("!2xH4x16s", data)
            return socket.inet_ntop(socket.AF_INET6, packed), port
    return None
