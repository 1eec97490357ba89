"""The network: interfaces, their addresses, the gateway, the resolvers and the search domain.

A level is the name of a kind of network, or settings joined by semicolons.  Settings that a
level leaves out are those of the control::

    interface=wlp3s0;address=10.20.30.40/24;resolver=8.8.8.8;search=corp.example.com;no-ipv6
    also=docker0;address=172.17.0.1/16;mac=02:42:9c:1f:5e:07

``interface=`` names the interface that leads outside, ``also=`` adds another one; ``address=``
and ``mac=`` belong to the interface before them.  By default the gateway is the first address of
the subnet, and the resolver is the gateway.

The control, ``home-lan``, is a wired machine behind a home router.  The named kinds are the ways
in which a developer's network differs from it: wireless; an office with its own name servers,
its domain and no IPv6; IPv4 only; a rented server with a public address; a bridge for
containers; a tunnel; an overlay network of a company's machines.  The named resolvers are the
best known public ones of three continents: two of North America, one of Europe, one of Asia.  A
resolver on loopback is not a level: inside a cell, loopback is the client's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from lab.factors.data.addresses import (
    check_interface_name,
    check_mac,
    choose_gateway,
    is_ipv6,
    parse_domain,
    parse_interface_address,
    parse_machine_address,
)
from lab.factors.factor import Constraint, Factor
from lab.factors.host_spec import BARE, HostSpec, Interface, Network
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "home-lan"

KINDS: Mapping[str, str] = {
    CONTROL: "",
    "wifi": "interface=wlp3s0;address=10.0.0.87/24;"
    "address=2a02:8109:9a40:1f00:8c2e:61ff:fe3a:7d05/64",
    "office": "address=10.34.72.115/22;resolver=10.34.0.10;resolver=10.34.0.11;"
    "search=corp.example.com;no-ipv6",
    "no-ipv6": "no-ipv6",
    "public-address": "address=159.89.14.203/20;address=2604:a880:2:d0::21f6:7001/64;"
    "resolver=1.1.1.1",
    "docker": "also=docker0;address=172.17.0.1/16;mac=02:42:9c:1f:5e:07",
    "vpn": "also=tun0;address=10.8.0.6/24;resolver=10.8.0.1",
    "overlay": "also=tailscale0;address=100.101.102.103/32;resolver=100.100.100.100",
}
"""The settings of each kind."""

LEVELS = (
    "wifi",
    "office",
    "public-address",
    "docker",
    "vpn",
    "overlay",
    "resolver=8.8.8.8",
    "no-ipv6",
    "resolver=223.5.5.5",
    "resolver=1.1.1.1",
    "resolver=9.9.9.9",
)

# fmt: off
PUBLIC_RESOLVERS = (
    "1.1.1.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "76.76.2.0", "77.88.8.8", "94.140.14.14",
    "114.114.114.114", "119.29.29.29", "168.95.1.1", "168.126.63.1", "180.76.76.76",
    "185.228.168.9", "208.67.222.222", "223.5.5.5",
)
# fmt: on
"""Public name servers, from all over the world."""

_CONTROL_INTERFACE = BARE.network.interfaces[0]
_SETTING_NAMES = (
    "interface=",
    "address=",
    "gateway=",
    "also=",
    "mac=",
    "resolver=",
    "search=",
    "no-ipv6",
)
_MAX_RESOLVERS = 3
"""The C library uses no more (resolv.conf(5))."""
_MIN_NEEDLE_LENGTH = 5
"""A shorter interface name (``eth0``, ``wg0``) occurs anywhere by chance."""


class _NetworkSettings(msgspec.Struct, frozen=True):
    network: Network
    resolvers: tuple[str, ...]
    search: str = ""


class _SettingsParser:
    """The settings of a level as they are read, before defaults are filled in."""

    def __init__(self) -> None:
        self.names = [_CONTROL_INTERFACE.name]
        self.addresses: list[list[str]] = [[]]
        self.macs: list[str | None] = [None]
        self.resolvers: list[str] = []
        self.single: dict[str, str] = {}
        self.current = 0
        """The number of the interface that the next settings belong to."""

    def read_setting(self, part: str) -> None:
        """Read one setting; ValueError if it is not valid."""
        word, equals, value = part.partition("=")
        if word + equals not in _SETTING_NAMES:
            raise ValueError(
                f"{part!r} is neither a kind of network nor a setting; nearest: "
                f"{nearest(part, (*KINDS, *_SETTING_NAMES))}"
            )
        if word == "also":
            self.current = len(self.names)
            self.names.append(check_interface_name(value))
            self.addresses.append([])
            self.macs.append(None)
        elif word == "address":
            self.addresses[self.current].append(parse_interface_address(value))
        elif word == "mac":
            if self.current == 0:
                raise ValueError("the first interface's MAC is decided by the factor machine")
            self.macs[self.current] = check_mac(value)
        elif word == "resolver":
            self.resolvers.append(parse_machine_address(value))
        elif word in self.single:
            raise ValueError(f"{word} is given twice (a further interface is also=NAME)")
        else:
            self.single[word] = value
            if word == "interface":
                self.current = 0
                self.names[0] = check_interface_name(value)

    def finish(self) -> _NetworkSettings:
        """The network that the settings describe, with defaults from the control."""
        without = "no-ipv6" in self.single
        if without and any(map(is_ipv6, (*chain(*self.addresses), *self.resolvers))):
            raise ValueError("without IPv6 there is no IPv6 address; leave out one or the other")
        first = self.addresses[0]
        if all(map(is_ipv6, first)):
            first.append(_CONTROL_INTERFACE.addresses[0])
        if not without and not any(map(is_ipv6, first)):
            first.append(_CONTROL_INTERFACE.addresses[1])
        interfaces = tuple(
            Interface(name, tuple(sorted(addresses, key=is_ipv6)), mac)
            for name, addresses, mac in zip(self.names, self.addresses, self.macs, strict=True)
        )
        router = choose_gateway(interfaces[0].addresses, self.single.get("gateway"))
        search = parse_domain(self.single["search"]) if "search" in self.single else ""
        return _NetworkSettings(
            Network(interfaces, router), tuple(self.resolvers) or (router,), search
        )


@lru_cache(maxsize=1024)
def _parse_network(level: str) -> _NetworkSettings:
    """The network that a level describes; ValueError if it is not valid."""
    draft = _SettingsParser()
    for part in () if level == CONTROL else KINDS.get(level, level).split(";"):
        draft.read_setting(part)
    place = draft.finish()
    names = [item.name for item in place.network.interfaces]
    own = _own_addresses(place)
    for what, words in (("name", names), ("address", own), ("resolver", place.resolvers)):
        if len(set(words)) != len(words):
            raise ValueError(f"no {what} comes twice, as one does in {', '.join(words)}")
    if taken := {place.network.gateway, *place.resolvers}.intersection(own):
        raise ValueError(f"{min(taken)} is the machine's own; gateway and resolver are others'")
    if len(place.resolvers) > _MAX_RESOLVERS:
        raise ValueError(f"a machine has at most {_MAX_RESOLVERS} resolvers")
    return place


def _own_addresses(settings: _NetworkSettings) -> list[str]:
    interfaces = settings.network.interfaces
    return [text.partition("/")[0] for item in interfaces for text in item.addresses]


@cache
def _kinds_by_settings() -> Mapping[_NetworkSettings, str]:
    return {_parse_network(kind): kind for kind in KINDS}


def parse(level: str) -> str:
    """The canonical spelling: a kind's name, or what differs from the control, in order."""
    place = _parse_network(level)
    return _kinds_by_settings().get(place) or _format_settings(place)


