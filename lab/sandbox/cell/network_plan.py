"""The network that a cell pretends to have, as commands for ip(8) and sets for nftables.

Everything here is a pure function of :class:`~lab.factors.host_spec.Network`, so that it
can be tested without starting anything; the holder carries the commands out.

Theory of operation.  The interfaces are devices of a kind that discards whatever is sent
through it (see :func:`lab.sandbox.requirements.find_device_kind`).  They have an ordinary machine's
names, hardware addresses, addresses and routes, and no outer end.  The ordinary routes, in the
table ``main``, only tell.  The table ``local`` comes first, and there AnyIP routes make all
addresses the first interface's own, and those of each interface's networks that interface's. The
kernel delivers to itself what such a route is for, over the loopback device, and there the rules of
nftables catch it.  Routes that name the interface, and not ``lo``, serve sockets bound to the
interface as well.

IPv6 needs no switch: without an address there is no AnyIP route either, so a connection
fails as unreachable, and a resolver that asks only for what the machine has (AI_ADDRCONFIG)
asks for IPv4 alone.  ``::1`` stays, as on any machine.

Devices are kept and renamed from one network to the next where that can be, because to
delete one takes the kernel longer than all the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    ip_address,
    ip_interface,
)

import msgspec

from lab.errors import MachineError, UsageError
from lab.factors.host_spec import BARE, Network
from lab.sandbox.cell.netns import FIRST_INDEX, OWN4, OWN6, TABLE
from lab.sandbox.cell.nftables import encode_replacement

__all__ = ["LOOPBACK_ONLY", "NetworkPlan", "encode_own_addresses", "plan_change", "plan_network"]

ROUTER6 = "fe80::1"
"""The IPv6 router, where the gateway is an IPv4 address: many have this one."""

INTERFACE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}")
RESERVED_NAMES = ("lo", "all", "default")
MAC = re.compile(r"[0-9a-f][02468ace](:[0-9a-f]{2}){5}", re.IGNORECASE)
"""Of one station: a group of stations has an odd first byte."""

CHANGEABLE = ("dummy",)
"""Kinds of devices whose hardware address can be changed."""

Address = IPv4Interface | IPv6Interface


class PlannedInterface(msgspec.Struct, frozen=True):
    """An interface with all that the surroundings leave open filled in."""

    name: str
    mac: str
    addresses: tuple[Address, ...]

    def first_address(self, version: int) -> Address | None:
        """The address to speak from."""
        for each in self.addresses:
            if each.version == version and not _is_link_local(each):
                return each
        return None


class NetworkPlan(msgspec.Struct, frozen=True):
    """A network worked out.

    ``devices`` are names and hardware addresses of its interfaces beside ``lo``;
    ``commands``, for ip, give them all else once they exist and are down; ``own`` are the
    machine's own addresses.
    """

    devices: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the interfaces beside ``lo``."""
        return tuple(name for name, _ in self.devices)


LOOPBACK_ONLY = NetworkPlan()
"""What a new cell has: the loopback device and nothing more."""


@lru_cache(maxsize=256)
def plan_network(network: Network, mac: str, *, has_device: bool) -> NetworkPlan:
    """Work a network out; ``mac`` is the machine's own.

    Without ``pretending``, for kernels that have no device for it, the addresses are on
    ``lo``; MachineError for any but the bare network.  UsageError where no machine has such
    a network.
    """
    if not has_device:
        if network != BARE.network:
            raise MachineError(
                "this kernel has no device (dummy, ifb) with which another network could be "
                "pretended; leave out the factor network"
            )
        links = [
            PlannedInterface("lo", mac, tuple(map(ip_interface, network.interfaces[0].addresses)))
        ]
        commands = [line for each in links for line in _add_addresses(each)]
        return NetworkPlan(
            (), (*commands, *_add_anyip_routes(links)), _collect_own_addresses(links)
        )
    links = _plan_interfaces(network, mac)
    commands = []
    for each in links:
        commands.append(f"link set dev {each.name} up")
        commands.append(f"link set dev {each.name} state up")
        commands += _add_addresses(each)
    if links:
        commands += _add_gateways(links[0], network.gateway)
    devices = tuple((each.name, each.mac) for each in links)
    return NetworkPlan(
        devices, (*commands, *_add_anyip_routes(links)), _collect_own_addresses(links)
    )


def plan_change(before: NetworkPlan, after: NetworkPlan, kind: str) -> tuple[tuple[str, ...], str]:
    """What makes one network of another, with devices of this kind.

    The names of the interfaces to delete first, and the commands that follow.
    """
    stay = {
        number: (old, new)
        for number, (old, new) in enumerate(zip(before.devices, after.devices, strict=False))
        if old[1] == new[1] or kind in CHANGEABLE
    }
    names = [old for (old, _), _ in stay.values()]
    lines = []
    aside = {}
    for number, ((name, mac), (new_name, new_mac)) in stay.items():
        lines += [f"link set dev {name} down", f"address flush dev {name}"]
        if mac != new_mac:
            lines.append(f"link set dev {name} address {new_mac}")
        if name != new_name:
            # Where another has the name still, over a name that nobody can want.
            passing = f".{number}" if new_name in names else new_name
            lines.append(f"link set dev {name} name {passing}")
            aside[passing] = new_name
    lines += [f"link set dev {old} name {new}" for old, new in aside.items() if old != new]
    for number, (name, mac) in enumerate(after.devices):
        if number not in stay:
            made = f"link add name {name} index {FIRST_INDEX + number} address {mac}"
            lines.append(f"{made} txqueuelen 1000 type {kind}")
            lines.append(f"link set dev {name} addrgenmode none arp on multicast on")
    doomed = tuple(name for number, name in enumerate(before.names) if number not in stay)
    return doomed, "".join(f"{line}\n" for line in (*lines, *after.commands))


