"""The interfaces of a cell's network, completed from the host spec and checked.

A host spec may leave hardware addresses and link-local addresses open.  They are derived from
the names of the interfaces here, so that they are the same in every trial.
"""

from __future__ import annotations

import hashlib
import re
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

import msgspec

from lab.errors import UsageError
from lab.factors.host_spec import Network

__all__ = ["Address", "PlannedInterface", "derive_mac", "is_link_local", "plan_interfaces"]

INTERFACE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}")
RESERVED_NAMES = ("lo", "all", "default")
MAC = re.compile(r"[0-9a-f][02468ace](:[0-9a-f]{2}){5}", re.IGNORECASE)
"""An address of one station; the first byte of a group's address is odd."""

Address = IPv4Interface | IPv6Interface


class PlannedInterface(msgspec.Struct, frozen=True):
    """A network interface with its hardware address and all addresses."""

    name: str
    mac: str
    addresses: tuple[Address, ...]

    def first_address(self, version: int) -> Address | None:
        """Return the source address of connections by IP version 4 or 6, or None."""
        for each in self.addresses:
            if each.version == version and not is_link_local(each):
                return each
        return None


def plan_interfaces(network: Network, mac: str) -> list[PlannedInterface]:
    """Complete and check the interfaces of a network; ``mac`` is the first one's by default.

    Raises:
        UsageError: No machine can have such interfaces.
    """
    links: list[PlannedInterface] = []
    for each in network.interfaces:
        if not INTERFACE_NAME.fullmatch(each.name) or each.name in RESERVED_NAMES:
            raise UsageError(f"{each.name!r} cannot be the name of a network interface")
        if any(each.name == other.name for other in links):
            raise UsageError(f"two network interfaces cannot both have the name {each.name}")
        own_mac = each.mac or (derive_mac(each.name) if links else mac)
        if not MAC.fullmatch(own_mac):
            raise UsageError(
                f"{own_mac!r} cannot be the hardware address of {each.name}: "
                "write six bytes, the first one even, like d8:9e:f3:6b:1f:a4"
            )
        addresses = [_parse_address(text, each.name) for text in dict.fromkeys(each.addresses)]
        ipv6 = [address for address in addresses if address.version == 6]
        if ipv6 and links and not any(address.version == 6 for address in links[0].addresses):
            raise UsageError(
                f"{each.name} has an IPv6 address, but {links[0].name}, through which all "
                "goes, has none; give the first network interface one, too"
            )
        if ipv6 and not any(map(is_link_local, ipv6)):
            addresses.append(_derive_link_local(each.name))
        links.append(PlannedInterface(each.name, own_mac.lower(), tuple(addresses)))
    return links


def _parse_address(text: str, name: str) -> Address:
    try:
        address = ip_interface(text)
    except ValueError:
        address = None
    if address is None or "/" not in text or "%" in text:
        raise UsageError(f"{text!r} is no address for {name}: write it like 192.168.1.23/24")
    if address.ip.is_loopback or address.ip.is_multicast or address.ip.is_unspecified:
        raise UsageError(f"{text} cannot be the address of a network interface ({name})")
    return address


def is_link_local(address: Address) -> bool:
    """Whether this is a link-local IPv6 address."""
    return address.version == 6 and address.ip.is_link_local


def _derive_link_local(name: str) -> IPv6Interface:
    """Derive a stable, opaque link-local address from the interface's name.

    As NetworkManager's, it does not reveal the hardware address (RFC 7217), so what a client
    sends of it depends on the factor network alone.
    """
    made = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return IPv6Interface((b"\xfe\x80" + bytes(6) + made, 64))


def derive_mac(name: str) -> str:
    """Derive a locally administered hardware address from a name."""
    octets = bytearray(hashlib.blake2b(name.encode(), digest_size=6).digest())
    octets[0] = octets[0] & 0xFC | 0x02
    return octets.hex(":")
