"""The plan of a network: its commands, and which networks no machine can have."""

from __future__ import annotations

import pytest

from lab.errors import MachineError, UsageError
from lab.factors.host_spec import BARE, Interface, Network
from lab.sandbox.cell.network_plan import NetworkPlan, plan_network

MAC = "3c:52:82:6b:1f:a4"
PLAIN = Network((Interface("eth0", ("10.0.0.7/24",)),), "10.0.0.1")


def wired(network: Network) -> NetworkPlan:
    return plan_network(network, MAC, has_device=True)


def network(*addresses: str, gateway: str = "10.0.0.1", **changes: str) -> Network:
    return Network((Interface(**{"name": "eth0", "addresses": addresses, **changes}),), gateway)


def test_the_first_interface_has_the_machines_mac_and_others_one_of_their_own():
    two = Network((Interface("eth0"), Interface("tun0"), Interface("a", mac="02:00:00:00:00:0A")))
    (first, second, third) = wired(two).devices
    assert first == ("eth0", MAC)
    assert int(second[1][:2], 16) & 3 == 2, "given locally, and of one station"
    assert third == ("a", "02:00:00:00:00:0a")
    assert wired(two) == wired(two)


def test_a_mac_of_its_own_is_the_first_interfaces_own():
    assert wired(network(mac="02:00:00:00:00:07")).devices == (("eth0", "02:00:00:00:00:07"),)


def test_without_ipv6_there_is_no_route_for_it():
    commands = "\n".join(wired(PLAIN).commands)
    assert "route replace local 0.0.0.0/0 dev eth0 src 10.0.0.7" in commands
    assert "route add 0.0.0.0/0 via 10.0.0.1 dev eth0" in commands
    assert ":/" not in commands


def test_an_interface_with_ipv6_has_a_link_local_address_that_reveals_no_mac():
    assert wired(BARE.network).own == (
        "192.168.1.23",
        "2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4",
        "fe80::df8b:ebae:1e67:5213",
    )
    given = wired(network("2001:db8::7/64", "fe80::7/64"))
    assert given.own == ("2001:db8::7", "fe80::7")


def test_a_link_local_address_alone_leads_nowhere():
    commands = "\n".join(wired(network("10.0.0.7/24", "fe80::7/64")).commands)
    assert "fe80::7/64 dev eth0" in commands
    assert "::/0" not in commands


def test_the_gateway_may_be_an_ipv6_address_or_none_or_out_of_reach():
    assert "via fd00::1 dev eth0" in "\n".join(
        wired(network("fd00::7/64", gateway="fd00::1")).commands
    )
    assert " via " not in "\n".join(wired(network("10.0.0.7/24", gateway="")).commands)
    far = wired(network("10.0.0.7/32", gateway="192.168.0.1")).commands
    assert any("via 192.168.0.1 dev eth0 onlink" in line for line in far)


def test_a_network_of_two_interfaces_belongs_to_the_first():
    both = Network((Interface("eth0", ("10.0.0.7/24",)), Interface("wlan0", ("10.0.0.8/24",))))
    routes = [line for line in wired(both).commands if "local 10.0.0.0/24" in line]
    assert routes == ["route replace local 10.0.0.0/24 dev eth0 src 10.0.0.7"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Network((Interface("lo"),)), "'lo' cannot be the name"),
        (Network((Interface("a b"),)), "'a b' cannot be the name"),
        (Network((Interface("sixteen-letters-"),)), "cannot be the name"),
        (Network((Interface("a"), Interface("a"))), "both have the name a"),
        (network(mac="01:00:5e:00:00:01"), "the first one even"),
        (network(mac="3c5282"), "'3c5282' cannot be the hardware address of eth0"),
        (network("10.0.0.7"), "'10.0.0.7' is no address for eth0"),
        (network("10.0.0/24"), "is no address"),
        (network("fe80::1%eth0/64"), "is no address"),
        (network("127.0.0.1/8"), "cannot be the address"),
        (network("224.0.0.1/8"), "cannot be the address"),
        (network("0.0.0.0/0"), "cannot be the address"),
        (network("10.0.0.7/24", gateway="router"), "'router' is no address of a gateway"),
        (network("10.0.0.1/24"), "both the gateway and the address"),
        (
            Network((Interface("eth0", ("10.0.0.7/24",)), Interface("a", ("fd00::1/64",)))),
            "give the first network interface one",
        ),
    ],
)
def test_what_no_machine_has_is_refused_in_one_line(wrong, said):
    with pytest.raises(UsageError, match=said) as raised:
        wired(wrong)
    assert "\n" not in str(raised.value)


def test_a_kernel_without_devices_has_the_bare_network_on_lo():
    found = plan_network(BARE.network, MAC, has_device=False)
    assert found.devices == ()
    assert found.own == ("192.168.1.23", "2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4")
    assert any("local 0.0.0.0/0 dev lo src 192.168.1.23" in line for line in found.commands)
    with pytest.raises(MachineError, match="leave out the factor network"):
        plan_network(PLAIN, MAC, has_device=False)
