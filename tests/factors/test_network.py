"""A level of the network says what differs from the control, and nothing impossible."""

from __future__ import annotations

import ipaddress

import pytest

from lab.environment import Environment
from lab.factors.endpoint import FACTOR as ENDPOINT
from lab.factors.host_spec import BARE, HostSpec, Interface
from lab.factors.network import CONTROL, FACTOR, KINDS, PUBLIC_RESOLVERS
from lab.factors.proxy import FACTOR as PROXY
from lab.factors.registry import find_conflict

OWN4, OWN6 = BARE.network.interfaces[0].addresses


def made(level: str) -> HostSpec:
    return FACTOR.realise(FACTOR.parse(level), BARE)


def test_the_control_is_that_of_the_bare_host_spec():
    assert FACTOR.realise(CONTROL, BARE) == BARE


def test_settings_are_one_machine():
    level = (
        "interface=wlp3s0;address=10.20.30.40/24;resolver=8.8.8.8;search=corp.example.com;no-ipv6"
    )
    assert FACTOR.parse(level) == level
    after = made(level)
    (card,) = after.network.interfaces
    assert card == Interface("wlp3s0", ("10.20.30.40/24",), card.mac)
    assert after.network.gateway == "10.20.30.1"
    assert after.resolvers == ("8.8.8.8",)
    assert after.search_domain == "corp.example.com"


def test_only_the_control_s_interface_has_the_machine_s_card():
    assert all(item.mac is None for item in BARE.network.interfaces)
    card, other = (made(level).network.interfaces[0].mac for level in ("wifi", "interface=eno1"))
    assert card
    assert other
    assert card != other
    assert int(card[:2], 16) & 3 == 2


def test_a_further_interface_has_its_own_addresses_and_mac():
    after = made("docker")
    bridge = Interface("docker0", ("172.17.0.1/16",), "02:42:9c:1f:5e:07")
    assert after.network.interfaces == (*BARE.network.interfaces, bridge)
    assert (after.network.gateway, after.resolvers) == (BARE.network.gateway, BARE.resolvers)


@pytest.mark.parametrize(
    ("level", "canonical"),
    [
        ("interface=eth0", CONTROL),
        (f"address={OWN4};address={OWN6};gateway=192.168.1.1;resolver=192.168.1.1", CONTROL),
        (KINDS["docker"], "docker"),
        ("mac=02:42:9c:1f:5e:07", None),
        ("no-ipv6;search=LAN;address=10.0.0.5/8", "address=10.0.0.5/8;search=lan;no-ipv6"),
        ("resolver=8.8.8.8;also=wg0;address=10.9.0.2/24;interface=ens3;address=10.0.0.2/24",
         "interface=ens3;address=10.0.0.2/24;also=wg0;address=10.9.0.2/24;resolver=8.8.8.8"),
        ("address=2001:DB8:0::5/64", "address=2001:db8::5/64"),
        ("gateway=192.168.1.254", "gateway=192.168.1.254"),
        ("address=10.0.0.5/24;address=10.1.0.5/24;gateway=10.1.0.1",
         "address=10.0.0.5/24;address=10.1.0.5/24;gateway=10.1.0.1"),
    ],
)  # fmt: skip
def test_the_canonical_spelling(level: str, canonical: str | None):
    if canonical is None:
        with pytest.raises(ValueError, match="factor machine"):
            FACTOR.parse(level)
    else:
        assert FACTOR.parse(level) == canonical


@pytest.mark.parametrize(
    ("level", "why"),
    [
        ("", "nearest"),
        ("wify", "nearest: wifi"),
        ("interface=lo", "none of"),
        ("interface=a;interface=b", "twice"),
        ("no-ipv6;no-ipv6", "twice"),
        ("no-ipv6=1", "nor a setting"),
        ("also=eth0", "no name comes twice"),
        (f"also=wg0;address={OWN4}", "no address comes twice"),
        ("resolver=8.8.8.8;resolver=8.8.8.8", "no resolver comes twice"),
        ("resolver=192.168.1.23", "machine's own"),
        ("address=10.0.0.1/24;gateway=10.0.0.1", "machine's own"),
        ("resolver=192.0.2.1", "lab itself"),
        ("address=100::1/64", "lab itself"),
        ("resolver=127.0.0.53", "another machine"),
        ("no-ipv6;address=2001:db8::5/64", "without IPv6"),
        ("no-ipv6;resolver=2001:4860:4860::8888", "without IPv6"),
        ("no-ipv6;also=wg0;address=fd00::5/64", "without IPv6"),
        ("gateway=10.0.0.1", "no IPv4 subnet"),
        (";".join(f"resolver={address}" for address in PUBLIC_RESOLVERS[:4]), "at most 3"),
        ("wifi;no-ipv6", "nor a setting"),
    ],
)
def test_what_is_no_network_is_refused(level: str, why: str):
    with pytest.raises(ValueError, match=why):
        FACTOR.parse(level)


def test_only_some_levels_are_without_ipv6():
    without = {
        level
        for level in FACTOR.levels
        if not any(":" in address for address in made(level).network.interfaces[0].addresses)
    }
    assert without == {"office", "no-ipv6"}


def test_the_public_address_is_public():
    (first, *_) = made("public-address").network.interfaces
    assert all(ipaddress.ip_interface(address).ip.is_global for address in first.addresses)
    others = set(FACTOR.levels) - {"public-address"}
    for level in (CONTROL, *others):
        address = ipaddress.ip_interface(made(level).network.interfaces[0].addresses[0]).ip
        assert address.is_private


@pytest.mark.parametrize(
    ("factor", "level"),
    [
        (ENDPOINT, "http://[2001:db8::1]:8080/gateway"),
        (PROXY, "upper:http://me:secret@[2001:db8::1]:3128"),
        (PROXY, "socks5://[2001:db8::1]:1080"),
    ],
)
def test_without_ipv6_nothing_is_at_an_ipv6_address(factor, level: str):
    assert factor.parse(level) == level
    for own in (CONTROL, *FACTOR.levels):
        environment = Environment.of({"network": own, factor.name: level})
        assert (find_conflict(environment) is not None) == (own in {"office", "no-ipv6"})


@pytest.mark.parametrize("factor", [ENDPOINT, PROXY])
def test_every_named_level_goes_with_every_network(factor):
    for own in (CONTROL, *FACTOR.levels):
        for level in (factor.control, *factor.levels):
            environment = Environment.of({"network": own, factor.name: level})
            assert find_conflict(environment) is None


def test_a_copy_may_hold_addresses_domain_and_telling_names():
    assert FACTOR.needles("office") == (
        "10.34.72.115", "corp.example.com", "10.34.0.10", "10.34.0.11", "10.34.72.1",
    )  # fmt: skip
    needles = FACTOR.needles("docker")
    assert needles[:3] == ("172.17.0.1", "02:42:9c:1f:5e:07", "docker0")
    assert needles[3:] == FACTOR.needles(CONTROL)
    assert "eth0" not in FACTOR.needles(CONTROL)
    assert "tun0" not in FACTOR.needles("vpn")


def test_public_resolvers_are_different_and_global():
    assert len(set(PUBLIC_RESOLVERS)) == len(PUBLIC_RESOLVERS)
    assert all(ipaddress.ip_address(address).is_global for address in PUBLIC_RESOLVERS)
    named = {level for level in FACTOR.levels if level.startswith("resolver=")}
    assert named <= {f"resolver={address}" for address in PUBLIC_RESOLVERS}