def _format_settings(settings: _NetworkSettings) -> str:
    first, *others = settings.network.interfaces
    parts = [] if first.name == _CONTROL_INTERFACE.name else [f"interface={first.name}"]
    four = tuple(text for text in first.addresses if not is_ipv6(text))
    six = tuple(text for text in first.addresses if is_ipv6(text))
    for addresses, usual in zip((four, six), _CONTROL_INTERFACE.addresses, strict=True):
        parts += [f"address={text}" for text in addresses if addresses != (usual,)]
    router = settings.network.gateway
    parts += [f"gateway={router}"] if router != choose_gateway(four) else []
    for item in others:
        parts += [f"also={item.name}", *(f"address={text}" for text in item.addresses)]
        parts += [f"mac={item.mac}"] if item.mac else []
    if settings.resolvers != (router,):
        parts += [f"resolver={address}" for address in settings.resolvers]
    parts += [f"search={settings.search}"] if settings.search else []
    return ";".join([*parts, *([] if six else ["no-ipv6"])])


def realise(level: str, spec: HostSpec) -> HostSpec:
    """The network, the resolvers and the search domain."""
    place = _parse_network(level)
    return msgspec.structs.replace(
        spec,
        network=_with_derived_mac(place.network),
        resolvers=place.resolvers,
        search_domain=place.search,
    )


