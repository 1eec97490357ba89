"""Original destinations of datagrams; the proof itself is tested with cells in test_cell."""

from __future__ import annotations

import socket
import struct

from lab.sandbox.jail.isolation_check import (
    IP_ORIGDSTADDR,
    IPV6_ORIGDSTADDR,
    parse_destination,
)


def test_ipv4():
    data = struct.pack("!HH4s8x", 2, 53, socket.inet_aton("192.0.2.7"))
    ancillary = [(socket.SOL_SOCKET, 29, b"time"), (socket.SOL_IP, IP_ORIGDSTADDR, data)]
    assert parse_destination(ancillary) == ("192.0.2.7", 53)


def test_ipv6():
    address = socket.inet_pton(socket.AF_INET6, "2001:db8::7")
    data = struct.pack("!HHI16sI", 10, 443, 0, address, 0)
    ancillary = [(socket.IPPROTO_IPV6, IPV6_ORIGDSTADDR, data)]
    assert parse_destination(ancillary) == ("2001:db8::7", 443)


def test_without_one_there_is_none():
    assert parse_destination([]) is None
