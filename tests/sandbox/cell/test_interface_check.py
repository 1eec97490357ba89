"""The check of the interfaces and routes that the kernel reports."""

from __future__ import annotations

import os

import msgspec
import pytest

from lab.errors import LabError
from lab.sandbox.cell.interface_check import check_interfaces

LO = {"ifname": "lo", "ifindex": 1}
ETH0 = {"ifname": "eth0", "ifindex": 2, "linkinfo": {"info_kind": "ifb"}}
ROUTE = {"dst": "default", "dev": "eth0", "type": "local"}


class Kernel:
    """Reports the given interfaces and routes, as the holder passes them on."""

    def __init__(self, links: list, *tables: list) -> None:
        said = [msgspec.json.encode(each) if each else b"" for each in (links, *tables)]
        self.said = b"\n\0".join(said) + b"\0"

    def request(self, request: str) -> tuple[list[str], list[int]]:
        assert request == "inspect"
        file = os.memfd_create("said")
        os.write(file, self.said)
        os.lseek(file, 0, os.SEEK_SET)
        return [], [file]


def test_devices_without_a_peer_are_named_in_the_evidence():
    first, second = check_interfaces(Kernel([LO, ETH0], [ROUTE], [ROUTE]), ["eth0"])
    assert first == "besides lo, the cell has only devices without a peer: eth0 (ifb)"
    assert second == "each of its 2 routes ends on lo or eth0"


def test_a_kernel_without_devices_has_lo_alone():
    assert check_interfaces(Kernel([LO], [], []), [])[0] == "the cell has one interface, lo"


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ({"linkinfo": {"info_kind": "veth"}}, r"a peer \(veth\)"),
        ({"linkinfo": {"info_kind": "macvlan"}}, r"a peer \(macvlan\)"),
        ({"linkinfo": {}}, r"a peer \(physical device\)"),
        ({"link": "eth1"}, "a peer"),
        ({"link_index": 7}, "a peer"),
        ({"link_netnsid": 0}, "a peer"),
        ({"ifname": "eth1"}, "besides"),
    ],
)
def test_what_may_have_a_peer_is_not_called_isolated(device, said):
    with pytest.raises(LabError, match=f"not isolated.*{said}"):
        check_interfaces(Kernel([LO, ETH0 | device], [ROUTE], []), ["eth0"])


@pytest.mark.parametrize("route", [{"dst": "default", "dev": "eth1"}, {"dst": "default"}])
def test_a_route_that_leads_elsewhere_is_found(route):
    with pytest.raises(LabError, match="a route leads elsewhere"):
        check_interfaces(Kernel([LO, ETH0], [ROUTE], [route]), ["eth0"])
