"""Who is connected to whom: the client with the lab's internet, or with itself.

The client's machine has its own addresses, on which the client can listen and connect to
itself; all others are the lab's.
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
    """The network of one trial at a time."""

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

    def begin(self, surroundings: HostSpec) -> None:
        """A machine on which nothing is connected yet."""
        self._ports = itertools.count(FIRST_PORT, 2)
        self.interfaces = build_interfaces(surroundings.network, surroundings.machine.mac)
        self.resolver.begin(self._read_etc_names)
        self.end()

    def end(self) -> None:
        """Nobody listens any more."""
        self._listening.clear()
        self._bound.clear()

    def forget(self, endpoint: SocketState) -> None:
        """This socket is closed."""
        self._listening = {k: v for k, v in self._listening.items() if v is not endpoint}
        self._bound = {k: v for k, v in self._bound.items() if v is not endpoint}

    def connect(self, endpoint: SocketState, timeout: float | None, address: Any) -> None:
        """As the socket's method."""
        if endpoint.family == socket.AF_UNIX:
            found = self._files.read_file(os.fsdecode(address))
            raise os_error(errno.ENOENT if found is None else errno.ECONNREFUSED)
        if endpoint.peer is not None and endpoint.is_stream:
            raise os_error(errno.EISCONN)
        place = self._resolve_address(endpoint, address)
        local = self._choose_local_address(endpoint, place[0])
        if not endpoint.is_stream:
            endpoint.peer = _DatagramPeer(self, endpoint, place)
        elif not self.interfaces.is_own(place[0]):
            endpoint.peer = self._internet.connect(place[0], place[1], endpoint)
        else:
            self._connect_own(endpoint, endpoint.local_address or local, place)
        endpoint.local_address, endpoint.peer_address = endpoint.local_address or local, place

    def connect_ex(self, endpoint: SocketState, timeout: float | None, address: Any) -> int:
        """As the socket's method."""
        try:
            self.connect(endpoint, timeout, address)
        except OSError as error:
            if error.errno is None or isinstance(error, socket.gaierror):
                raise
            return error.errno
        return 0

    def bind(self, endpoint: SocketState, timeout: float | None, address: Any) -> None:
        """As the socket's method."""
        if endpoint.family == socket.AF_UNIX:
            endpoint.local_address = (os.fsdecode(address),)
            return
        host, port, *rest = self._resolve_address(endpoint, address)
        if not self.interfaces.is_own(host):
            raise os_error(errno.EADDRNOTAVAIL)
        if 0 < port < 1024:
            raise os_error(errno.EACCES)
        if port and self._is_taken(endpoint, port):
            raise os_error(errno.EADDRINUSE)
        endpoint.local_address = (host, port or next(self._ports), *rest)
        if not endpoint.is_stream:
            self._bound[host, endpoint.local_address[1]] = endpoint

    def listen(self, endpoint: SocketState, timeout: float | None, backlog: int = 128) -> None:
        """As the socket's method."""
        if not endpoint.is_stream:
            raise os_error(errno.EOPNOTSUPP)
        if endpoint.backlog is None:
            endpoint.backlog = deque()
        if endpoint.family in INTERNET_FAMILIES:
            if endpoint.local_address is None:
                _, _, *rest = unspecified_address(endpoint.family)
                endpoint.local_address = (
                    unspecified_address(endpoint.family)[0],
                    next(self._ports),
                    *rest,
                )
            self._listening[
                endpoint.family, endpoint.local_address[0], endpoint.local_address[1]
            ] = endpoint

    def sendto(self, endpoint: SocketState, timeout: float | None, data: Any, *words: Any) -> int:
        """As the socket's method, with or without flags before the address."""
        return self._send_to(endpoint, bytes(data), words[-1] if words else None)

    def sendmsg(
        self,
        endpoint: SocketState,
        timeout: float | None,
        buffers: Any,
        ancillary: Any = (),
        flags: int = 0,
        address: Any = None,
    ) -> int:
        """As the socket's method."""
        return self._send_to(endpoint, b"".join(bytes(each) for each in buffers), address)

    def send_datagram(self, endpoint: SocketState, data: bytes, place: Address) -> None:
        """Send a datagram to where it is meant to go, and take what is answered."""
        if not self.interfaces.is_own(place[0]):
            answer = self._internet.send_datagram(data, place[0], place[1])
            if answer is not None:
                endpoint.deliver(answer, place)
            return
        for host in (place[0], "0.0.0.0", "::"):
            found = self._bound.get((host, place[1]))
            if found is not None:
                found.deliver(data, endpoint.local_address)
                return

    def _send_to(self, endpoint: SocketState, data: bytes, address: Any) -> int:
        if address is None or endpoint.is_stream:
            return endpoint.send(data)
        place = self._resolve_address(endpoint, address)
        _, port, *rest = self._choose_local_address(endpoint, place[0])
        endpoint.local_address = endpoint.local_address or (
            unspecified_address(endpoint.family)[0],
            port,
            *rest,
        )
        self.send_datagram(endpoint, data, place)
        return len(data)

    def _connect_own(self, endpoint: SocketState, local: Address, place: Address) -> None:
        listener = self._find_listener(endpoint.family, place)
        if listener is None:
            raise os_error(errno.ECONNREFUSED)
        other = SocketState(endpoint.family, endpoint.kind, endpoint.protocol, endpoint.changed)
        other.local_address, other.peer_address = place, local
        other.peer, endpoint.peer = endpoint, other
        listener.queue_connection(other)

    def _resolve_address(self, endpoint: SocketState, address: Any) -> Address:
        """An address as Python gives it back, its name looked up."""
        if not isinstance(address, tuple) or len(address) < 2:
            raise TypeError(f"an address is a tuple of host and port, not {address!r}")
        host, port, *rest = address
        if not isinstance(port, int):
            raise TypeError(f"a port is an integer, not {port!r}")
        if not 0 <= port <= 0xFFFF:
            raise OverflowError("port must be 0-65535.")
        found = self.resolver.resolve_address(host, endpoint.family)
        if endpoint.family == socket.AF_INET:
            return (found, port)
        return (found, port, *(*rest, 0, 0)[:2])

    def _choose_local_address(self, endpoint: SocketState, host: str) -> Address:
        """Where a connection to this host comes from; OSError where there is no way there."""
        if parse_ip(host).is_unspecified:
            found: str | None = "127.0.0.1" if endpoint.family == socket.AF_INET else "::1"
        else:
            found = host if self.interfaces.is_own(host) else self.interfaces.source_address(host)
        if found is None:
            raise os_error(errno.ENETUNREACH)
        return (found, next(self._ports), *unspecified_address(endpoint.family)[2:])

    def _find_listener(self, family: int, place: Address) -> SocketState | None:
        for host in (place[0], unspecified_address(family)[0]):
            found = self._listening.get((family, host, place[1]))
            if found is not None:
                return found
        # A socket on all IPv6 addresses takes IPv4, too, unless it was told otherwise.
        both = self._listening.get((socket.AF_INET6, "::", place[1]))
        if both is None or both.options.get((socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)):
            return None
        return both

    def _is_taken(self, endpoint: SocketState, port: int) -> bool:
        if endpoint.is_stream:
            return any(key[0] == endpoint.family and key[2] == port for key in self._listening)
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

    def __init__(self, switchboard: ConnectionTable, near: SocketState, place: Address) -> None:
        self._connections = switchboard
        self._socket = near
        self._address = place

    def deliver(self, data: bytes, source: Address | None = None) -> None:
        self._connections.send_datagram(self._socket, data, self._address)

    def deliver_end(self) -> None:
        """Nobody is told."""
