import dns.message

from lab.internet.name_addresses import compute_ipv4
from lab.observation.records import Connection, DnsQuery
from tests.internet.transcript import TlsClient, Transcript


def framed(name: str) -> bytes:
    wire = dns.message.make_query(name, "A").to_wire()
    return len(wire).to_bytes(2) + wire


def test_queries_are_answered_one_by_one():
    transcript = Transcript(53, host="resolver.example")
    wire = framed("a.example") + framed("b.example")
    answer = transcript.send(wire[:10]) + transcript.send(wire[10:])
    length = int.from_bytes(answer[:2])
    first = dns.message.from_wire(answer[2 : 2 + length])
    assert first.answer[0][0].to_text() == compute_ipv4("a.example")
    queries = transcript.events(DnsQuery)
    assert [query.name for query in queries] == ["a.example", "b.example"]
    assert {(query.transport, query.resolver) for query in queries} == {("tcp", "resolver.example")}
    assert transcript.event(Connection).sent == wire


def test_nonsense_is_kept_and_not_answered():
    transcript = Transcript(53)
    assert transcript.send(b"\x00\x03abc\x00\x00") == b""
    (connection,) = transcript.end().events
    assert connection.sent == b"\x00\x03abc\x00\x00"
    assert transcript.layer.done


def test_queries_over_tls():
    transcript = Transcript(853)
    client = TlsClient(transcript)
    client.shake_hands()
    assert len(client.send(framed("a.example"))) > 2
    assert transcript.event(DnsQuery).name == "a.example"
