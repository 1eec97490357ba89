"""What sockets are connected to: servers of the lab, sockets of the client, or nothing."""

from __future__ import annotations

import errno
import os
import socket
import threading
from types import SimpleNamespace

import pytest

from lab.factors.host_spec import BARE
from lab.sandbox.twin.network.connections import FIRST_PORT, ConnectionTable
from lab.sandbox.twin.network.socket_state import SocketState


class Internet:
    """Records what is sent to the lab's servers."""

    def __init__(self):
        self.connected = []
        self.datagrams = []

    def connect(self, address, port, state):
        self.connected.append((address, port))
        return SimpleNamespace(deliver=lambda data, source=None: None, deliver_end=lambda: None)

    def send_datagram(self, data, address, port):
        self.datagrams.append((data, address, port))
        return b"answer" if port == 7 else None


@pytest.fixture
def internet():
    return Internet()


@pytest.fixture
def table(internet):
    files = {"/etc/hosts": b"127.0.0.1 localhost\n", "/run/present": b""}
    table = ConnectionTable(internet, SimpleNamespace(read_file=files.get))
    table.begin(BARE)
    return table


@pytest.fixture
def make():
    changed, made = threading.Condition(), []

    def make_state(kind=socket.SOCK_STREAM, family=socket.AF_INET):
        state = SocketState(family, kind, 0, changed)
        made.append((state, state.descriptor))
        return state

    yield make_state
    states = dict(made)
    for state, _ in made:
        # The other ends that the table made.
        ends = [state.peer, *(state.backlog or ())]
        states |= {each: each.descriptor for each in ends if isinstance(each, SocketState)}
    for state, descriptor in states.items():
        state.stop()
        os.close(descriptor)


def refuses(number):
    return pytest.raises(OSError, match=os.strerror(number))


def test_other_addresses_are_servers_of_the_lab(table, internet, make):
    state = make()
    table.connect(state, None, ("203.0.113.7", 80))
    assert internet.connected == [("203.0.113.7", 80)]
    assert state.peer_address == ("203.0.113.7", 80)
    assert state.local_address[1] == FIRST_PORT
    with refuses(errno.EISCONN):
        table.connect(state, None, ("203.0.113.7", 80))


def test_own_addresses_are_the_clients_listening_sockets(table, internet, make):
    listener, state = make(), make()
    table.bind(listener, None, ("localhost", 8080))
    with refuses(errno.ECONNREFUSED):
        table.connect(state, None, ("127.0.0.1", 8080))
    table.listen(listener, None)
    table.connect(state, None, ("127.0.0.1", 8080))
    state.send(b"abc")
    other = listener.accept(0)
    assert other.receive(9, 0) == (b"abc", state.local_address)
    assert internet.connected == []


def test_a_socket_on_all_addresses_accepts_connections_to_each(table, make):
    for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        listener, state = make(family=family), make()
        table.begin(BARE)
        table.bind(listener, None, (host, 8080))
        table.listen(listener, None)
        table.connect(state, None, ("127.0.0.1", 8080))
        assert listener.accept(0).peer is state
    listener.options[socket.IPPROTO_IPV6, socket.IPV6_V6ONLY] = 1
    assert table.connect_ex(make(), None, ("127.0.0.1", 8080)) == errno.ECONNREFUSED


def test_a_socket_that_was_forgotten_or_of_an_earlier_trial_accepts_nothing(table, make):
    for end in (lambda state: table.forget(state), lambda state: table.end()):
        listener = make()
        table.bind(listener, None, ("127.0.0.1", 8080))
        table.listen(listener, None)
        end(listener)
        assert table.connect_ex(make(), None, ("127.0.0.1", 8080)) == errno.ECONNREFUSED


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (("203.0.113.7", 0), errno.EADDRNOTAVAIL),
        (("127.0.0.1", 80), errno.EACCES),
        (("127.0.0.1", 8080), errno.EADDRINUSE),
    ],
)
def test_addresses_that_cannot_be_bound(table, make, address, number):
    taken = make()
    table.bind(taken, None, ("127.0.0.1", 8080))
    table.listen(taken, None)
    with refuses(number):
        table.bind(make(), None, address)


def test_the_system_chooses_ports_in_order(table, make):
    one, two = make(), make()
    table.bind(one, None, ("127.0.0.1", 0))
    table.listen(two, None)
    assert [each.local_address[1] for each in (one, two)] == [FIRST_PORT, FIRST_PORT + 2]
    table.begin(BARE)
    table.listen(one := make(), None)
    assert one.local_address == ("0.0.0.0", FIRST_PORT)


def test_datagrams_go_to_the_lab_or_to_a_socket_of_the_client(table, internet, make):
    sender, receiver = make(socket.SOCK_DGRAM), make(socket.SOCK_DGRAM)
    table.bind(receiver, None, ("127.0.0.1", 5353))
    assert table.sendto(sender, None, b"own", ("127.0.0.1", 5353)) == 3
    assert receiver.receive(9, 0)[0] == b"own"
    table.sendmsg(sender, None, [b"to ", b"lab"], (), 0, ("203.0.113.7", 7))
    assert internet.datagrams == [(b"to lab", "203.0.113.7", 7)]
    assert sender.receive(9, 0) == (b"answer", ("203.0.113.7", 7))
    with refuses(errno.EOPNOTSUPP):
        table.listen(receiver, None)


def test_a_connected_datagram_socket_has_its_destination(table, internet, make):
    state = make(socket.SOCK_DGRAM)
    table.connect(state, None, ("203.0.113.7", 9))
    table.sendto(state, None, b"a")
    assert internet.datagrams == [(b"a", "203.0.113.7", 9)]


def test_a_path_is_refused_or_does_not_exist(table, make):
    state = make(family=socket.AF_UNIX)
    assert table.connect_ex(state, None, "/run/absent") == errno.ENOENT
    assert table.connect_ex(state, None, "/run/present") == errno.ECONNREFUSED


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("a.example:80", TypeError),
        (("127.0.0.1", "80"), TypeError),
        (("127.0.0.1", 1 << 16), OverflowError),
    ],
)
def test_what_is_no_address_is_refused_as_python_refuses_it(table, make, address, error):
    with pytest.raises(error):
        table.connect(make(), None, address)


def test_errors_other_than_the_systems_are_no_number(table, make, monkeypatch):
    def fail(*words):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(table.resolver, "resolve_address", fail)
    with pytest.raises(socket.gaierror):
        table.connect_ex(make(), None, ("a.example", 80))
