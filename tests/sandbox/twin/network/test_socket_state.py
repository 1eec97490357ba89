"""The state of a socket in memory: data, its end, readiness, and the end of a trial."""

from __future__ import annotations

import errno
import os
import select
import socket
import threading

import pytest

from lab.sandbox.twin.network.socket_state import SocketState, os_error
from lab.sandbox.twin.patching.caller import TrialEnded


@pytest.fixture
def make():
    """Makes sockets, two of which can be connected; closes them after the test."""
    changed, made = threading.Condition(), []

    def make_state(kind=socket.SOCK_STREAM):
        state = SocketState(socket.AF_INET, kind, 0, changed)
        made.append((state, state.descriptor))
        return state

    yield make_state
    for state, descriptor in made:
        state.stop()
        os.close(descriptor)


@pytest.fixture
def pair(make):
    left, right = make(), make()
    left.peer, right.peer = right, left
    left.local_address, right.peer_address = ("127.0.0.1", 1), ("127.0.0.1", 1)
    return left, right


def is_readable(state):
    return bool(select.select([state.descriptor], [], [], 0)[0])


def test_bytes_of_a_stream_are_joined_and_read_in_pieces(pair):
    left, right = pair
    left.send(b"abc")
    left.send(b"def")
    assert right.receive(4, 0) == (b"abcd", ("127.0.0.1", 1))
    assert right.receive(4, 0)[0] == b"ef"
    with pytest.raises(BlockingIOError):
        right.receive(4, 0)


def test_datagrams_stay_apart_and_are_cut(make):
    state = make(socket.SOCK_DGRAM)
    state.deliver(b"first", ("a", 1))
    state.deliver(b"second", ("b", 2))
    assert state.receive(3, 0) == (b"fir", ("a", 1))
    assert state.receive(99, 0) == (b"second", ("b", 2))


def test_data_that_is_only_looked_at_stays(pair):
    left, right = pair
    left.send(b"abc")
    assert right.receive(2, 0, peek=True)[0] == b"ab"
    assert right.receive(9, 0)[0] == b"abc"


def test_a_reader_of_a_whole_block_waits_for_all_of_it(pair):
    left, right = pair
    left.send(b"abc")
    with pytest.raises(BlockingIOError):
        right.receive(4, 0, whole=True)
    left.shut_down(socket.SHUT_WR)
    assert right.receive(4, 0, whole=True)[0] == b"abc"


def test_the_descriptor_is_readable_while_there_is_data_or_an_end(pair):
    left, right = pair
    assert not is_readable(right)
    left.send(b"abc")
    assert is_readable(right)
    right.receive(9, 0)
    assert not is_readable(right)
    left.shut_down(socket.SHUT_WR)
    assert is_readable(right)
    assert right.receive(9, 0)[0] == b""


def test_nothing_is_sent_without_a_peer_or_after_shutting_down(make, pair):
    for kind, number in ((socket.SOCK_STREAM, errno.ENOTCONN), (2, errno.EDESTADDRREQ)):
        with pytest.raises(OSError, match=os.strerror(number)):
            make(kind).send(b"")
    left, right = pair
    left.shut_down(socket.SHUT_WR)
    with pytest.raises(BrokenPipeError):
        left.send(b"abc")
    assert right.send(b"abc") == 3


def test_a_closed_socket_ends_the_stream_of_its_peer_once(pair):
    left, right = pair
    left.close()
    left.close()
    assert right.receive(9, 0)[0] == b""
    right.send(b"lost")


def test_a_listening_socket_gives_connections_in_order(make):
    listener, one, two = make(), make(), make()
    with pytest.raises(OSError, match=os.strerror(errno.EINVAL)):
        listener.accept(0)
    listener.backlog = type(listener._datagrams)()
    listener.queue_connection(one)
    listener.queue_connection(two)
    assert is_readable(listener)
    assert [listener.accept(0), listener.accept(0)] == [one, two]
    with pytest.raises(BlockingIOError):
        listener.accept(0)


def test_who_waits_is_woken_by_data_and_by_the_end_of_the_trial(pair):
    left, right = pair
    found = []

    def read():
        found.append(right.receive(9, None)[0])
        try:
            right.receive(9, None)
        except TrialEnded:
            found.append("ended")

    thread = threading.Thread(target=read)
    thread.start()
    left.send(b"abc")
    while found != [b"abc"]:
        pass
    right.stop()
    thread.join()
    assert found == [b"abc", "ended"]


def test_waiting_has_a_timeout(pair):
    with pytest.raises(TimeoutError):
        pair[0].receive(9, 0.001)


def test_errors_have_the_usual_message():
    assert str(os_error(errno.EPIPE)) == f"[Errno {errno.EPIPE}] {os.strerror(errno.EPIPE)}"
    assert isinstance(os_error(errno.ECONNREFUSED), ConnectionRefusedError)
