"""Addresses of a network, and names of interfaces, domains and hosts in URLs.

Each function returns the canonical spelling, or raises ValueError with a line that says what to
write instead.  Loopback is refused, because inside a cell it is the client's own, and so are the
two addresses at which the lab listens.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Interface, IPv6Address, IPv6Network, ip_address, ip_interface

__all__ = [
    "check_interface_name",
    "check_mac",
    "choose_gateway",
    "is_ipv6",
    "parse_domain",
    "parse_interface_address",
    "parse_machine_address",
    "parse_url_host",
]

_LAB_ADDRESSES = ("192.0.2.1", "100::1")
"""The addresses at which the lab listens in every cell (lab/sandbox)."""
_UNICAST6 = (IPv6Network("2000::/3"), IPv6Network("fc00::/7"))
"""Global (RFC 4291, as assigned by IANA) and unique local addresses (RFC 4193)."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}")
_RESERVED_NAMES = ("all", "default", "lo")
"""Loopback exists already, and the kernel reserves the other two for its settings."""
_MAC = re.compile(r"(?!00(?::00){5})[0-9a-f][02468ace](?::[0-9a-f]{2}){5}")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_URL_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
"""Hosts in URLs may have underscores."""


def is_ipv6(address: str) -> bool:
    """Whether this is an IPv6 address, with or without prefix."""
    return ":" in address


def parse_machine_address(text: str) -> str:
    """An address by which other machines reach a machine.

    Raises:
        ValueError: The text is not such an address, or the lab listens there.
    """
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address") from None
    if str(address) in _LAB_ADDRESSES:
        raise ValueError(f"{address} is where the lab itself listens; choose another address")
    if isinstance(address, IPv6Address):
        usable = not address.scope_id and any(address in part for part in _UNICAST6)
    else:
        usable = address.packed[0] not in (0, 127) and address.packed[0] < 224
    if not usable:
        raise ValueError(f"{text!r} is not an address by which another machine is reached")
    return str(address)


def parse_interface_address(text: str) -> str:
    """An address of an interface with its prefix, such as ``10.0.0.5/24``.

    Raises:
        ValueError: The text is not such an address.
    """
    host, slash, _ = text.partition("/")
    address = parse_machine_address(host)
    try:
        found = ip_interface(text)
    except ValueError:
        slash = ""
    if not slash or found.network.prefixlen < 8:
        raise ValueError(f"write an address with its prefix, such as 10.0.0.5/24, not {text!r}")
    if isinstance(found, IPv4Interface):
        _refuse_edges(found, address)
    return f"{address}/{found.network.prefixlen}"


def choose_gateway(addresses: tuple[str, ...], requested: str | None = None) -> str:
    """The gateway of an interface with these addresses: the requested one, or the usual one.

    The usual one has the first address of the first IPv4 subnet, or the last if the machine
    itself has the first.

    Raises:
        ValueError: No subnet has an address for the gateway, or the requested one is outside.
    """
    subnets = [IPv4Interface(text) for text in addresses if not is_ipv6(text)]
    usual = subnets[0]
    if usual.network.prefixlen > 30:
        raise ValueError(f"{usual} has no address for a gateway; its prefix is at most 30")
    if requested is None:
        first = usual.network.network_address + 1
        return str(first if first != usual.ip else usual.network.broadcast_address - 1)
    address = parse_machine_address(requested)
    for subnet in subnets:
        if not is_ipv6(address) and ip_address(address) in subnet.network:
            _refuse_edges(subnet, address)
            return address
    raise ValueError(f"the gateway {address} is in no IPv4 subnet of the first interface")


def check_interface_name(text: str) -> str:
    """A name that the kernel accepts for an interface other than loopback.

    Raises:
        ValueError: The kernel would refuse or reserve the name.
    """
    if not _NAME.fullmatch(text) or text in _RESERVED_NAMES:
        raise ValueError(
            "an interface's name is a letter, then letters, digits, . _ or -, at most 15, and "
            f"none of {', '.join(_RESERVED_NAMES)}, unlike {text!r}"
        )
    return text


def check_mac(text: str) -> str:
    """A unicast MAC address.

    Raises:
        ValueError: The text is not a unicast MAC address in lower case.
    """
    if not _MAC.fullmatch(text):
        raise ValueError(f"a MAC is written 02:42:9c:1f:5e:07 (and unicast), not {text!r}")
    return text


def parse_domain(text: str) -> str:
    """A domain in lower case.

    Raises:
        ValueError: The text is not a domain name.
    """
    name = text.lower()
    labels = name.split(".")
    well_formed = all(_LABEL.fullmatch(label) for label in labels) and len(name) <= 253
    if not well_formed or labels[-1].isdigit() or labels[-1] == "localhost":
        raise ValueError(f"a domain is written corp.example.com, not {text!r}")
    return name


def parse_url_host(name: str) -> str:
    """The host of a URL in lower case, an IPv6 address in brackets.

    Raises:
        ValueError: The lab cannot answer at this host, or it is not valid.
    """
    name = name.lower()
    try:
        address = ip_address(name)
    except ValueError:
        labels = name.split(".")
        if not all(_URL_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
            raise ValueError(
                f"{name!r} is not a host name (write an international one in its xn-- form)"
            ) from None
        if len(name) > 253:
            raise ValueError(f"a host name has at most 253 letters, not {len(name)}") from None
        if labels[-1] == "localhost":
            raise ValueError("localhost is the client's own; the lab cannot answer there") from None
        return name
    if getattr(address, "scope_id", None):
        raise ValueError(f"{name!r} names an interface, which is not another machine's")
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        raise ValueError(f"{name} is not another machine's address; the lab cannot answer there")
    return f"[{address}]" if address.version == 6 else str(address)


def _refuse_edges(subnet: IPv4Interface, address: str) -> None:
    network = subnet.network
    edges = (str(network.network_address), str(network.broadcast_address))
    if network.prefixlen < 31 and address in edges:
        raise ValueError(f"{address} is reserved in {network}, and not a machine's")
