"""The sockets of a cell: what the sandbox hands to the internet.

The sockets were made inside the cell's network namespace and passed out, so serving them
here serves the cell.  All listening sockets are transparent: ``getsockname()`` of an
accepted TCP socket, and ``IP_RECVORIGDSTADDR`` / ``IPV6_RECVORIGDSTADDR`` of a datagram, is
the address that the client meant.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

import msgspec

__all__ = ["CellSockets"]


class CellSockets(msgspec.Struct, frozen=True):
    """Four sockets that receive everything, and a way to answer datagrams.

    ``tcp4``/``tcp6`` listen; ``udp4``/``udp6`` receive.  ``reply(address, port)`` returns a
    new UDP socket bound, inside the cell, to that (foreign) address, so that an answer
    comes from where the client sent its datagram; the caller closes it.  ``packets``, where
    present, is a packet socket on the cell's loopback device.
    """

    tcp4: socket.socket
    tcp6: socket.socket
    udp4: socket.socket
    udp6: socket.socket
    reply: Callable[[str, int], socket.socket]
    packets: socket.socket | None = None
