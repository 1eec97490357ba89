"""The lab's internet in memory: what is recorded, what is answered, and faults of the lab."""

from __future__ import annotations

import os
import socket

import dns.message
import pytest

from lab.errors import LabError
from lab.internet.script import FixedAnswer, Script
from lab.observation.records import Connection, Datagram, DnsQuery, Request
from lab.sandbox.twin.network.internet import InMemoryInternet
from lab.sandbox.twin.network.socket_state import SocketState
from tests.internet.transcript import authority

REQUEST = b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n"


@pytest.fixture
def internet():
    internet = InMemoryInternet(authority())
    internet.begin(Script(answers=(FixedAnswer(path="/x", body="fixed"),)))
    return internet


@pytest.fixture
def connect(internet):
    """Connects a new socket to an address of the lab."""
    made = []

    def connect_to(address="203.0.113.7", port=80):
        state = SocketState(socket.AF_INET, socket.SOCK_STREAM, 6, internet.changed)
        made.append((state, state.descriptor))
        state.peer = internet.connect(address, port, state)
        return state

    yield connect_to
    for state, descriptor in made:
        state.stop()
        os.close(descriptor)


def of(recording, kind):
    return [event for event in recording.events if isinstance(event, kind)]


def test_a_request_is_answered_at_once_and_recorded(internet, connect):
    state = connect()
    state.send(REQUEST)
    assert state.receive(9999, 0)[0].endswith(b"fixed")
    recording = internet.end()
    assert [event.target for event in of(recording, Request)] == ["/x"]
    assert [event.port for event in of(recording, Connection)] == [80]


def test_a_connection_is_closed_when_the_client_sends_no_more(internet, connect):
    state = connect()
    state.shut_down(socket.SHUT_WR)
    assert state.receive(9, 0) == (b"", None)
    state.peer.deliver(REQUEST)
    assert of(internet.end(), Request) == []


def test_a_name_that_was_looked_up_is_the_host_of_a_connection(internet, connect):
    query = dns.message.make_query("a.example", "A").to_wire()
    answer = dns.message.from_wire(internet.send_datagram(query, "192.0.2.53", 53))
    connect(answer.answer[0][0].address)
    recording = internet.end()
    assert [event.name for event in of(recording, DnsQuery)] == ["a.example"]
    assert [event.host for event in of(recording, Connection)] == ["a.example"]


def test_an_ipv4_address_in_ipv6_form_is_the_same_address(internet, connect):
    connect("::ffff:203.0.113.7")
    assert [event.address for event in of(internet.end(), Connection)] == ["203.0.113.7"]


def test_a_datagram_that_nothing_answers_is_recorded(internet):
    assert internet.send_datagram(b"hello", "203.0.113.9", 9) is None
    (event,) = of(internet.end(), Datagram)
    assert (event.address, event.port, event.data) == ("203.0.113.9", 9, b"hello")


def test_each_trial_has_its_own_recording(internet, connect):
    connect().send(REQUEST)
    internet.end()
    internet.begin(Script())
    assert internet.end().events == ()


def test_a_fault_of_the_lab_is_raised_at_the_end(internet, connect):
    def fail():
        raise RuntimeError("a fault")

    assert internet.run_layer(fail) == b""
    with pytest.raises(LabError, match=r"a server of the lab failed.*a fault"):
        internet.end()
    internet.begin(Script())
    internet.end()
