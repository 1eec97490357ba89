"""Check of what the kernel reports of a cell's interfaces and routes.

Besides the loopback device a cell has only devices of kinds that discard what is sent through
them.  A kind with a peer, or a connection to another device or namespace, is refused.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from lab.errors import LabError
from lab.sandbox.cell.holder_client import HolderClient
from lab.sandbox.cell.kernel_support import DEVICE_KINDS

__all__ = ["check_interfaces"]


class LinkInfo(msgspec.Struct, frozen=True):
    """The kind of a device, as ip reports it."""

    info_kind: str = ""


class NetworkDevice(msgspec.Struct, frozen=True):
    """An interface, as ip reports it; the last three fields are set where it has a peer."""

    ifname: str
    linkinfo: LinkInfo = LinkInfo()
    link: str | None = None
    link_index: int | None = None
    link_netnsid: int | None = None

    @property
    def has_peer(self) -> bool:
        """Whether it is connected to another device or namespace."""
        return (self.link, self.link_index, self.link_netnsid) != (None, None, None)


class Route(msgspec.Struct, frozen=True):
    """A route, as ip reports it; one with several next hops has no ``dev``."""

    dst: str
    dev: str | None = None


def check_interfaces(holder: HolderClient, expected_names: Collection[str]) -> tuple[str, ...]:
    """Check that no interface and no route of a cell leads outside.

    Args:
        holder: The client of the cell's holder.
        expected_names: Names of the interfaces that the cell should have, except ``lo``.

    Returns:
        Lines of evidence.

    Raises:
        LabError: An interface or a route may lead outside.
    """
    _, [descriptor] = holder.request("inspect")
    with open(descriptor, "rb") as file:
        # Some versions of ip print nothing instead of an empty list.
        links, *tables = (each.strip() or b"[]" for each in file.read().split(b"\0")[:-1])
    expected = ["lo", *expected_names]
    devices = msgspec.json.decode(links, type=list[NetworkDevice])
    names = [device.ifname for device in devices]
    if sorted(names) != sorted(expected):
        raise LabError(f"the cell is not isolated: besides {expected} it has interfaces ({names})")
    kinds = {each.ifname: each.linkinfo.info_kind for each in devices if each.ifname != "lo"}
    for device in devices:
        kind = device.linkinfo.info_kind
        if device.ifname != "lo" and (kind not in DEVICE_KINDS or device.has_peer):
            raise LabError(
                f"the cell is not isolated: {device.ifname} may have a peer "
                f"({kind or 'physical device'})"
            )
    routes = [each for table in tables for each in msgspec.json.decode(table, type=list[Route])]
    for route in routes:
        if route.dev not in expected:
            raise LabError(f"the cell is not isolated: a route leads elsewhere ({route})")
    listed = ", ".join(f"{name} ({kind})" for name, kind in kinds.items())
    return (
        f"besides lo, the cell has only devices without a peer: {listed}"
        if listed
        else "the cell has one interface, lo",
        f"each of its {len(routes)} routes ends on {' or '.join(expected)}",
    )
