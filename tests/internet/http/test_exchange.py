import dns.message

from lab.internet.http.exchange import Exchange
from lab.observation.records import DnsQuery, Request
from tests.internet.transcript import Transcript


def begin(transcript, method="POST", target="/collect", headers=()):
    return Exchange(
        transcript.context,
        transcript.target,
        version="1.1",
        method=method,
        target=target,
        authority="a.example",
        headers=tuple(headers),
    )


def requests(transcript):
    return transcript.events(Request)


def test_a_complete_request_is_answered_and_recorded_with_its_status():
    transcript = Transcript(host="a.example")
    exchange = begin(transcript)
    exchange.receive(b"one")
    exchange.receive(b"two")
    assert exchange.respond().status == 200
    (recorded,) = requests(transcript)
    assert (recorded.body, recorded.size, recorded.complete) == (b"onetwo", 6, True)
    assert recorded.status == 200


def test_an_abandoned_request_is_recorded_as_far_as_it_came():
    transcript = Transcript(host="a.example")
    exchange = begin(transcript)
    exchange.receive(b"one")
    exchange.abandon(400)
    (recorded,) = requests(transcript)
    assert (recorded.body, recorded.complete, recorded.status) == (b"one", False, 400)


def test_a_query_over_https_is_answered_and_recorded_beside_the_request():
    transcript = Transcript(host="dns.example")
    query = dns.message.make_query("a.example", "A")
    exchange = begin(
        transcript, target="/dns-query", headers=((b"content-type", b"application/dns-message"),)
    )
    exchange.receive(query.to_wire())
    answer = exchange.respond()
    assert dns.message.from_wire(answer.body).answer
    events = transcript.end().events
    assert {type(event) for event in events} >= {Request, DnsQuery}
