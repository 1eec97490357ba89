import dns.message

from lab.internet.connection import TrialServices
from lab.internet.dns.over_udp import DnsUdp
from lab.internet.journal import EventRecorder, RecordingLimits
from lab.internet.layers import UdpContext
from lab.internet.name_addresses import NameAddresses
from lab.internet.script import Script
from lab.internet.target import Target
from tests.internet.transcript import authority

RESOLVER = Target(host=None, address="9.9.9.9", port=53)


def make_layer():
    recorder = EventRecorder(RecordingLimits(), lambda: 0.0)
    services = TrialServices(authority(), NameAddresses(), Script())
    return DnsUdp(UdpContext(recorder, services)), recorder


def test_a_query_has_one_answer_with_its_id():
    layer, recorder = make_layer()
    query = dns.message.make_query("a.example", "A")
    (reply,) = layer.receive(query.to_wire(), RESOLVER, None)
    assert dns.message.from_wire(reply).id == query.id
    (event,) = recorder.make_recording().events
    assert (event.name, event.transport, event.resolver) == ("a.example", "udp", "9.9.9.9")


def test_what_is_no_query_is_left_to_the_raw_layer():
    layer, recorder = make_layer()
    assert layer.receive(b"nonsense", RESOLVER, None) is None
    assert recorder.make_recording().events == ()
