"""Which address a name has in the lab's internet, and which name led to an address.

The address of a name is a function of the name alone (a hash), so that every trial, on any
machine, sees the same one and the resolver is no source of noise.  Addresses look ordinary:
global unicast, never private, loopback, documentation, shared or multicast space.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections import OrderedDict

__all__ = ["NameAddresses", "compute_ipv4", "compute_ipv6"]

PREFIXES6 = (0x2600, 0x2604, 0x2606, 0x2607, 0x2620, 0x2A00, 0x2A02, 0x2A04, 0x2A06)
"""First 16 bits of blocks from which hosting companies have their addresses."""

ADDRESSES_KEPT = 50_000


def _digests(name: str, purpose: bytes) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogateescape"), person=purpose).digest()


def compute_ipv4(name: str) -> str:
    """Return the IPv4 address of a name (lower case, no final dot)."""
    attempt = name
    while True:
        digest = _digests(attempt, b"lab address 4")
        for start in range(0, len(digest), 4):
            address = ipaddress.IPv4Address(digest[start : start + 4])
            ordinary = address.is_global and not address.is_multicast and not address.is_reserved
            if ordinary and 0 < address.packed[3] < 255:
                return str(address)
        attempt += "."


def compute_ipv6(name: str) -> str:
    """Return the global IPv6 address of a name (lower case, no final dot)."""
    digest = _digests(name, b"lab address 6")
    prefix = PREFIXES6[digest[0] % len(PREFIXES6)]
    packed = prefix.to_bytes(2) + digest[1:5] + bytes(6) + digest[5:9]
    return str(ipaddress.IPv6Address(packed))


class NameAddresses:
    """The names asked for in one trial.  Bounded: the oldest are forgotten first."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, str] = OrderedDict()

    def assign(self, name: str, family: int) -> str:
        """Return the address of a name in family 4 or 6, and remember who asked for it."""
        address = compute_ipv4(name) if family == 4 else compute_ipv6(name)
        self._by_address[address] = name
        self._by_address.move_to_end(address)
        if len(self._by_address) > ADDRESSES_KEPT:
            self._by_address.popitem(last=False)
        return address

    def find_host(self, address: str) -> str | None:
        """Return the name for which this address was given out, or None."""
        return self._by_address.get(address)
