"""The host of a URL that a level may name: one that the lab can answer for.

Inside a cell every address belongs to the lab except loopback, which is the client's own.
"""

from __future__ import annotations

import ipaddress
import re

__all__ = ["parse_url_host"]

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def parse_url_host(name: str) -> str:
    """The host in lower case, an IPv6 address in brackets; ValueError for what has no server."""
    name = name.lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        labels = name.split(".")
        if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
            raise ValueError(
                f"{name!r} is no host name (write an international one in its xn-- form)"
            ) from None
        if len(name) > 253:
            raise ValueError(f"a host name has at most 253 letters, not {len(name)}") from None
        if labels[-1] == "localhost":
            raise ValueError("localhost is the client's own; the lab cannot answer there") from None
        return name
    if getattr(address, "scope_id", None):
        raise ValueError(f"{name!r} names an interface, which is no other machine's")
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        raise ValueError(f"{name} is no address of another machine; the lab cannot answer there")
    return f"[{address}]" if address.version == 6 else str(address)
