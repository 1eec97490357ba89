"""The messages of SOCKS (RFC 1928, RFC 1929, and version 4) before the tunnel opens."""

from __future__ import annotations

from lab.observation.parts import MessagePart
from lab.observation.style.dns_query import describe_letter_case
from lab.observation.wire.reading import TUNNEL, Reading

__all__ = ["read_socks4", "read_socks5"]

PASSWORD = 2
_ADDRESSES = {1: "IPv4 address", 3: "name", 4: "IPv6 address"}
_SIZES = {1: 4, 4: 16}


def read_socks5(data: bytes) -> Reading:
    """Read the greeting, the login and the request; what follows them is left over.

    User name and password are in the record of the hop.
    """
    reading = Reading(len(data))
    if len(data) < 2 or len(data) < 2 + data[1]:
        return reading
    at = 2 + data[1]
    methods = data[2:at]
    reading.cover(0, at, "SOCKS greeting")
    words = " ".join(map(str, methods)) or "none"
    reading.state(MessagePart.PROXY_HEADER, "(socks5 methods)", words, TUNNEL)
    if PASSWORD in methods:
        end = _find_login_end(data, at)
        if end is None:
            return reading
        reading.cover(at, end, "SOCKS login")
        if data[at] != 1:
            reading.state(MessagePart.PROXY_HEADER, "(socks5 login)", f"{data[at]:02x}", TUNNEL)
        at = end
    _read_request(data, at, reading)
    return reading


def _find_login_end(data: bytes, at: int) -> int | None:
    for _ in range(2):
        length_at = at + 1 if _ == 0 else at
        if len(data) <= length_at:
            return None
        at = length_at + 1 + data[length_at]
    return at if len(data) >= at else None


def _read_request(data: bytes, at: int, reading: Reading) -> None:
    if len(data) < at + 5 or data[at] != 5 or data[at + 3] not in _ADDRESSES:
        return
    kind = data[at + 3]
    start = at + 4 + (kind == 3)
    end = start + _SIZES.get(kind, data[at + 4])
    if len(data) < end + 2:
        return
    reading.cover(at, end + 2, "SOCKS request")
    words = [_ADDRESSES[kind]]
    if kind == 3:
        words.append(describe_letter_case(data[start:end].decode("latin-1")))
    if data[at + 1] != 1:
        words.append(f"command {data[at + 1]}")
    if data[at + 2]:
        words.append(f"reserved {data[at + 2]:02x}")
    reading.state(MessagePart.PROXY_HEADER, "(socks5 request)", ", ".join(words), TUNNEL)


def read_socks4(data: bytes) -> Reading:
    """Read the request; what follows it is left over."""
    reading = Reading(len(data))
    end = data.find(0, 8)
    if len(data) < 9 or end < 0:
        return reading
    named = data[4:7] == bytes(3) and data[7] != 0
    words = ["name" if named else "IPv4 address"]
    if named:
        start, end = end + 1, data.find(0, end + 1)
        if end < 0:
            return reading
        words += [describe_letter_case(data[start:end].decode("latin-1")), f"0.0.0.{data[7]}"]
    if data[1] != 1:
        words.append(f"command {data[1]}")
    reading.cover(0, end + 1, "SOCKS request")
    reading.state(MessagePart.PROXY_HEADER, "(socks4 request)", ", ".join(words), TUNNEL)
    return reading
