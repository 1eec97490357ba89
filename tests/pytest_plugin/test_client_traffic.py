"""To whom, when and which way: asked of hand-made observations."""

import gzip
import hashlib
import json

import msgspec
import pytest

from lab.factors.strategies import control
from lab.observation.location import Location
from lab.observation.records import (
    Connection,
    Datagram,
    DnsQuery,
    Exit,
    Observation,
    ProxyHop,
    TlsFailure,
)
from lab.pytest_plugin.client_traffic import Traffic
from tests.experiment.model import HOST, request

QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Say ok."}]}
PROXY = "http://proxy.example.net:3128"


def at(seconds, event):
    return msgspec.structs.replace(event, at=seconds)


def connection(host, protocol="tls", sent=b"", address="192.0.2.7", number=1, port=443):
    return Connection(number, 0.0, host, address, port, protocol, sent, len(sent))


def packed(one):
    headers = (*one.headers, (b"Content-Encoding", b"gzip"))
    return msgspec.structs.replace(one, body=gzip.compress(one.body), headers=headers)


def seen(*events, **levels):
    end = Exit(1.0, "finished", 0, None, 0.1, b"", b"")
    return Traffic(control(**levels), [Observation(tuple(events), end)])


def test_hosts_are_those_that_are_sent_something():
    one = seen(
        DnsQuery(0.0, "asked.example", "A", "udp", "192.0.2.1"),
        connection("silent.example"),
        connection(None, "raw", b"hello"),
        request(QUESTION),
        request({"a": 1}, host="other.example"),
        Datagram(0.0, "datagrams.example", "192.0.2.9", 99, b"x"),
    )
    assert one.hosts == {HOST, "192.0.2.7", "other.example", "datagrams.example"}
    assert one.model_requests == {Location("http", HOST, "POST", "/v1/messages")}
    assert one.model_requests < one.messages
    assert one.beyond_the_model == one.hosts - {HOST}


def test_a_request_goes_where_its_connection_does_whatever_host_it_names():
    question = at(0.3, request(QUESTION))
    fronted = msgspec.structs.replace(at(0.1, request({"a": 1}, path="/v1/events")), connection=2)
    to = [connection(HOST, number=0), connection("other.example", number=2)]
    one = seen(*to, fronted, question)
    assert one.beyond_the_model == {"other.example"}
    assert one.before_the_model() == (f"POST https://{HOST}/v1/events, by other.example",)
    hop = ProxyHop(2, 0.0, "connect", "proxy.example.net:3128", f"{HOST}:443", (), None)
    assert not seen(*to, hop, fronted, question).beyond_the_model


def test_what_is_not_http_is_reported_too_in_tls_or_not():
    one = seen(
        connection("raw.example", "raw", b"hello"),
        connection("inside.example", "tls", b"hello", number=2),
        TlsFailure(3, 0.0, "pinned.example", "unknown CA"),
        request(QUESTION),
    )
    assert one.beyond_the_model == {"raw.example", "inside.example", "pinned.example"}


def test_names_that_are_looked_up_over_tcp_are_not_sent_anything():
    asked = DnsQuery(0.0, "other.example", "A", "tcp", "192.0.2.7")
    tcp = connection(None, "raw", b"\x00\x1dquestion", port=53)
    tls = connection(None, "tls", b"\x00\x1dquestion", port=853, number=2)
    one = seen(asked, tcp, tls, at(0.3, request(QUESTION)), proxy=PROXY)
    assert one.hosts == {HOST}
    assert one.before_the_model() == ()
    assert one.past_the_proxy() == ()
    assert seen(tcp).hosts == {"192.0.2.7"}


def test_what_looks_like_a_model_request_and_is_none_does_not_count():
    for other in (
        request({"messages": "hello"}),
        request(QUESTION, path="/v1/events"),
        msgspec.structs.replace(request(QUESTION), body=b"\xff"),
        msgspec.structs.replace(request(QUESTION), body=b"[" * 99_999),
        msgspec.structs.replace(request(QUESTION), method="GET"),
    ):
        assert not seen(other).model_requests


def test_what_goes_to_others_before_the_first_question_is_reported():
    early = seen(
        at(0.1, request({"a": 1}, path="/v1/events?x=1", host="other.example")),
        at(0.2, request({"a": 1}, path="/v1/config")),
        at(0.3, request(QUESTION)),
        at(0.4, request({"a": 1}, path="/late", host="other.example")),
    )
    assert early.before_the_model() == ("POST https://other.example/v1/events",)


@pytest.mark.parametrize(
    ("reported", "how"),
    [
        ("quillfeather", "plain"),
        (hashlib.sha256(b"quillfeather").hexdigest(), "sha256"),
    ],
)
def test_what_identifies_the_computer_is_reported_wherever_it_goes(reported, how):
    early = seen(
        at(0.1, request({"name": reported}, path="/v1/config")),
        at(0.3, request(QUESTION)),
        hostname="quillfeather",
    )
    assert early.before_the_model() == (f"POST https://{HOST}/v1/config, with hostname ({how})",)


@pytest.mark.parametrize("path", ["/v1/config", "/v1/config?x=1"])
def test_what_identifies_the_computer_is_reported_in_packed_bodies_too(path):
    early = seen(
        at(0.1, packed(request({"name": "quillfeather", "of": "x" * 99}, path=path))),
        at(0.3, packed(request(QUESTION))),
        hostname="quillfeather",
    )
    assert early.model_hosts == {HOST}
    assert early.before_the_model() == (f"POST https://{HOST}/v1/config, with hostname (plain)",)


def test_words_that_a_client_chose_are_safe_to_show():
    path = "/\x1b]0;owned\x07\u202e"
    early = seen(
        at(0.1, request({"a": 1}, path=path, host="other.example\x9b")), at(0.3, request(QUESTION))
    )
    (line,) = early.before_the_model()
    assert line.isprintable()
    assert "⟨U+001B ESCAPE⟩" in line
    assert all(host.isprintable() for host in early.hosts)
    (line,) = seen(connection("other\x1b[2Jexample"), proxy=PROXY).past_the_proxy()
    assert line.isprintable()


def test_without_a_question_nothing_is_before_it():
    assert seen(request({"a": 1}, host="other.example")).before_the_model() == ()


def test_connections_that_do_not_lead_to_the_proxy_are_reported():
    past = seen(
        connection("proxy.example.net"),
        connection("other.example"),
        connection(None),
        Datagram(0.0, None, "192.0.2.9", 99, b"x"),
        DnsQuery(0.0, "other.example", "A", "udp", "192.0.2.1"),
        proxy=PROXY,
    )
    assert past.past_the_proxy() == (
        "tcp other.example:443",
        "tcp 192.0.2.7:443",
        "udp 192.0.2.9:99",
    )
    assert seen(connection("proxy.example.net"), proxy=f"upper:{PROXY}").past_the_proxy() == ()


def test_requests_are_read_as_they_were_sent():
    body = json.dumps(QUESTION).encode()
    cut = msgspec.structs.replace(request(QUESTION), body=body[:-5])
    assert not seen(cut).model_requests
