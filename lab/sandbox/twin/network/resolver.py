"""Name resolution as the C library does it.

The order is that of the jail's nsswitch.conf: files, then DNS.  The queries are those of glibc: A
and AAAA, the search domain first for a name without a dot and last for others, the reverse name
of an address.  They are real messages, sent as datagrams through the lab's internet, so they are
recorded as in a cell.

Source: getaddrinfo(3), resolv.conf(5); the order of addresses is that of RFC 6724 as far as the
machine's own addresses decide it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from dns.rdatatype import RdataType

from lab.sandbox.twin.network.dns_message import (
    AAAA,
    PTR,
    A,
    build_query,
    read_addresses,
    read_names,
)
from lab.sandbox.twin.network.etc_names import Address, EtcNames, parse_address

__all__ = ["Resolver"]

SendQuery = Callable[[bytes, str], bytes | None]
"""Sends a message to a name server; its answer."""

SocketKind = tuple[int, int, str]
"""A kind of socket, its protocol, and the protocol's name."""

SOCKET_KINDS: tuple[SocketKind, ...] = ((1, 6, "tcp"), (2, 17, "udp"), (3, 0, "raw"))
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
RAW = 3

MESSAGES = {
    socket.EAI_NONAME: "Name or service not known",
    socket.EAI_SERVICE: "Servname not supported for ai_socktype",
    socket.EAI_FAMILY: "ai_family not supported",
    socket.EAI_SOCKTYPE: "ai_socktype not supported",
    socket.EAI_ADDRFAMILY: "Address family for hostname not supported",
}


