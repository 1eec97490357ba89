"""Which sockets are refused, under which name and with which error."""

import errno

import pytest

from lab.sandbox.jail.socket_rules import judge_socket


@pytest.mark.parametrize(
    ("socket", "found"),
    [
        ((2, 1, 0), None),
        ((2, 1 | 0o2004000, 6), None),
        ((10, 2, 17), None),
        ((2, 1, 262), None),
        ((1, 5, 0), None),
        ((2, 2, 136), ("UDP-Lite socket", errno.EPROTONOSUPPORT)),
        ((2, 2, 1), ("ICMP socket", errno.EACCES)),
        ((10, 2, 58), ("ICMPv6 socket", errno.EACCES)),
        ((2, 3, 17), ("raw socket, protocol 17", errno.EPERM)),
        ((2, 1, 132), ("SCTP socket", errno.EPROTONOSUPPORT)),
        ((2, 5, 0), ("socket of type 5, protocol 0", errno.ESOCKTNOSUPPORT)),
    ],
)
def test_what_is_refused(socket, found):
    assert judge_socket(*socket) == found


@pytest.mark.cell
def test_a_refused_socket_is_in_the_record_of_the_end(run):
    program = """
import socket
for kind, protocol in ((2, 136), (2, 136), (3, 1), (2, 17)):
    try: socket.socket(2, kind, protocol); print("made")
    except OSError as error: print(error.errno)
"""
    ended = run("python3", "-c", program)
    assert ended.stdout == b"93\n93\n1\nmade\n"
    assert ended.refused == ("UDP-Lite socket", "raw socket, ICMP")
