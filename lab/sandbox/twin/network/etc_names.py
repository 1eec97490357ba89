"""What a machine knows of names without asking anybody: three files of /etc."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from functools import lru_cache

import msgspec

__all__ = ["EtcNames", "parse_address"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class EtcNames(msgspec.Struct, frozen=True):
    """The texts of hosts(5), resolv.conf(5) and services(5).

    ``has4`` and ``has6`` say whether the machine can reach others at all in that version.
    """

    hosts: str = ""
    resolv: str = ""
    services: str = ""
    has4: bool = True
    has6: bool = True

    def find_hosts(self, name: str, version: int) -> list[tuple[Address, list[str]]]:
        """The lines of ``hosts`` with this name and an address of this version."""
        wanted = name.lower().rstrip(".")
        return [
            (address, names)
            for address, names in self._parse_hosts()
            if address.version == version and wanted in (each.lower() for each in names)
        ]

    def find_names(self, address: Address) -> list[str]:
        """The names that ``hosts`` has for an address, the main one first."""
        return next((names for other, names in self._parse_hosts() if other == address), [])

    def resolv_values(self, keyword: str) -> list[str]:
        """The values of a keyword in ``resolv``."""
        lines = (line.split() for line in self.resolv.splitlines())
        return [word for line in lines if line[:1] == [keyword] for word in line[1:]]

    def find_port(self, name: str, protocol: str | None) -> int | None:
        """The number of a service; None where there is none of this name."""
        for number, over, names in self._parse_services():
            if name in names and protocol in (None, over):
                return number
        return None

    def find_service(self, number: int, protocol: str | None) -> str | None:
        """The name of a service; None where there is none of this number."""
        for other, over, names in self._parse_services():
            if other == number and protocol in (None, over):
                return names[0]
        return None

    def _parse_hosts(self) -> Iterator[tuple[Address, list[str]]]:
        for line in self.hosts.splitlines():
            address, *names = line.partition("#")[0].split() or [""]
            found = parse_address(address) if names else None
            if found is not None:
                yield found, names

    def _parse_services(self) -> Iterator[tuple[int, str, list[str]]]:
        for line in self.services.splitlines():
            words = line.partition("#")[0].split()
            number, _, over = words[1].partition("/") if len(words) > 1 else ("", "", "")
            if number.isdigit():
                yield int(number), over, [words[0], *words[2:]]


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address | None:
    """The address that a text is; None where it is a name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        # Short forms such as 127.1: see inet_aton(3).
        return ipaddress.IPv4Address(socket.inet_aton(text)) if text[:1].isdigit() else None
    except OSError:
        return None
