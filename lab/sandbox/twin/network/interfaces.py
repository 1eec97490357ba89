"""The client's machine on its network: which addresses are its own, and where it speaks from."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

import msgspec

from lab.factors.host_spec import Network
from lab.sandbox.cell.network_plan import plan_network

__all__ = ["Interfaces", "build_interfaces", "parse_ip"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Subnet = ipaddress.IPv4Network | ipaddress.IPv6Network

EVERYWHERE = {4: ipaddress.ip_network("0.0.0.0/0"), 6: ipaddress.ip_network("::/0")}


class Interfaces(msgspec.Struct, frozen=True):
    """A network worked out.

    ``networks`` are those of the interfaces and what leads everywhere, each with the address
    that a connection there comes from.
    """

    names: tuple[str, ...]
    own_addresses: frozenset[str]
    networks: tuple[tuple[Subnet, str], ...]

    def is_own(self, host: str) -> bool:
        """Whether this is the machine itself, whose other end is not the lab."""
        address = parse_ip(host)
        return address.is_loopback or address.is_unspecified or str(address) in self.own_addresses

    def source_address(self, host: str) -> str | None:
        """The address from which the machine speaks to another; None where it cannot."""
        address = parse_ip(host)
        found = [each for each in self.networks if address in each[0]]
        return max(found, key=lambda each: each[0].prefixlen)[1] if found else None


@lru_cache(maxsize=256)
def build_interfaces(network: Network, mac: str) -> Interfaces:
    """The network as a cell pretends it; UsageError where no machine has such a one."""
    wired = plan_network(network, mac, has_device=True)
    networks: list[tuple[Subnet, str]] = []
    # The first interface leads outside.
    leading = dict(EVERYWHERE)
    for interface in network.interfaces:
        for each in map(ipaddress.ip_interface, interface.addresses):
            if each.version == 6 and each.is_link_local:
                continue
            networks.append((each.network, str(each.ip)))
            if each.version in leading:
                networks.append((leading.pop(each.version), str(each.ip)))
        leading.clear()
    return Interfaces(wired.names, frozenset(wired.own), tuple(networks))


@lru_cache(maxsize=4096)
def parse_ip(host: str) -> Address:
    """An address without its scope, and as IPv4 where it is IPv4 in IPv6."""
    address = ipaddress.ip_address(host.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address
