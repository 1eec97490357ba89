"""The network that a cell simulates, as commands for ip(8).

Everything here is a pure function of :class:`~lab.factors.host_spec.Network`, so that it
can be tested without starting anything; the holder runs the commands.

Theory of operation.  The interfaces are devices of a kind that discards what is sent through
it (:func:`lab.sandbox.cell.kernel_support.find_device_kind`).  They have an ordinary machine's
names, hardware addresses, addresses and routes, and no peer.  The ordinary routes, in the
table ``main``, are never used, only listed.  The table ``local`` comes first.  Its AnyIP routes
make all addresses local to the first interface, and the addresses of each interface's networks
local to that interface.  The kernel delivers packets of such a route to itself over the
loopback device, where the rules of nftables intercept them.  Because these routes name the
interface and not ``lo``, they also serve sockets bound to the interface.

IPv6 needs no switch.  Without an IPv6 address there is no AnyIP route for IPv6, so a connection
fails as unreachable, and a resolver that asks only for the machine's address families
(AI_ADDRCONFIG) asks for IPv4 alone.  ``::1`` stays, as on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface

import msgspec

from lab.errors import MachineError, UsageError
from lab.factors.host_spec import BARE, Network
from lab.sandbox.cell.interface_plan import (
    PlannedInterface,
    derive_mac,
    is_link_local,
    plan_interfaces,
)

__all__ = ["LOOPBACK_ONLY", "NetworkPlan", "plan_network"]

ROUTER6 = "fe80::1"
"""The IPv6 router where the gateway is an IPv4 address; many networks have this one."""


class NetworkPlan(msgspec.Struct, frozen=True):
    """What makes a network.

    ``devices`` are names and hardware addresses of the interfaces except ``lo``;
    ``commands``, for ip, configure them once they exist and are down; ``own`` are the
    machine's own addresses.
    """

    devices: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the interfaces except ``lo``."""
        return tuple(name for name, _ in self.devices)


LOOPBACK_ONLY = NetworkPlan()
"""The network of a new cell: the loopback device alone."""


@lru_cache(maxsize=256)
def plan_network(network: Network, mac: str, *, has_device: bool) -> NetworkPlan:
    """Plan a network.

    Args:
        network: The network of the host spec.
        mac: The machine's hardware address, the default of the first interface.
        has_device: Whether this kernel has a device that simulates interfaces.  Without one,
            the addresses are on ``lo``.

    Returns:
        The plan.

    Raises:
        MachineError: There is no device, and the network is not the bare spec's.
        UsageError: No machine can have such a network.
    """
    if not has_device:
        if network != BARE.network:
            raise MachineError(
                "this kernel has no device (dummy, ifb) that could simulate another network; "
                "leave out the factor network"
            )
        interfaces = [
            PlannedInterface("lo", mac, tuple(map(ip_interface, network.interfaces[0].addresses)))
        ]
        commands = [line for each in interfaces for line in _add_addresses(each)]
        return NetworkPlan(
            (), (*commands, *_add_anyip_routes(interfaces)), _collect_own_addresses(interfaces)
        )
    interfaces = plan_interfaces(network, mac)
    commands = []
    for each in interfaces:
        commands.append(f"link set dev {each.name} up")
        commands.append(f"link set dev {each.name} state up")
        commands += _add_addresses(each)
    if interfaces:
        commands += _add_gateways(interfaces[0], network.gateway)
    devices = tuple((each.name, each.mac) for each in interfaces)
    return NetworkPlan(
        devices, (*commands, *_add_anyip_routes(interfaces)), _collect_own_addresses(interfaces)
    )


def _add_addresses(interface: PlannedInterface) -> list[str]:
    lines = []
    for each in interface.addresses:
        if each.version == 6:
            # nodad skips the search for duplicates, which takes a second; the change removes
            # the flag that shows it was skipped.
            lines.append(f"address add {each} dev {interface.name} nodad")
            lines.append(f"address change {each} dev {interface.name}")
        elif each.network.prefixlen < 31:
            lines.append(f"address add {each} broadcast + dev {interface.name}")
        else:
            lines.append(f"address add {each} dev {interface.name}")
    return lines


def _add_gateways(interface: PlannedInterface, gateway: str) -> list[str]:
    """List commands for the default routes and for the gateway's neighbour entries."""
    try:
        given = ip_address(gateway) if gateway else None
    except ValueError:
        raise UsageError(f"{gateway!r} is no address of a gateway: write 192.168.1.1") from None
    lines = []
    if isinstance(given, IPv4Address) and interface.first_address(4):
        lines += _add_gateway(interface, given, "")
    if interface.first_address(6):
        gateway6 = given if isinstance(given, IPv6Address) else IPv6Address(ROUTER6)
        lines += _add_gateway(interface, gateway6, "proto ra metric 1024")
    return lines


def _add_gateway(
    interface: PlannedInterface, gateway: IPv4Address | IPv6Address, marks: str
) -> list[str]:
    if any(each.ip == gateway for each in interface.addresses):
        raise UsageError(
            f"{gateway} cannot be both the gateway and the address of {interface.name}"
        )
    on_link = "" if any(gateway in each.network for each in interface.addresses) else "onlink"
    whole = "0.0.0.0/0" if gateway.version == 4 else "::/0"
    mac = derive_mac(f"gateway {gateway}")
    return [
        f"route add {whole} via {gateway} dev {interface.name} {on_link} {marks}",
        f"neighbour replace {gateway} lladdr {mac} dev {interface.name} nud stale",
    ]


def _add_anyip_routes(interfaces: Iterable[PlannedInterface]) -> list[str]:
    """List commands for the routes that make all addresses local."""
    routes: dict[str, str] = {}
    for number, interface in enumerate(interfaces):
        for version, whole in ((4, "0.0.0.0/0"), (6, "::/0")):
            source = interface.first_address(version)
            if source is not None and number == 0:
                routes[whole] = f"dev {interface.name} src {source.ip}"
        for each in interface.addresses:
            network = each.network
            # The kernel itself adds the route of a network of one address.  It searches the
            # IPv4 tables as one while there are no further rules, and the longer prefix wins:
            # hence a route for each network, beside the one for all addresses.
            if not is_link_local(each) and network.prefixlen < network.max_prefixlen:
                routes.setdefault(str(network), f"dev {interface.name} src {each.ip}")
    return [f"route replace local {prefix} {end}" for prefix, end in routes.items()]


def _collect_own_addresses(interfaces: Iterable[PlannedInterface]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(str(each.ip) for interface in interfaces for each in interface.addresses)
    )
