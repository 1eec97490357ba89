"""The /sys of a jail: processors, memory, firmware and network cards, and nothing else.

A pure function from facts to plain files, at the paths of sysfs(5).  The entries below /class
are links to the devices.
"""

from __future__ import annotations

from collections.abc import Iterable

from lab.errors import UsageError
from lab.factors.host_spec import Directory, File, Link
from lab.sandbox.jail.files.facts import MachineFacts

__all__ = ["build_sysfs"]

FOLDERS = ("block", "bus", "dev", "firmware", "fs/cgroup", "kernel", "module", "power")
PROCESSORS = "/devices/system/cpu"
NODES = "/devices/system/node"
HUGE_PAGES = "/kernel/mm/transparent_hugepage"
FIRMWARE = "/devices/virtual/dmi/id"
SECRETS = ("board_serial", "chassis_serial", "product_serial", "product_uuid")
"""Texts of the firmware that only root may read."""
CARD = "/devices/pci0000:00/0000:00:1f.6/net"
VIRTUAL = "/devices/virtual/net"
ETHERNET, LOOPBACK = 1, 772
"""Kinds of hardware, as linux/if_arp.h numbers them."""


def build_sysfs(facts: MachineFacts, cards: dict[str, str]) -> dict[str, File | Link | Directory]:
    """Build /sys, by path within it; ``cards`` maps network interfaces to their addresses.

    Raises:
        UsageError: A text of the firmware has a name that no file can have.
    """
    items: dict[str, File | Link | Directory] = {f"/{name}": Directory() for name in FOLDERS}
    items |= _build_processors(facts.machine.cpus)
    items |= _build_firmware(facts)
    items |= _build_interface("lo", "00:00:00:00:00:00", VIRTUAL, LOOPBACK)
    for number, (name, address) in enumerate(cards.items()):
        items |= _build_interface(name, address, VIRTUAL if number else CARD, ETHERNET)
    return items


def _make_file(text: object, mode: int = 0o444) -> File:
    return File(f"{text}\n".encode(), mode)


def _build_processors(count: int) -> dict[str, File | Link | Directory]:
    every = f"0-{count - 1}" if count > 1 else "0"
    items: dict[str, File | Link | Directory] = {
        f"{PROCESSORS}/online": _make_file(every),
        f"{PROCESSORS}/possible": _make_file(every),
        f"{PROCESSORS}/present": _make_file(every),
        f"{NODES}/online": _make_file(0),
        f"{HUGE_PAGES}/enabled": _make_file("[always] madvise never"),
        f"{HUGE_PAGES}/hpage_pmd_size": _make_file(2 << 20),
    }
    for number in range(count):
        topology = {
            "core_cpus_list": number,
            "core_id": number,
            "package_cpus_list": every,
            "physical_package_id": 0,
            "core_siblings": _format_mask(range(count)),
            "core_siblings_list": every,
            "thread_siblings": _format_mask([number]),
            "thread_siblings_list": number,
        }
        for name, value in topology.items():
            items[f"{PROCESSORS}/cpu{number}/topology/{name}"] = _make_file(value)
    return items


def _format_mask(processors: Iterable[int]) -> str:
    """Format processors as a bit mask, in words of 32 bits separated by commas."""
    bits = f"{sum(1 << number for number in processors):x}"
    words = [bits[max(0, end - 8) : end] for end in range(len(bits), 0, -8)]
    return ",".join(reversed(words))


def _build_firmware(facts: MachineFacts) -> dict[str, File | Link | Directory]:
    items: dict[str, File | Link | Directory] = {}
    for name, text in facts.machine.dmi:
        if "/" in name or name in {"", ".", ".."}:
            raise UsageError(f"{name!r} cannot be the name of a file in /sys/class/dmi/id")
        # All files in a jail belong to the client, so only the mode keeps it from reading.
        secret = name in SECRETS and facts.uid != 0
        items[f"{FIRMWARE}/{name}"] = _make_file(text, 0 if secret else 0o444)
    if items:
        items["/class/dmi/id"] = Link("../../devices/virtual/dmi/id")
    return items


def _build_interface(
    name: str, address: str, folder: str, kind: int
) -> dict[str, File | Link | Directory]:
    settings = {
        "address": address,
        "mtu": 65536 if kind == LOOPBACK else 1500,
        "operstate": "unknown" if kind == LOOPBACK else "up",
        "type": kind,
    }
    items: dict[str, File | Link | Directory] = {
        f"{folder}/{name}/{setting}": _make_file(value) for setting, value in settings.items()
    }
    items[f"/class/net/{name}"] = Link(f"../..{folder}/{name}")
    return items
