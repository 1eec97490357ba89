"""Methods of sockets that concern one end alone."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections import deque

import pytest

from lab.sandbox.twin.network.socket_methods import SOCKET_METHODS, unspecified_address
from lab.sandbox.twin.network.socket_state import SocketState


@pytest.fixture
def state():
    """A connected socket that received ``abcdef``."""
    state = SocketState(socket.AF_INET, socket.SOCK_STREAM, 6, threading.Condition())
    descriptor = state.descriptor
    state.peer = state
    state.deliver(b"abcdef")
    yield state
    state.stop()
    os.close(descriptor)


def call(name, state, *words):
    return SOCKET_METHODS[name](state, 0, *words)


def test_every_name_is_a_method_of_sockets():
    assert all(hasattr(socket.socket, name) for name in SOCKET_METHODS)


def test_receiving_returns_bytes_with_or_without_the_source(state):
    state.peer_address = ("192.0.2.1", 80)
    assert call("recv", state, 2) == b"ab"
    assert call("recvfrom", state, 2) == (b"cd", ("192.0.2.1", 80))
    assert call("recvmsg", state, 9) == (b"ef", [], 0, ("192.0.2.1", 80))


def test_receiving_into_buffers_fills_them_in_order(state):
    buffer = bytearray(4)
    assert call("recv_into", state, buffer, 2) == 2
    assert buffer == b"ab\0\0"
    first, second = bytearray(3), bytearray(3)
    assert call("recvmsg_into", state, [first, second])[0] == 4
    assert (first, second) == (b"cde", b"f\0\0")


def test_flags_look_ahead_wait_for_all_or_do_not_wait(state):
    assert call("recv", state, 3, socket.MSG_PEEK) == b"abc"
    with pytest.raises(BlockingIOError):
        call("recv", state, 7, socket.MSG_WAITALL)
    assert call("recv", state, 6, socket.MSG_WAITALL) == b"abcdef"
    with pytest.raises(BlockingIOError):
        SOCKET_METHODS["recv"](state, None, 1, socket.MSG_DONTWAIT)


def test_sending_reaches_the_peer(state):
    call("recv", state, 9)
    assert call("send", state, memoryview(b"xy")) == 2
    assert call("sendall", state, b"z") is None
    assert call("recv", state, 9) == b"xyz"


def test_addresses_of_a_socket(state):
    assert call("getsockname", state) == ("0.0.0.0", 0)
    state.local_address = ("192.0.2.7", 1234)
    assert call("getsockname", state) == ("192.0.2.7", 1234)
    with pytest.raises(OSError, match=os.strerror(errno.ENOTCONN)):
        call("getpeername", state)
    assert unspecified_address(socket.AF_INET6) == ("::", 0, 0, 0)


def test_options_are_remembered_and_some_are_known(state):
    assert call("getsockopt", state, socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM
    assert call("getsockopt", state, socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 0
    state.backlog = deque()
    assert call("getsockopt", state, socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    assert call("getsockopt", state, socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
    call("setsockopt", state, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    assert call("getsockopt", state, socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    assert call("getsockopt", state, socket.SOL_SOCKET, socket.SO_ERROR, 4) == bytes(4)