def encode_own_addresses(wired: NetworkPlan) -> bytes:
    """The message by which the rules leave alone what the client says to itself."""
    parsed = [ip_address(each) for each in wired.own]
    of = {4: OWN4, 6: OWN6}
    sets = {
        name: [each.packed for each in parsed if each.version == version]
        for version, name in of.items()
    }
    return encode_replacement(TABLE, sets)


def _plan_interfaces(network: Network, mac: str) -> list[PlannedInterface]:
    links: list[PlannedInterface] = []
    for each in network.interfaces:
        if not INTERFACE_NAME.fullmatch(each.name) or each.name in RESERVED_NAMES:
            raise UsageError(f"{each.name!r} cannot be the name of a network interface")
        if any(each.name == other.name for other in links):
            raise UsageError(f"two network interfaces cannot both have the name {each.name}")
        own_mac = each.mac or (_derive_mac(each.name) if links else mac)
        if not MAC.fullmatch(own_mac):
            raise UsageError(
                f"{own_mac!r} cannot be the hardware address of {each.name}: "
                "write six bytes, the first one even, like d8:9e:f3:6b:1f:a4"
            )
        addresses = [_parse_address(text, each.name) for text in dict.fromkeys(each.addresses)]
        sixth = [address for address in addresses if address.version == 6]
        if sixth and links and not any(address.version == 6 for address in links[0].addresses):
            raise UsageError(
                f"{each.name} has an IPv6 address, but {links[0].name}, through which all "
                "goes, has none; give the first network interface one, too"
            )
        if sixth and not any(map(_is_link_local, sixth)):
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


def _add_addresses(link: PlannedInterface) -> list[str]:
    lines = []
    for each in link.addresses:
        if each.version == 6:
            # Without the search for duplicates, which takes a second; and without a mark that
            # there was none.
            lines.append(f"address add {each} dev {link.name} nodad")
            lines.append(f"address change {each} dev {link.name}")
        elif each.network.prefixlen < 31:
            lines.append(f"address add {each} broadcast + dev {link.name}")
        else:
            lines.append(f"address add {each} dev {link.name}")
    return lines


def _add_gateways(link: PlannedInterface, gateway: str) -> list[str]:
    """The default routes, and what a machine knows of who is at their other end."""
    try:
        given = ip_address(gateway) if gateway else None
    except ValueError:
        raise UsageError(f"{gateway!r} is no address of a gateway: write 192.168.1.1") from None
    lines = []
    if isinstance(given, IPv4Address) and link.first_address(4):
        lines += _add_gateway(link, given, "")
    if link.first_address(6):
        sixth = given if isinstance(given, IPv6Address) else IPv6Address(ROUTER6)
        lines += _add_gateway(link, sixth, "proto ra metric 1024")
    return lines


def _add_gateway(
    link: PlannedInterface, gateway: IPv4Address | IPv6Address, marks: str
) -> list[str]:
    if any(each.ip == gateway for each in link.addresses):
        raise UsageError(f"{gateway} cannot be both the gateway and the address of {link.name}")
    on_link = "" if any(gateway in each.network for each in link.addresses) else "onlink"
    whole = "0.0.0.0/0" if gateway.version == 4 else "::/0"
    mac = _derive_mac(f"gateway {gateway}")
    return [
        f"route add {whole} via {gateway} dev {link.name} {on_link} {marks}",
        f"neighbour replace {gateway} lladdr {mac} dev {link.name} nud stale",
    ]


def _add_anyip_routes(links: Iterable[PlannedInterface]) -> list[str]:
    """The routes by which all addresses are this machine's own."""
    routes: dict[str, str] = {}
    for number, link in enumerate(links):
        for version, whole in ((4, "0.0.0.0/0"), (6, "::/0")):
            source = link.first_address(version)
            if source is not None and number == 0:
                routes[whole] = f"dev {link.name} src {source.ip}"
        for each in link.addresses:
            network = each.network
            # Of a network of one address, the kernel has the route already.  IPv4 tables are
            # searched as one while there are no further rules, and the longer prefix wins:
            # hence the networks, beside the whole.
            if not _is_link_local(each) and network.prefixlen < network.max_prefixlen:
                routes.setdefault(str(network), f"dev {link.name} src {each.ip}")
    return [f"route replace local {prefix} {end}" for prefix, end in routes.items()]


def _collect_own_addresses(links: Iterable[PlannedInterface]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each.ip) for link in links for each in link.addresses))


def _is_link_local(address: Address) -> bool:
    return address.version == 6 and address.ip.is_link_local


def _derive_link_local(name: str) -> IPv6Interface:
    """A link-local address as NetworkManager gives it: opaque, and always the same.

    It tells nothing of the hardware address (RFC 7217), so that what is sent of it depends
    on the factor network alone.
    """
    made = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return IPv6Interface((b"\xfe\x80" + bytes(6) + made, 64))


def _derive_mac(name: str) -> str:
    """A hardware address that follows from the interface's name; marked as given locally."""
    octets = bytearray(hashlib.blake2b(name.encode(), digest_size=6).digest())
    octets[0] = octets[0] & 0xFC | 0x02
    return octets.hex(":")
