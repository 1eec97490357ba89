"""Interfaces: what the host spec leaves open is derived from their names alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.factors.host_spec import Interface, Network
from lab.sandbox.cell.interface_plan import MAC, derive_mac, is_link_local, plan_interfaces

OWN_MAC = "3c:52:82:6b:1f:a4"


@given(st.text(max_size=30))
def test_a_derived_mac_is_one_of_a_station_and_locally_administered(name):
    assert MAC.fullmatch(derive_mac(name))
    assert int(derive_mac(name)[:2], 16) & 3 == 2
    assert derive_mac(name) == derive_mac(name)


def test_source_addresses_are_never_link_local():
    (found,) = plan_interfaces(
        Network((Interface("eth0", ("fe80::7/64", "fd00::7/64", "10.0.0.7/24")),)), OWN_MAC
    )
    assert str(found.first_address(6)) == "fd00::7/64"
    assert str(found.first_address(4)) == "10.0.0.7/24"
    (lonely,) = plan_interfaces(Network((Interface("eth0", ("fe80::7/64",)),)), OWN_MAC)
    assert lonely.first_address(6) is None


def test_an_ipv6_interface_gets_the_same_link_local_address_with_any_mac():
    network = Network((Interface("eth0", ("fd00::7/64",)),))
    (one,), (other,) = (plan_interfaces(network, mac) for mac in (OWN_MAC, "02:00:00:00:00:01"))
    assert one.addresses == other.addresses
    assert list(map(is_link_local, one.addresses)) == [False, True]


def test_addresses_are_not_doubled():
    (found,) = plan_interfaces(Network((Interface("eth0", ("10.0.0.7/24",) * 2),)), OWN_MAC)
    assert len(found.addresses) == 1