class Resolver:
    """Resolves names and addresses, for one trial at a time."""

    def __init__(self, ask: SendQuery) -> None:
        self._send_query = ask
        self._read_etc_names: Callable[[], EtcNames] = EtcNames
        self._etc_names: EtcNames | None = None

    def begin(self, look: Callable[[], EtcNames]) -> None:
        """Start a trial; ``look`` reads the machine's /etc files, on first use."""
        self._read_etc_names, self._etc_names = look, None

    @property
    def etc_names(self) -> EtcNames:
        """The names in the machine's /etc files."""
        if self._etc_names is None:
            self._etc_names = self._read_etc_names()
        return self._etc_names

    def getaddrinfo(
        self,
        host: Any,
        port: Any,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[tuple[Any, ...]]:
        """As ``socket.getaddrinfo``.

        Args:
            host: The name or address; None for this machine.
            port: The number or the name of a service.
            family: The address family; 0 for all.
            type: The socket type; 0 for all.
            proto: The protocol; 0 for all.
            flags: ``AI_`` flags.
        """
        name = _decode_host(host)
        if family not in (0, socket.AF_INET, socket.AF_INET6):
            raise _gai_error(socket.EAI_FAMILY)
        kinds = [
            each
            for each in SOCKET_KINDS
            if type in (0, each[0]) and (proto in (0, each[1]) or each[0] == RAW)
        ]
        if not kinds:
            raise _gai_error(socket.EAI_SOCKTYPE)
        if name is None and port is None:
            raise _gai_error(socket.EAI_NONAME)
        number, kinds = self._resolve_port(port, kinds, flags)
        title = name or "" if flags & socket.AI_CANONNAME else ""
        found = []
        for address in self._resolve_addresses(name, family, flags):
            place: tuple[Any, ...] = (str(address), number)
            if address.version == 6:
                scope = str(address.scope_id or "")
                place = (str(address).partition("%")[0], number, 0, int(scope or 0))
            for kind, protocol, _ in kinds:
                pair = socket.AddressFamily(FAMILIES[address.version]), socket.SocketKind(kind)
                found.append((*pair, proto or protocol, title, place))
                title = ""  # only the first says it
        return found

    def resolve_address(self, host: Any, family: int) -> str:
        """The address of this family that a socket connects to where it is given a name."""
        if host == "":
            return "0.0.0.0" if family == socket.AF_INET else "::"
        if host == "<broadcast>":
            return "255.255.255.255"
        return str(self.getaddrinfo(host, None, family, socket.SOCK_DGRAM)[0][4][0])

    def gethostbyname(self, host: Any) -> str:
        """As ``socket.gethostbyname``."""
        return self.resolve_address(host, socket.AF_INET)

    def gethostbyname_ex(self, host: Any) -> tuple[str, list[str], list[str]]:
        """As ``socket.gethostbyname_ex``, which looks the name up twice."""
        self.resolve_address(host, socket.AF_INET)
        name = _decode_host(host) or ""
        listed = self.etc_names.find_hosts(name, 4)
        if listed:
            return listed[0][1][0], listed[0][1][1:], [str(address) for address, _ in listed]
        return name, [], [str(each) for each in self._resolve_addresses(name, socket.AF_INET, 0)]

    def gethostbyaddr(self, host: Any) -> tuple[str, list[str], list[str]]:
        """As ``socket.gethostbyaddr``."""
        address = self.getaddrinfo(host, None, 0, socket.SOCK_DGRAM)[0][4][0]
        found = self._reverse_names(address)
        if not found:
            raise socket.herror(1, "Unknown host")
        return found[0], found[1:], [address]

    def getnameinfo(self, place: tuple[Any, ...], flags: int) -> tuple[str, str]:
        """As ``socket.getnameinfo``."""
        address, number = place[0], place[1]
        if parse_address(address) is None:
            raise _gai_error(socket.EAI_NONAME)
        found = [] if flags & socket.NI_NUMERICHOST else self._reverse_names(address)
        if not found and flags & socket.NI_NAMEREQD:
            raise _gai_error(socket.EAI_NONAME)
        protocol = "udp" if flags & socket.NI_DGRAM else "tcp"
        service = (
            None if flags & socket.NI_NUMERICSERV else self.etc_names.find_service(number, protocol)
        )
        return (found or [address])[0], service or str(number)

    def getservbyname(self, name: str, protocol: str | None = None) -> int:
        """As ``socket.getservbyname``.

        Raises:
            OSError: There is no such service.
        """
        number = self.etc_names.find_port(name, protocol)
        if number is None:
            raise OSError("service/proto not found")
        return number

    def getservbyport(self, number: int, protocol: str | None = None) -> str:
        """As ``socket.getservbyport``.

        Raises:
            OSError: There is no such service.
        """
        name = self.etc_names.find_service(number, protocol)
        if name is None:
            raise OSError("port/proto not found")
        return name

    def _resolve_port(
        self, port: Any, kinds: list[SocketKind], flags: int
    ) -> tuple[int, list[SocketKind]]:
        """The number, and the kinds of sockets that have a service of this name."""
        if isinstance(port, bytes):
            port = port.decode("ascii", "surrogateescape")
        if port is None or isinstance(port, int):
            return int(port or 0) & 0xFFFF, kinds
        if not isinstance(port, str):
            raise OSError("Int or String expected")
        if port.isdigit():
            return int(port) & 0xFFFF, kinds
        if flags & socket.AI_NUMERICSERV:
            raise _gai_error(socket.EAI_NONAME)
        found = {each: self.etc_names.find_port(port, each[2]) for each in kinds}
        numbers = {each: number for each, number in found.items() if number is not None}
        if not numbers:
            raise _gai_error(socket.EAI_SERVICE)
        return next(iter(numbers.values())), list(numbers)

    def _resolve_addresses(self, name: str | None, family: int, flags: int) -> list[Address]:
        versions = [version for version, each in FAMILIES.items() if family in (0, each)]
        if name is None:
            return _own_addresses(versions, passive=bool(flags & socket.AI_PASSIVE))
        number = parse_address(name)
        if number is not None:
            if number.version not in versions:
                raise _gai_error(socket.EAI_ADDRFAMILY)
            return [number]
        if flags & socket.AI_NUMERICHOST or not name:
            raise _gai_error(socket.EAI_NONAME)
        listed = [each for v in versions for each, _ in self.etc_names.find_hosts(name, v)]
        found = listed or self._query_addresses(name, versions)
        if not found:
            raise _gai_error(socket.EAI_NONAME)
        return self._sort_addresses(found)

    def _query_addresses(self, name: str, versions: list[int]) -> list[Address]:
        for candidate in self._list_candidates(name):
            found: list[Address] = []
            for version in versions:
                kind = A if version == 4 else AAAA
                answer = self._query(candidate, kind)
                found += [] if answer is None else read_addresses(answer, kind)
            if found:
                return found
        return []

    def _list_candidates(self, name: str) -> list[str]:
        if name.endswith("."):
            return [name[:-1]]
        domains = [f"{name}.{domain}" for domain in self.etc_names.resolv_values("search")]
        return [name, *domains] if "." in name else [*domains, name]

    def _reverse_names(self, address: str) -> list[str]:
        number = parse_address(address)
        if number is None:
            return []
        listed = self.etc_names.find_names(number)
        if listed:
            return listed
        answer = self._query(number.reverse_pointer, PTR)
        return [] if answer is None else read_names(answer)

    def _query(self, name: str, kind: RdataType) -> bytes | None:
        try:
            message = build_query(name, kind)
        except ValueError:
            return None
        # Without any, the C library asks a name server of the machine's own.
        return self._send_query(
            message, (self.etc_names.resolv_values("nameserver") or ["127.0.0.1"])[0]
        )

    def _sort_addresses(self, found: list[Address]) -> list[Address]:
        """IPv6 before IPv4 where this machine has both; what cannot be reached last."""
        reachable = {4: self.etc_names.has4, 6: self.etc_names.has6}

        def rank(each: Address) -> tuple[bool, int]:
            return not (each.is_loopback or reachable[each.version]), -each.version

        return sorted(found, key=rank)


def _own_addresses(versions: list[int], *, passive: bool) -> list[Address]:
    texts = ("0.0.0.0", "::") if passive else ("::1", "127.0.0.1")
    numbers = [parse_address(text) for text in texts]
    return [each for each in numbers if each is not None and each.version in versions]


def _decode_host(host: Any) -> str | None:
    if host is None:
        return None
    if isinstance(host, str):
        # As CPython's C code does with what is not ASCII.
        return host if host.isascii() else host.encode("idna").decode("ascii")
    if isinstance(host, bytes | bytearray):
        return bytes(host).decode("ascii", "surrogateescape")
    raise TypeError("getaddrinfo() argument 1 must be string or None")


def _gai_error(number: int) -> socket.gaierror:
    return socket.gaierror(number, MESSAGES[number])
