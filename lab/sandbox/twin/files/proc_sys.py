"""The files that a kernel makes: /proc and /sys.

In a jail, mounts of the lab hide what the kernel reveals of the host.  The rest, about processes
and the network, is real, because the jail's processes and network are.  Here the same items are
taken from the jail's plan, and the rest is written as far as Python programs read it: the
client's own process, process 1, and the network's addresses and routes.

Source: proc(5); the forms of /proc/net are those of the kernel's fib_trie.c and addrconf.c.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from lab.factors.filetree import Item
from lab.factors.host_spec import Directory, File, HostSpec, Link
from lab.sandbox.cell.network_plan import NetworkPlan, plan_network
from lab.sandbox.jail.files.facts import MachineFacts
from lab.sandbox.jail.files.procfs import format_own_cgroup
from lab.sandbox.jail.host_facts import HostFacts, build_machine_facts
from lab.sandbox.jail.proc_mounts import STAGED_PROC, STAGED_SYS
from lab.sandbox.twin.process_ids import PARENT, PID

__all__ = ["build_proc", "build_sys"]

INTERPRETER = "/usr/bin/python3"
UP, GATEWAY = 1, 2
LOOPBACK = "00000000000000000000000000000001 01 80 10 80       lo\n"
ROUTES = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"
ROUTE_WIDTH = 127


def build_proc(
    host_spec: HostSpec, argv: tuple[str, ...], host_facts: HostFacts, covers: Mapping[str, Item]
) -> dict[str, Item]:
    """All items of /proc, parents first.

    Args:
        host_spec: The simulated host.
        argv: The words of the client's command line.
        host_facts: What the jail's plan found out about the real host.
        covers: The items that the jail's plan mounts over /proc.
    """
    facts = build_machine_facts(host_spec, host_facts)
    covered = {
        path: item
        for path, item in _move_staged(covers, STAGED_PROC, "/proc")
        # Numbers are process folders, which are added below.
        if not path.split("/")[2].isdigit() and not f"{path}/".startswith("/proc/net/")
    }
    own = _build_processes(host_spec, argv, facts, groups=host_facts.has_cgroups)
    return {"/proc": Directory(0o555), **covered, **own, **_build_network(host_spec)}


def build_sys(covers: Mapping[str, Item]) -> dict[str, Item]:
    """All items of /sys, parents first."""
    return {"/sys": Directory(), **dict(_move_staged(covers, STAGED_SYS, "/sys"))}


def _move_staged(covers: Mapping[str, Item], there: str, here: str) -> Iterator[tuple[str, Item]]:
    for path, item in covers.items():
        if path.startswith(f"{there}/"):
            yield f"{here}{path.removeprefix(there)}", item


def _build_processes(
    host_spec: HostSpec, argv: tuple[str, ...], facts: MachineFacts, *, groups: bool
) -> dict[str, Item]:
    words = "".join(f"{word}\0" for word in (INTERPRETER, *argv))
    variables = "".join(f"{name}={text}\0" for name, text in host_spec.variables.items())
    user = host_spec.user
    ids = f"Uid:\t{user.uid}\t{user.uid}\t{user.uid}\t{user.uid}\n"
    ids += f"Gid:\t{user.gid}\t{user.gid}\t{user.gid}\t{user.gid}\n"
    own, first = f"/proc/{PID}", f"/proc/{PARENT}"
    texts = {
        f"{first}/cmdline": "/sbin/init\0",
        f"{first}/comm": "systemd\n",
        f"{own}/cmdline": words,
        f"{own}/comm": "python3\n",
        f"{own}/environ": variables,
        f"{own}/loginuid": "4294967295",
        f"{own}/status": f"Name:\tpython3\nPid:\t{PID}\nPPid:\t{PARENT}\nTracerPid:\t0\n{ids}",
    }
    if groups:
        texts[f"{first}/cgroup"] = facts.platform.cgroup
        texts[f"{own}/cgroup"] = format_own_cgroup(facts)
    items: dict[str, Item] = {
        "/proc/self": Link(str(PID)),
        "/proc/thread-self": Link(f"{PID}/task/{PID}"),
        first: Directory(0o555),
        own: Directory(0o555),
        f"{own}/cwd": Link(host_spec.directory),
        f"{own}/exe": Link(INTERPRETER),
        f"{own}/root": Link("/"),
    }
    return items | {path: File(text.encode(), 0o444) for path, text in texts.items()}


def _build_network(host_spec: HostSpec) -> dict[str, Item]:
    wired = plan_network(host_spec.network, host_spec.machine.mac, has_device=True)
    folder = f"/proc/{PID}/net"
    addresses = list(_list_addresses(wired))
    gateway = host_spec.network.gateway
    texts = {
        "route": _format_routes(addresses, gateway),
        "if_inet6": _format_if_inet6(addresses, wired),
    }
    items: dict[str, Item] = {"/proc/net": Link("self/net"), folder: Directory(0o555)}
    return items | {f"{folder}/{name}": File(text.encode(), 0o444) for name, text in texts.items()}


InterfaceAddress = tuple[str, ipaddress.IPv4Interface | ipaddress.IPv6Interface]
"""An interface's name, and an address that it has."""


def _list_addresses(wired: NetworkPlan) -> Iterator[InterfaceAddress]:
    for command in wired.commands:
        words = command.split()
        if words[:2] == ["address", "add"]:
            yield words[words.index("dev") + 1], ipaddress.ip_interface(words[2])


def _format_if_inet6(addresses: list[InterfaceAddress], wired: NetworkPlan) -> str:
    numbers = {name: number for number, name in enumerate(wired.names, 2)}
    lines = [
        f"{each.ip.packed.hex()} {numbers[name]:02x} {each.network.prefixlen:02x} "
        f"{0x20 if each.is_link_local else 0:02x} 80 {name:>8}\n"
        for name, each in addresses
        if each.version == 6
    ]
    return "".join([*lines, LOOPBACK])


def _format_routes(addresses: list[InterfaceAddress], gateway: str) -> str:
    """The routes of IPv4, by destination, numbers as the processor has them in memory."""
    rows: dict[ipaddress.IPv4Network, tuple[str, str, int]] = {}
    for name, each in addresses:
        if isinstance(each, ipaddress.IPv4Interface):
            if not rows and gateway and ":" not in gateway:
                rows[ipaddress.IPv4Network("0.0.0.0/0")] = (name, gateway, UP | GATEWAY)
            if each.network.prefixlen < each.network.max_prefixlen:
                rows.setdefault(each.network, (name, "0.0.0.0", UP))
    lines = [ROUTES]
    for network, (name, via, flags) in sorted(rows.items()):
        there, mask = _format_address(network.network_address), _format_address(network.netmask)
        hop = _format_address(ipaddress.IPv4Address(via))
        lines.append(f"{name}\t{there}\t{hop}\t{flags:04X}\t0\t0\t0\t{mask}\t0\t0\t0")
    return "".join(f"{line:<{ROUTE_WIDTH}}\n" for line in lines)


def _format_address(address: ipaddress.IPv4Address) -> str:
    return address.packed[::-1].hex().upper()