def _with_derived_mac(network: Network) -> Network:
    """The network with a derived MAC address if the first interface has another name.

    So the MAC address of the factor machine belongs to the control's interface only, and what
    is sent from another interface depends on this factor only.  Wireless cards use random
    addresses anyway.
    """
    first, *others = network.interfaces
    if first.name == _CONTROL_INTERFACE.name:
        return network
    octets = bytearray(hashlib.blake2b(first.name.encode(), digest_size=6).digest())
    octets[0] = octets[0] & 0xFC | 0x02
    card = msgspec.structs.replace(first, mac=octets.hex(":"))
    return msgspec.structs.replace(network, interfaces=(card, *others))


def strategy() -> SearchStrategy[str]:
    """Machines on private networks of all sizes; shrinks to another address at home."""
    from hypothesis import strategies as st

    byte = st.integers(0, 255)
    host = st.integers(2, 254)
    word = st.integers(1, 0xFFFF).map("{:x}".format)
    name = st.sampled_from(("", "interface=wlan0", "interface=ens3", "interface=enp0s31f6"))
    four = st.one_of(
        st.builds("address=192.168.{}.{}/24".format, byte, host),
        st.builds("address=10.{}.{}.{}/24".format, byte, byte, host),
        st.builds("address=172.{}.{}.{}/16".format, st.integers(18, 31), byte, host),
    )
    six = st.one_of(
        st.sampled_from(("", "no-ipv6")),
        st.builds("address=2600:1700:{}:{}:{}:{}:{}:{}/64".format, *[word] * 6),
        st.builds("address=fd3c:{}:{}::{}/64".format, *[word] * 3),
    )
    also = st.one_of(
        st.sampled_from(("", KINDS["docker"])),
        host.map("also=wg0;address=10.9.0.{}/24".format),
        st.builds(
            "also=tailscale0;address=100.{}.{}.{}/32".format, st.integers(64, 99), byte, host
        ),
    )
    resolver = st.sampled_from(("", *map("resolver={}".format, PUBLIC_RESOLVERS)))
    search = st.one_of(
        st.sampled_from(("", "search=lan", "search=corp.example.com")),
        st.builds("search=site{}.example.net".format, byte),
    )
    parts = st.tuples(name, four, six, also, resolver, search)
    return parts.map(lambda found: parse(";".join(part for part in found if part)))


def needles(level: str) -> tuple[str, ...]:
    """Addresses, search domain, MACs and longer names; those of the control come last."""
    found = _needle_texts(level)
    usual = _needle_texts(CONTROL)
    return tuple(sorted(dict.fromkeys(found), key=usual.__contains__))


def _needle_texts(level: str) -> list[str]:
    place = _parse_network(level)
    interfaces = place.network.interfaces
    search = [place.search] if place.search else []
    macs = [item.mac for item in interfaces if item.mac]
    names = [item.name for item in interfaces if len(item.name) >= _MIN_NEEDLE_LENGTH]
    others = [*search, *place.resolvers, place.network.gateway]
    return [*_own_addresses(place), *others, *macs, *names]


def _needs_ipv6(own: str, others: str) -> bool:
    """Whether the other level names an IPv6 address, which this network does not reach."""
    if any(map(is_ipv6, _parse_network(own).network.interfaces[0].addresses)):
        return False
    _, scheme, rest = others.partition("://")
    return bool(scheme) and is_ipv6(urlsplit(f"//{rest}").hostname or "")


_NO_IPV6_REASON = "without IPv6, nothing can be reached at an IPv6 address"

FACTOR = Factor(
    name="network",
    summary="interfaces, addresses, gateway, resolvers and search domain",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
    constraints=(
        Constraint("endpoint", _needs_ipv6, _NO_IPV6_REASON),
        Constraint("proxy", _needs_ipv6, _NO_IPV6_REASON),
    ),
)
