import dns.message

from lab.internet.dns.name_addresses import NameAddresses
from lab.internet.journal import EventRecorder, RecordingLimits
from lab.internet.udp import receive
from lab.observation.records import Datagram, DnsQuery


def deliver(*datagrams, names=None, **limits):
    journal = EventRecorder(RecordingLimits(**limits), lambda: 0.0)
    names = names or NameAddresses()
    replies = [receive(data, address, port, journal, names) for data, address, port in datagrams]
    return replies, journal.recording()


QUERY = dns.message.make_query("A.example", "AAAA").to_wire()


def test_a_query_is_answered_and_recorded():
    (reply,), recording = deliver((QUERY, "9.9.9.9", 53))
    assert dns.message.from_wire(reply).answer
    assert recording.events == (
        DnsQuery(
            at=0.0, name="a.example", type="AAAA", transport="udp", resolver="9.9.9.9", raw=QUERY
        ),
    )


def test_a_query_to_another_port_is_a_datagram():
    (reply,), recording = deliver((QUERY, "224.0.0.251", 5353))
    assert reply is None
    assert isinstance(recording.events[0], Datagram)


def test_nonsense_to_a_resolver_is_a_datagram():
    (reply,), recording = deliver((b"\xff", "9.9.9.9", 53))
    assert reply is None
    assert recording.events[0].data == b"\xff"


def test_the_name_that_led_to_the_address_is_told():
    names = NameAddresses()
    address = names.addresses("time.example", 4)
    _, recording = deliver((b"x", address, 123), names=names)
    assert recording.events == (
        Datagram(at=0.0, host="time.example", address=address, port=123, data=b"x"),
    )


def test_limits_are_told_and_queries_beyond_them_still_answered():
    replies, recording = deliver(
        *[(QUERY, "9.9.9.9", 53)] * 3, *[(b"x", "9.9.9.9", 1)] * 3, queries=1, datagrams=2
    )
    assert all(replies[:3])
    assert len(recording.events) == 3
    assert recording.truncated == ("datagrams", "queries")
