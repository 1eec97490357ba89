import typing

import msgspec
import pytest

from lab.observation.records import Connection, Datagram, DnsQuery, Event, Observation
from tests.observation.test_features import END, request

EVENTS = (
    DnsQuery(0.0, "a.example", "A", "udp", "9.9.9.9", b"\x00"),
    Connection(0, 0.1, None, "203.0.113.7", 443, "raw", b"\xff", 1),
    request(body=b"\xff", headers=((b"A", b"b"),)),
    Datagram(0.2, None, "203.0.113.7", 9, b"x"),
)


def test_an_observation_is_the_same_after_it_was_stored():
    observation = Observation(EVENTS, END, ("bytes",))
    stored = msgspec.msgpack.encode(observation)
    assert msgspec.msgpack.decode(stored, type=Observation) == observation


@pytest.mark.parametrize("event", EVENTS)
def test_a_stored_event_says_what_it_is(event):
    kind = msgspec.to_builtins(event)["kind"]
    assert kind == type(event).__struct_config__.tag


def test_no_two_kinds_of_event_have_one_tag():
    kinds = typing.get_args(Event)
    assert len({kind.__struct_config__.tag for kind in kinds}) == len(kinds)
