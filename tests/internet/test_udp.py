import dns.message

from lab.internet import udp
from lab.internet.connection import TrialServices
from lab.internet.journal import EventRecorder, RecordingLimits
from lab.internet.name_addresses import NameAddresses
from lab.internet.script import Script
from lab.internet.udp import UdpDispatcher
from lab.observation.records import Datagram, DnsQuery
from tests.internet.transcript import authority


def deliver(*datagrams, names=None, **limits):
    recorder = EventRecorder(RecordingLimits(**limits), lambda: 0.0)
    services = TrialServices(authority(), names or NameAddresses(), Script())
    dispatcher = UdpDispatcher(recorder, services)
    replies = [dispatcher.receive(*datagram) for datagram in datagrams]
    return replies, recorder.make_recording()


QUERY = dns.message.make_query("A.example", "AAAA").to_wire()


def test_a_query_is_answered_and_recorded():
    ((reply,),), recording = deliver((QUERY, "9.9.9.9", 53))
    assert dns.message.from_wire(reply).answer
    assert recording.events == (
        DnsQuery(
            at=0.0, name="a.example", type="AAAA", transport="udp", resolver="9.9.9.9", raw=QUERY
        ),
    )


def test_a_query_to_another_port_is_a_datagram():
    (replies,), recording = deliver((QUERY, "224.0.0.251", 5353))
    assert not replies
    assert isinstance(recording.events[0], Datagram)


def test_nonsense_to_a_name_server_is_a_datagram():
    (replies,), recording = deliver((b"\xff", "9.9.9.9", 53))
    assert not replies
    assert recording.events[0].data == b"\xff"


def test_the_name_that_led_to_the_address_is_recorded():
    names = NameAddresses()
    address = names.assign("time.example", 4)
    _, recording = deliver((b"x", address, 123), names=names)
    assert recording.events == (
        Datagram(at=0.0, host="time.example", address=address, port=123, data=b"x"),
    )


def test_limits_are_recorded_and_queries_beyond_them_still_answered():
    replies, recording = deliver(
        *[(QUERY, "9.9.9.9", 53)] * 3, *[(b"x", "9.9.9.9", 1)] * 3, queries=1, datagrams=2
    )
    assert all(replies[:3])
    assert len(recording.events) == 3
    assert recording.truncated == ("datagrams", "queries")


class Echo:
    """A protocol with connections, as a QUIC listener is: it numbers the datagrams of a client."""

    def __init__(self, context):
        self.numbers = {}

    def receive(self, data, target, source):
        if not data.startswith(b"echo"):
            return None
        self.numbers[source] = self.numbers.get(source, 0) + 1
        return data, str(self.numbers[source]).encode(), str(target.port).encode()


def test_a_protocol_is_one_entry_of_the_table(monkeypatch):
    monkeypatch.setattr(udp, "LAYERS", {**udp.LAYERS, 443: Echo})
    one, other = ("203.0.113.1", 40000), ("203.0.113.1", 40001)
    replies, recording = deliver(
        (b"echo", "203.0.113.7", 443, one),
        (b"echo", "203.0.113.7", 443, one),
        (b"echo", "203.0.113.7", 443, other),
        (b"else", "203.0.113.7", 443, other),
    )
    assert replies == [
        (b"echo", b"1", b"443"),
        (b"echo", b"2", b"443"),
        (b"echo", b"1", b"443"),
        (),
    ]
    assert [event.data for event in recording.events] == [b"else"]
