"""The change of a cell from one network to the next, as commands for ip(8) and for nftables.

Devices are kept and renamed where possible, because the deletion of one takes the kernel
longer than all other steps.
"""

from __future__ import annotations

from ipaddress import ip_address

from lab.sandbox.cell.netns import FIRST_INDEX, OWN4, OWN6, TABLE
from lab.sandbox.cell.network_plan import NetworkPlan
from lab.sandbox.cell.nftables import encode_replacement

__all__ = ["encode_own_addresses", "plan_change"]

CHANGEABLE = ("dummy",)
"""Kinds of devices whose hardware address can be changed."""


def plan_change(before: NetworkPlan, after: NetworkPlan, kind: str) -> tuple[tuple[str, ...], str]:
    """Plan the change from one network to another.

    Args:
        before: The network that the cell has.
        after: The network that it is to have.
        kind: Kind of the devices, as ip-link(8) names it.

    Returns:
        The names of the interfaces to delete first, and the commands for ip that follow.
    """
    kept = {
        number: (old, new)
        for number, (old, new) in enumerate(zip(before.devices, after.devices, strict=False))
        if old[1] == new[1] or kind in CHANGEABLE
    }
    names = [old for (old, _), _ in kept.values()]
    lines = []
    renamed = {}
    for number, ((name, mac), (new_name, new_mac)) in kept.items():
        lines += [f"link set dev {name} down", f"address flush dev {name}"]
        if mac != new_mac:
            lines.append(f"link set dev {name} address {new_mac}")
        if name != new_name:
            # Another interface may still have the name: use one that no network can have first.
            temporary = f".{number}" if new_name in names else new_name
            lines.append(f"link set dev {name} name {temporary}")
            renamed[temporary] = new_name
    lines += [f"link set dev {old} name {new}" for old, new in renamed.items() if old != new]
    for number, (name, mac) in enumerate(after.devices):
        if number not in kept:
            create = f"link add name {name} index {FIRST_INDEX + number} address {mac}"
            lines.append(f"{create} txqueuelen 1000 type {kind}")
            lines.append(f"link set dev {name} addrgenmode none arp on multicast on")
    deleted = tuple(name for number, name in enumerate(before.names) if number not in kept)
    return deleted, "".join(f"{line}\n" for line in (*lines, *after.commands))


def encode_own_addresses(plan: NetworkPlan) -> bytes:
    """Encode the message that exempts the machine's own addresses from interception."""
    parsed = [ip_address(each) for each in plan.own]
    of = {4: OWN4, 6: OWN6}
    sets = {
        name: [each.packed for each in parsed if each.version == version]
        for version, name in of.items()
    }
    return encode_replacement(TABLE, sets)
