"""The sockets that the sandbox passes to the internet."""

import socket

import pytest

from lab.internet.cell_sockets import CellSockets


def test_a_cell_without_capture_of_packets_has_four_sockets():
    with (
        socket.socket() as tcp4,
        socket.socket(socket.AF_INET6) as tcp6,
        socket.socket(type=socket.SOCK_DGRAM) as udp4,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp6,
    ):
        replies = []
        sockets = CellSockets(tcp4, tcp6, udp4, udp6, lambda *target: replies.append(target))
        assert sockets.packets is None
        sockets.reply("203.0.113.7", 53)
        assert replies == [("203.0.113.7", 53)]
        with pytest.raises(AttributeError):
            sockets.tcp4 = tcp6
