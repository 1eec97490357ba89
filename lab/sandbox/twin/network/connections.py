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
from lab.sandbox.twin.files.filesystem import Files
from lab.sandbox.twin.network.etc_names import Known
from lab.sandbox.twin.network.interfaces import interfaces, parsed
from lab.sandbox.twin.network.internet import Internet
from lab.sandbox.twin.network.resolver import Resolver
from lab.sandbox.twin.network.socket_methods import nowhere
from lab.sandbox.twin.network.socket_state import Address, Endpoint, failure

__all__ = ["Switchboard"]

FIRST_PORT = 32779
"""Of those that the system chooses; see ip(7)."""

INTERNET = (socket.AF_INET, socket.AF_INET6)


class Switchboard:
    """The network of one trial at a time."""

    def __init__(self, internet: Internet, files: Files) -> None:
        self._internet = internet
        self._files = files
        self._listening: dict[tuple[int, str, int], Endpoint] = {}
        self._bound: dict[tuple[str, int], Endpoint] = {}
        self._ports: Iterator[int] = iter(())
        self.interfaces = interfaces(BARE.network, BARE.machine.mac)
        self.resolver = Resolver(lambda message, server: internet.send(message, server, 53))

    def begin(self, surroundings: HostSpec) -> None:
        """A machine on which nothing is connected yet."""
        self._ports = itertools.count(FIRST_PORT, 2)
        self.interfaces = interfaces(surroundings.network, surroundings.machine.mac)
        self.resolver.begin(self._look)
        self.end()

    def end(self) -> None:
        """Nobody listens any more."""
        self._listening.clear()
        self._bound.clear()

    def forget(self, endpoint: Endpoint) -> None:
        """This socket is closed."""
        self._listening = {k: v for k, v in self._listening.items() if v is not endpoint}
        self._bound = {k: v for k, v in self._bound.items() if v is not endpoint}

    def connect(self, endpoint: Endpoint, timeout: float | None, address: Any) -> None:
        """As the socket's method."""
        if endpoint.family == socket.AF_UNIX:
            found = self._files.read(os.fsdecode(address))
            raise failure(errno.ENOENT if found is None else errno.ECONNREFUSED)
        if endpoint.far is not None and endpoint.is_stream:
            raise failure(errno.EISCONN)
        place = self._place(endpoint, address)
        local = self._local(endpoint, place[0])
        if not endpoint.is_stream:
            endpoint.far = _Datagrams(self, endpoint, place)
        elif not self.interfaces.is_own(place[0]):
            endpoint.far = self._internet.dial(place[0], place[1], endpoint)
        else:
            self._connect_own(endpoint, endpoint.local or local, place)
        endpoint.local, endpoint.peer = endpoint.local or local, place

    def connect_ex(self, endpoint: Endpoint, timeout: float | None, address: Any) -> int:
        """As the socket's method."""
        try:
            self.connect(endpoint, timeout, address)
        except OSError as error:
            if error.errno is None or isinstance(error, socket.gaierror):
                raise
            return error.errno
        return 0

    def bind(self, endpoint: Endpoint, timeout: float | None, address: Any) -> None:
        """As the socket's method."""
        if endpoint.family == socket.AF_UNIX:
            endpoint.local = (os.fsdecode(address),)
            return
        host, port, *rest = self._place(endpoint, address)
        if not self.interfaces.is_own(host):
            raise failure(errno.EADDRNOTAVAIL)
        if 0 < port < 1024:
            raise failure(errno.EACCES)
        if port and self._is_taken(endpoint, port):
            raise failure(errno.EADDRINUSE)
        endpoint.local = (host, port or next(self._ports), *rest)
        if not endpoint.is_stream:
            self._bound[host, endpoint.local[1]] = endpoint

    def listen(self, endpoint: Endpoint, timeout: float | None, backlog: int = 128) -> None:
        """As the socket's method."""
        if not endpoint.is_stream:
            raise failure(errno.EOPNOTSUPP)
        if endpoint.waiting is None:
            endpoint.waiting = deque()
        if endpoint.family in INTERNET:
            if endpoint.local is None:
                _, _, *rest = nowhere(endpoint.family)
                endpoint.local = (nowhere(endpoint.family)[0], next(self._ports), *rest)
            self._listening[endpoint.family, endpoint.local[0], endpoint.local[1]] = endpoint

    def sendto(self, endpoint: Endpoint, timeout: float | None, data: Any, *words: Any) -> int:
        """As the socket's method, with or without flags before the address."""
        return self._send_to(endpoint, bytes(data), words[-1] if words else None)

    def sendmsg(
        self,
        endpoint: Endpoint,
        timeout: float | None,
        buffers: Any,
        ancillary: Any = (),
        flags: int = 0,
        address: Any = None,
    ) -> int:
        """As the socket's method."""
        return self._send_to(endpoint, b"".join(bytes(each) for each in buffers), address)

    def deliver(self, endpoint: Endpoint, data: bytes, place: Address) -> None:
        """Send a datagram to where it is meant to go, and take what is answered."""
        if not self.interfaces.is_own(place[0]):
            answer = self._internet.send(data, place[0], place[1])
            if answer is not None:
                endpoint.take(answer, place)
            return
        for host in (place[0], "0.0.0.0", "::"):
            found = self._bound.get((host, place[1]))
            if found is not None:
                found.take(data, endpoint.local)
                return

    def _send_to(self, endpoint: Endpoint, data: bytes, address: Any) -> int:
        if address is None or endpoint.is_stream:
            return endpoint.send(data)
        place = self._place(endpoint, address)
        _, port, *rest = self._local(endpoint, place[0])
        endpoint.local = endpoint.local or (nowhere(endpoint.family)[0], port, *rest)
        self.deliver(endpoint, data, place)
        return len(data)

    def _connect_own(self, endpoint: Endpoint, local: Address, place: Address) -> None:
        listener = self._listener(endpoint.family, place)
        if listener is None:
            raise failure(errno.ECONNREFUSED)
        other = Endpoint(endpoint.family, endpoint.kind, endpoint.protocol, endpoint.changed)
        other.local, other.peer = place, local
        other.far, endpoint.far = endpoint, other
        listener.take_connection(other)

    def _place(self, endpoint: Endpoint, address: Any) -> Address:
        """An address as Python gives it back, its name looked up."""
        if not isinstance(address, tuple) or len(address) < 2:
            raise TypeError(f"an address is a tuple of host and port, not {address!r}")
        host, port, *rest = address
        if not isinstance(port, int):
            raise TypeError(f"a port is an integer, not {port!r}")
        if not 0 <= port <= 0xFFFF:
            raise OverflowError("port must be 0-65535.")
        found = self.resolver.address(host, endpoint.family)
        if endpoint.family == socket.AF_INET:
            return (found, port)
        return (found, port, *(*rest, 0, 0)[:2])

    def _local(self, endpoint: Endpoint, host: str) -> Address:
        """Where a connection to this host comes from; OSError where there is no way there."""
        if parsed(host).is_unspecified:
            found: str | None = "127.0.0.1" if endpoint.family == socket.AF_INET else "::1"
        else:
            found = host if self.interfaces.is_own(host) else self.interfaces.source(host)
        if found is None:
            raise failure(errno.ENETUNREACH)
        return (found, next(self._ports), *nowhere(endpoint.family)[2:])

    def _listener(self, family: int, place: Address) -> Endpoint | None:
        for host in (place[0], nowhere(family)[0]):
            found = self._listening.get((family, host, place[1]))
            if found is not None:
                return found
        # A socket on all IPv6 addresses takes IPv4, too, unless it was told otherwise.
        both = self._listening.get((socket.AF_INET6, "::", place[1]))
        if both is None or both.options.get((socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)):
            return None
        return both

    def _is_taken(self, endpoint: Endpoint, port: int) -> bool:
        if endpoint.is_stream:
            return any(key[0] == endpoint.family and key[2] == port for key in self._listening)
        return any(key[1] == port for key in self._bound)

    def _look(self) -> Known:
        return Known(
            hosts=self._text("/etc/hosts"),
            resolv=self._text("/etc/resolv.conf"),
            services=self._text("/etc/services"),
            has4=self.interfaces.source("192.0.2.1") is not None,
            has6=self.interfaces.source("2001:db8::1") is not None,
        )

    def _text(self, path: str) -> str:
        return (self._files.read(path) or b"").decode("utf-8", "surrogateescape")


class _Datagrams:
    """The other end of a datagram socket that was given one."""

    def __init__(self, switchboard: Switchboard, near: Endpoint, place: Address) -> None:
        self._switchboard = switchboard
        self._near = near
        self._place = place

    def take(self, data: bytes, source: Address | None = None) -> None:
        self._switchboard.deliver(self._near, data, self._place)

    def take_end(self) -> None:
        """Nobody is told."""
