"""How one trial reads."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.environment import Environment
from lab.findings.report import ClientFacts
from lab.observation.records import (
    Connection,
    Datagram,
    DnsQuery,
    Exit,
    Observation,
    ProxyHop,
    Request,
    TlsFailure,
    WebSocketMessage,
)
from lab.reports.terminal.audit import make_console
from lab.reports.terminal.observation import (
    build_document,
    format_exit,
    format_url,
    list_hosts,
    write,
)

END = Exit(2.0, "finished", 0, None, 1.5, b"done\n", b"")


def request(host="api.example.com", port=443, target="/", via=(), **more):
    fields = {
        "connection": 0,
        "at": 0.1,
        "version": "1.1",
        "scheme": "https",
        "method": "GET",
        "headers": (),
        "body": b"",
        "size": 0,
        "status": 200,
    }
    return Request(host=host, port=port, target=target, via=via, **{**fields, **more})


def connection(host, port, protocol, address="192.0.2.1", via=()):
    return Connection(0, 0.0, host, address, port, protocol, b"", 0, via)


def seen(*events, end=END, truncated=()):
    stream = io.StringIO()
    console = make_console(stream, width=100)
    write("probe", {}, Observation(events, end, truncated), console)
    return stream.getvalue()


def test_a_host_gathers_all_that_went_there():
    events = (
        connection("a.example", 443, "tls", via=("http://proxy:3128",)),
        request("a.example", via=("http://proxy:3128",)),
        request("a.example", version="2"),
        connection("a.example", 8080, "none"),
        connection(None, 25, "raw", address="192.0.2.9"),
        Datagram(0.1, "b.example", "192.0.2.7", 123, b"x"),
        DnsQuery(0.1, "c.example", "A", "udp", "192.168.1.1"),
    )
    found = list_hosts(Observation(events, END))
    assert [host.host for host in found] == ["a.example", "192.0.2.9", "b.example"]
    assert found[0].ports == (443, 8080)
    assert found[0].protocols == ("https/1.1", "https/2", "tls")
    assert (found[0].connections, found[0].requests) == (2, 2)
    assert found[0].via == ("http://proxy:3128",)
    assert found[2].datagrams == 1


def test_the_view_answers_in_order():
    text = seen(
        DnsQuery(0.0, "api.example.com", "A", "udp", "192.168.1.1"),
        connection("api.example.com", 443, "http/1.1"),
        request(target="/v1/messages", method="POST", size=1234),
        Datagram(0.1, None, "192.0.2.7", 123, b"x" * 48),
        ProxyHop(0, 0.1, "connect", "proxy:3128", "a.example:443"),
        TlsFailure(0, 0.1, "pinned.example", "unknown ca"),
        WebSocketMessage(0, 0.1, "ws.example", "/live", True, b"hi"),
    )
    places = [
        text.index(words)
        for words in (
            "probe ended with exit code 0 after 2.0 s",
            "Hosts contacted: 2",
            "Names asked for: 1",
            "Requests: 1",
            "https://api.example.com/v1/messages",
            "Also seen",
            "stdout: 5 bytes",
        )
    ]
    assert places == sorted(places)
    assert "1,234" in text
    assert "datagram to 192.0.2.7 port 123, 48 bytes" in text
    assert "through the connect proxy proxy:3128 to a.example:443" in text
    assert "handshake with pinned.example failed: unknown ca" in text


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (Exit(1.0, "finished", 3, None, 0.0, b"", b""), "exit code 3"),
        (Exit(1.0, "finished", None, 11, 0.0, b"", b""), "signal 11"),
        (Exit(60.0, "timed out", None, 9, 0.0, b"", b""), "did not finish: timed out after 60.0 s"),
        (Exit(1.0, "too much output", None, 9, 0.0, b"", b"", "2 GB"), "too much output"),
    ],
)
def test_the_ending_is_reported_by_verdict(end, words):
    assert words in format_exit(end)


def test_a_limit_that_was_hit_is_reported():
    assert "limit reached: connections" in seen(truncated=("connections",))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"target": "/a?b"}, "https://api.example.com/a?b"),
        ({"port": 8443}, "https://api.example.com:8443/"),
        ({"scheme": "http", "port": 80}, "http://api.example.com/"),
        ({"host": "2001:db8::1"}, "https://[2001:db8::1]/"),
        ({"target": "http://other.example/x"}, "http://other.example/x"),
        ({"target": "/x?next=http://y"}, "https://api.example.com/x?next=http://y"),
    ],
)
def test_urls(fields, expected):
    assert format_url(request(**fields)) == expected


@given(text=st.text(max_size=40), data=st.binary(max_size=60))
def test_nothing_that_a_client_sends_reaches_the_terminal_raw(text, data):
    shown = seen(
        connection(text, 1, "raw"),
        DnsQuery(0.0, text, text, "udp", text),
        request(host=text, target=text, method=text, via=(text,)),
        Datagram(0.0, text, text, 1, data),
        ProxyHop(0, 0.0, "connect", text, text),
        TlsFailure(0, 0.0, text, text),
        WebSocketMessage(0, 0.0, text, text, True, data),
        end=Exit(0.0, "killed", None, 9, 0.0, data, data, text),
    )
    assert all(character == "\n" or character.isprintable() for character in shown)


@given(data=st.binary(max_size=30))
def test_every_byte_can_be_read_back_from_the_document(data):
    import base64

    observation = Observation((request(body=data),), END)
    environment = Environment.of({"timezone": "UTC"})
    facts = ClientFacts("probe", "1", "d", "program")
    body = json.loads(json.dumps(build_document(facts, environment, observation)))["events"][0][
        "body"
    ]
    restored = body.encode() if isinstance(body, str) else base64.b64decode(body["base64"])
    assert restored == data
