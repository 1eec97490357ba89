"""What gets past the stand-ins is stopped by the interpreter."""

from __future__ import annotations

import _socket
import ctypes
import os
import socket
import sqlite3

import pytest

from lab.errors import UsageError

KEPT = {
    "socket": _socket.socket,
    "getaddrinfo": _socket.getaddrinfo,
    "open": open,
    "mkdir": os.mkdir,
    "remove": os.remove,
    "system": os.system,
}
"""References where no search finds them."""


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: KEPT["socket"](socket.AF_INET, socket.SOCK_STREAM), "make a socket of the host's"),
        (lambda: KEPT["socket"](socket.AF_INET6, socket.SOCK_DGRAM), "make a socket of the host's"),
        (lambda: KEPT["getaddrinfo"]("example.com", 80), "reach the host's network"),
        (lambda: KEPT["open"]("twin-was-here", "w"), "write the host's file 'twin-was-here'"),
        (lambda: KEPT["mkdir"]("twin-was-here"), "change the host's files"),
        (lambda: KEPT["remove"]("twin-was-here"), "change the host's files"),
        (lambda: KEPT["system"]("true"), "start a program (true)"),
        (lambda: _socket.socket(), "make a socket past the module socket"),
        (lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW), "AF_NETLINK"),
        (lambda: sqlite3.connect("/tmp/x.db"), "keep a database on the host's disk ('/tmp/x.db')"),
    ],
)
def test_it_is_refused_in_one_line(observe, call, what):
    with pytest.raises(UsageError) as refusal:
        observe(call)
    assert what in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not os.path.exists("twin-was-here")


def test_what_leads_nowhere_is_let_be(observe):
    def use():
        left, right = socket.socketpair()
        with left, right:
            left.send(b"near")
            said = right.recv(9).decode()
        memory = sqlite3.connect(":memory:")
        with memory:
            number = memory.execute("select 1").fetchone()[0]
        memory.close()
        return said, number, isinstance(left, _socket.socket), ctypes.sizeof(ctypes.c_int)

    assert observe.result_of(use) == ["near", 1, True, 4]


def test_the_tests_own_code_is_not_stopped(observe, tmp_path):
    observe(lambda: None)
    (tmp_path / "written").write_text("x")
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
