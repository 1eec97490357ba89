"""The state of one client socket in memory: its addresses, its peer, and the data that has arrived.

Each socket has a real descriptor: one of a pair of connected sockets, whose other end is kept
here.  The descriptor is readable while received data is waiting, so ``select``, ``poll`` and
event loops work unchanged.
"""

from __future__ import annotations

import _socket
import errno
import os
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from lab.sandbox.twin.patching.caller import TrialEnded

__all__ = ["Address", "Peer", "SocketState", "os_error"]

Address = tuple[Any, ...]
"""As Python writes them: host and port, for IPv6 also flow and scope."""

_pair, _read = _socket.socketpair, os.read


def os_error(number: int) -> OSError:
    """The OSError with this number and its usual message."""
    return OSError(number, os.strerror(number))


class Peer(Protocol):
    """The other end of a connection."""

    def deliver(self, data: bytes, source: Address | None = None) -> None:
        """Receive bytes, or a datagram from this address."""

    def deliver_end(self) -> None:
        """Receive the end of the stream."""


class SocketState:
    """The state of one socket.  The condition ``changed`` guards it and wakes those who wait."""

    def __init__(self, family: int, kind: int, protocol: int, changed: threading.Condition) -> None:
        self.family, self.kind, self.protocol = family, kind, protocol
        near, self._signal = _pair()
        self.descriptor = near.detach()
        self.changed = changed
        self.has_ended = False
        self.local_address: Address | None = None
        self.peer_address: Address | None = None
        self.peer: Peer | None = None
        self.options: dict[tuple[int, int], Any] = {}
        self.backlog: deque[SocketState] | None = None
        """Connections not yet accepted, of a socket that listens."""
        self._bytes = bytearray()
        self._datagrams: deque[tuple[bytes, Address | None]] = deque()
        self._ended = False
        self._can_send = True
        self._ready = False

    @property
    def is_stream(self) -> bool:
        """Whether it is a stream rather than datagrams."""
        return self.kind == socket.SOCK_STREAM

    def deliver(self, data: bytes, source: Address | None = None) -> None:
        """Receive bytes, or a datagram from this address."""
        with self.changed:
            if self._ended:
                return
            if self.is_stream:
                self._bytes += data
            else:
                self._datagrams.append((data, source))
            self._notify()

    def deliver_end(self) -> None:
        """Receive the end of the stream."""
        with self.changed:
            self._ended = True
            self._notify()

    def queue_connection(self, other: SocketState) -> None:
        """Add a connection to the backlog of this listening socket."""
        with self.changed:
            assert self.backlog is not None
            self.backlog.append(other)
            self._notify()

    def send(self, data: bytes) -> int:
        """Send to the other end; BrokenPipeError where this end was shut down."""
        with self.changed:
            if self.peer is None:
                raise os_error(errno.ENOTCONN if self.is_stream else errno.EDESTADDRREQ)
            if not self._can_send:
                raise os_error(errno.EPIPE)
            self.peer.deliver(data, self.local_address)
        return len(data)

    def receive(
        self, size: int, timeout: float | None, *, peek: bool = False, whole: bool = False
    ) -> tuple[bytes, Address | None]:
        """Bytes or one datagram, with its source; empty at the end of the stream.

        Args:
            size: At most so many bytes.
            timeout: Seconds to wait; None waits without end, 0 not at all.
            peek: Leave the data in the buffer.
            whole: Wait for ``size`` bytes.
        """
        with self.changed:
            if self.is_stream:
                if self.peer is None:
                    raise os_error(errno.ENOTCONN)
                enough = size if whole else 1
                self._wait(lambda: len(self._bytes) >= enough or self._ended, timeout)
                data = bytes(self._bytes[:size])
                source = self.peer_address
                if not peek:
                    del self._bytes[:size]
            else:
                self._wait(lambda: bool(self._datagrams) or self._ended, timeout)
                data, source = self._datagrams[0] if self._datagrams else (b"", None)
                data = data[:size]
                if self._datagrams and not peek:
                    self._datagrams.popleft()
            self._notify()
        return data, source

    def accept(self, timeout: float | None) -> SocketState:
        """The next connection to this listening socket."""
        with self.changed:
            if self.backlog is None:
                raise os_error(errno.EINVAL)
            waiting = self.backlog
            self._wait(lambda: bool(waiting), timeout)
            found = waiting.popleft()
            self._notify()
        return found

    def shut_down(self, how: int) -> None:
        """End one direction, or both."""
        with self.changed:
            if self.peer is None:
                raise os_error(errno.ENOTCONN)
            if how in (socket.SHUT_RD, socket.SHUT_RDWR):
                self._ended = True
                self._notify()
            if how in (socket.SHUT_WR, socket.SHUT_RDWR) and self._can_send:
                self._can_send = False
                self.peer.deliver_end()

    def close(self) -> None:
        """Close this end.  The descriptor is the socket object's, which closes it."""
        with self.changed:
            self.descriptor = -1
            self._signal.close()
            for each in self.backlog or ():
                each.deliver_end()
            self.backlog = None
            if self.peer is not None and self._can_send:
                self._can_send = False
                if self.is_stream:
                    self.peer.deliver_end()

    def stop(self) -> None:
        """End all waiting, because the trial is over.  Idempotent."""
        with self.changed:
            self.has_ended = True
            self.descriptor = -1
            self._signal.close()
            self.changed.notify_all()

    def _wait(self, condition: Callable[[], bool], timeout: float | None) -> None:
        if condition():
            return
        if timeout == 0:
            raise os_error(errno.EAGAIN)
        if not self.changed.wait_for(lambda: condition() or self.has_ended, timeout):
            raise TimeoutError("timed out")
        if self.has_ended:
            raise TrialEnded

    def _notify(self) -> None:
        """Wake who waits, in threads of this process and in the kernel."""
        ready = bool(self._bytes or self._datagrams or self._ended or self.backlog)
        if ready != self._ready and self.descriptor >= 0:
            self._ready = ready
            if ready:
                self._signal.send(b"!")
            else:
                _read(self.descriptor, 1)
        self.changed.notify_all()
