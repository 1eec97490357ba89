"""What each socket is connected to: a server of the lab, or another socket of the client.

The client's machine has addresses of its own, on which the client can listen and to which it can
connect.  All other addresses are the lab's.
"""

from __future__ import annotations

import errno
import itertools
import os
import socket
from collections import deque
from collections.abc import Iterator
from typing import Any

from lab.factors.host_spec import BARE, HostSpec
from lab.sandbox.twin.files.filesystem import SimulatedFilesystem
from lab.sandbox.twin.network.etc_names import EtcNames
from lab.sandbox.twin.network.interfaces import build_interfaces, parse_ip
from lab.sandbox.twin.network.internet import InMemoryInternet
from lab.sandbox.twin.network.resolver import Resolver
from lab.sandbox.twin.network.socket_methods import unspecified_address
from lab.sandbox.twin.network.socket_state import Address, SocketState, os_error

__all__ = ["ConnectionTable"]

FIRST_PORT = 32779
"""Of those that the system chooses; see ip(7)."""

INTERNET_FAMILIES = (socket.AF_INET, socket.AF_INET6)


class ConnectionTable:
    """The connections of one trial at a time."""

    def __init__(self, internet: InMemoryInternet, files: SimulatedFilesystem) -> None:
        self._internet = internet
        self._files = files
        self._listening: dict[tuple[int, str, int], SocketState] = {}
        self._bound: dict[tuple[str, int], SocketState] = {}
        self._ports: Iterator[int] = iter(())
        self.interfaces = build_interfaces(BARE.network, BARE.machine.mac)
        self.resolver = Resolver(
            lambda message, server: internet.send_datagram(message, server, 53)
        )

    def begin(self, host_spec: HostSpec) -> None:
        """Start a trial on this host, with no connection."""
        self._ports = itertools.count(FIRST_PORT, 2)
        self.interfaces = build_interfaces(host_spec.network, host_spec.machine.mac)
        self.resolver.begin(self._read_etc_names)
        self.end()

    def end(self) -> None:
        """Remove all sockets that listen or are bound."""
        self._listening.clear()
        self._bound.clear()

    def forget(self, state: SocketState) -> None:
        """Remove a socket that was closed."""
        self._listening = {k: v for k, v in self._listening.items() if v is not state}
        self._bound = {k: v for k, v in self._bound.items() if v is not state}

    def connect(self, state: SocketState, timeout: float | None, address: Any) -> None:
        """As the method ``socket.socket.connect``.

        Args:
            state: The socket.
            timeout: The socket's timeout in seconds; None waits without end.
            address: As Python writes it: a tuple of host and port, or a path.
        """
        if state.family == socket.AF_UNIX:
            found = self._files.read_file(os.fsdecode(address))
            raise os_error(errno.ENOENT if found is None else errno.ECONNREFUSED)
        if state.peer is not None and state.is_stream:
            raise os_error(errno.EISCONN)
        target = self._resolve_address(state, address)
        local = self._choose_local_address(state, target[0])
        if not state.is_stream:
            state.peer = _DatagramPeer(self, state, target)
        elif not self.interfaces.is_own(target[0]):
            state.peer = self._internet.connect(target[0], target[1], state)
        else:
            self._connect_own(state, state.local_address or local, target)
        state.local_address, state.peer_address = state.local_address or local, target

    def connect_ex(self, state: SocketState, timeout: float | None, address: Any) -> int:
        """As the method ``socket.socket.connect_ex``.

        Args:
            state: The socket.
            timeout: The socket's timeout in seconds; None waits without end.
            address: As Python writes it: a tuple of host and port, or a path.
        """
        try:
            self.connect(state, timeout, address)
        except OSError as error:
            if error.errno is None or isinstance(error, socket.gaierror):
                raise
            return error.errno
        return 0

    def bind(self, state: SocketState, timeout: float | None, address: Any) -> None:
        """As the method ``socket.socket.bind``.

        Args:
            state: The socket.
            timeout: The socket's timeout in seconds; None waits without end.
            address: As Python writes it: a tuple of host and port, or a path.
        """
        if state.family == socket.AF_UNIX:
            state.local_address = (os.fsdecode(address),)
            return
        host, port, *rest = self._resolve_address(state, address)
        if not self.interfaces.is_own(host):
            raise os_error(errno.EADDRNOTAVAIL)
        if 0 < port < 1024:
            raise os_error(errno.EACCES)
        if port and self._is_taken(state, port):
            raise os_error(errno.EADDRINUSE)
        state.local_address = (host, port or next(self._ports), *rest)
        if not state.is_stream:
            self._bound[host, state.local_address[1]] = state

    def listen(self, state: SocketState, timeout: float | None, backlog: int = 128) -> None:
        """As the method ``socket.socket.listen``.

        Args:
            state: The socket.
            timeout: The socket's timeout in seconds; None waits without end.
            backlog: Ignored; every connection is queued.
        """
        if not state.is_stream:
            raise os_error(errno.EOPNOTSUPP)
        if state.backlog is None:
            state.backlog = deque()
        if state.family in INTERNET_FAMILIES:
            if state.local_address is None:
                _, _, *rest = unspecified_address(state.family)
                state.local_address = (
                    unspecified_address(state.family)[0],
                    next(self._ports),
                    *rest,
                )
            self._listening[state.family, state.local_address[0], state.local_address[1]] = state

    def sendto(self, state: SocketState, timeout: float | None, data: Any, *words: Any) -> int:
        """As the method ``socket.socket.sendto``.

        Args:
            state: The socket.
            timeout: The socket's timeout in seconds; None waits without end.
            data: The bytes to send.
            words: The address, with or without flags before it.
        """
        return self._send_to(state, bytes(data), words[-1] if words else None)

    def sendmsg(
        self,
        state: SocketState,
        timeout: float | None,
        buffers: Any,
        ancillary: Any = (),
        flags: int = 0,
        address: Any = None,
    ) -> int:
        """As the method ``socket.socket.sendmsg``.

        Args:
            state: The socket.
            timeout: The socket's timeout in seconds; None waits without end.
            buffers: The bytes to send, in pieces.
            ancillary: Ignored.
            flags: Ignored.
            address: The destination; None for that of the connection.
        """
        return self._send_to(state, b"".join(bytes(each) for each in buffers), address)

    def send_datagram(self, state: SocketState, data: bytes, target: Address) -> None:
        """Deliver a datagram, and its answer to the socket that sent it.

        Args:
            state: The socket that sends.
            data: The content of the datagram.
            target: Host and port of the destination.
        """
        if not self.interfaces.is_own(target[0]):
            answer = self._internet.send_datagram(data, target[0], target[1])
            if answer is not None:
                state.deliver(answer, target)
            return
        for host in (target[0], "0.0.0.0", "::"):
            found = self._bound.get((host, target[1]))
            if found is not None:
                found.deliver(data, state.local_address)
                return

    def _send_to(self, state: SocketState, data: bytes, address: Any) -> int:
        if address is None or state.is_stream:
            return state.send(data)
        target = self._resolve_address(state, address)
        _, port, *rest = self._choose_local_address(state, target[0])
        state.local_address = state.local_address or (
            unspecified_address(state.family)[0],
            port,
            *rest,
        )
        self.send_datagram(state, data, target)
        return len(data)

    def _connect_own(self, state: SocketState, local: Address, target: Address) -> None:
        listener = self._find_listener(state.family, target)
        if listener is None:
            raise os_error(errno.ECONNREFUSED)
        other = SocketState(state.family, state.kind, state.protocol, state.changed)
        other.local_address, other.peer_address = target, local
        other.peer, state.peer = state, other
        listener.queue_connection(other)

    def _resolve_address(self, state: SocketState, address: Any) -> Address:
        """An address as Python gives it back, its name looked up."""
        if not isinstance(address, tuple) or len(address) < 2:
            raise TypeError(f"an address is a tuple of host and port, not {address!r}")
        host, port, *rest = address
        if not isinstance(port, int):
            raise TypeError(f"a port is an integer, not {port!r}")
        if not 0 <= port <= 0xFFFF:
            raise OverflowError("port must be 0-65535.")
        found = self.resolver.resolve_address(host, state.family)
        if state.family == socket.AF_INET:
            return (found, port)
        return (found, port, *(*rest, 0, 0)[:2])

    def _choose_local_address(self, state: SocketState, host: str) -> Address:
        """Where a connection to this host comes from; OSError where there is no way there."""
        if parse_ip(host).is_unspecified:
            found: str | None = "127.0.0.1" if state.family == socket.AF_INET else "::1"
        else:
            found = host if self.interfaces.is_own(host) else self.interfaces.source_address(host)
        if found is None:
            raise os_error(errno.ENETUNREACH)
        return (found, next(self._ports), *unspecified_address(state.family)[2:])

    def _find_listener(self, family: int, target: Address) -> SocketState | None:
        for host in (target[0], unspecified_address(family)[0]):
            found = self._listening.get((family, host, target[1]))
            if found is not None:
                return found
        # A socket on all IPv6 addresses accepts IPv4, too, unless IPV6_V6ONLY is set.
        both = self._listening.get((socket.AF_INET6, "::", target[1]))
        if both is None or both.options.get((socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)):
            return None
        return both

    def _is_taken(self, state: SocketState, port: int) -> bool:
        if state.is_stream:
            return any(key[0] == state.family and key[2] == port for key in self._listening)
        return any(key[1] == port for key in self._bound)

    def _read_etc_names(self) -> EtcNames:
        return EtcNames(
            hosts=self._read_text("/etc/hosts"),
            resolv=self._read_text("/etc/resolv.conf"),
            services=self._read_text("/etc/services"),
            has4=self.interfaces.source_address("192.0.2.1") is not None,
            has6=self.interfaces.source_address("2001:db8::1") is not None,
        )

    def _read_text(self, path: str) -> str:
        return (self._files.read_file(path) or b"").decode("utf-8", "surrogateescape")


class _DatagramPeer:
    """The other end of a datagram socket that was given one."""

    def __init__(self, switchboard: ConnectionTable, state: SocketState, target: Address) -> None:
        self._connections = switchboard
        self._socket = state
        self._address = target

    def deliver(self, data: bytes, source: Address | None = None) -> None:
        self._connections.send_datagram(self._socket, data, self._address)

    def deliver_end(self) -> None:
        """Do nothing: a datagram socket has no end of stream."""
