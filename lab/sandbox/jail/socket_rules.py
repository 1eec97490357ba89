"""Which sockets a client can open: those whose traffic the lab's servers receive.

TCP (also as MPTCP) and UDP are redirected to the servers.  What is sent over any other protocol
would go nowhere and leave no record.  So these sockets are refused, with the errors of an ordinary
machine that lacks the protocol or the right, and the observation says which were asked for.
"""

from __future__ import annotations

import errno
import socket

__all__ = ["COMMON_PROTOCOLS", "INTERNET_FAMILIES", "KIND_MASK", "STREAM_KINDS", "judge_socket"]

INTERNET_FAMILIES = (socket.AF_INET, socket.AF_INET6)
KIND_MASK = 0xF
"""The bits of a socket's type that are not flags."""

STREAM_KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
COMMON_PROTOCOLS = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP, 262)
"""The default of the type, TCP, UDP and MPTCP."""

_NAMES = {1: "ICMP", 2: "IGMP", 33: "DCCP", 58: "ICMPv6", 132: "SCTP", 136: "UDP-Lite"}
_ECHO = (1, 58)


def judge_socket(family: int, kind: int, protocol: int) -> tuple[str, int] | None:
    """Return the name of a refused socket and the error; None for one that can be opened.

    Args:
        family: The address family.
        kind: The type, with its flags.
        protocol: The protocol's number.
    """
    kind &= KIND_MASK
    if family not in INTERNET_FAMILIES:
        return None
    if kind in STREAM_KINDS and protocol in COMMON_PROTOCOLS:
        return None
    name = _NAMES.get(protocol, f"protocol {protocol}")
    if kind == socket.SOCK_RAW:
        return f"raw socket, {name}", errno.EPERM
    if kind not in STREAM_KINDS:
        return f"socket of type {kind}, {name}", errno.ESOCKTNOSUPPORT
    if kind == socket.SOCK_DGRAM and protocol in _ECHO:
        return f"{name} socket", errno.EACCES
    return f"{name} socket", errno.EPROTONOSUPPORT
