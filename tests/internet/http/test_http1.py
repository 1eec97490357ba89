import json

import pytest

from lab.internet.journal import RecordingLimits
from lab.internet.script import FixedAnswer, Script
from lab.observation.records import Connection, ProxyHop, Request
from tests.internet.transcript import Transcript, record


def test_headers_keep_their_order_and_case():
    transcript = Transcript(80, host="a.example")
    transcript.send(
        b"POST /p?q=1 HTTP/1.1\r\nhOsT: A.example\r\nX-b: 1\r\nx-A:  2 \r\nX-b: 3\r\n"
        b"Content-Length: 2\r\n\r\n{}"
    )
    request = transcript.event(Request)
    assert request.headers == (
        (b"hOsT", b"A.example"),
        (b"X-b", b"1"),
        (b"x-A", b"2"),
        (b"X-b", b"3"),
        (b"Content-Length", b"2"),
    )
    assert (request.method, request.target, request.version) == ("POST", "/p?q=1", "1.1")
    assert (request.scheme, request.host, request.port) == ("http", "a.example", 80)
    assert (request.body, request.size, request.complete, request.status) == (b"{}", 2, True, 200)


def test_the_answer_on_the_wire():
    answer = Transcript().send(b"POST /unknown HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
    assert answer == (
        b"HTTP/1.1 200 \r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
    )


def test_requests_in_a_pipeline_are_all_answered():
    transcript = Transcript()
    answer = transcript.send(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
    assert answer.count(b"HTTP/1.1 404") == 3
    assert len(transcript.events(Request)) == 3


def test_a_chunked_body_is_put_together():
    transcript = Transcript()
    transcript.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    transcript.send(b"3\r\nabc\r\n2\r")
    transcript.send(b"\nde\r\n0\r\n\r\n")
    request = transcript.event(Request)
    assert (request.body, request.size) == (b"abcde", 5)


def test_a_client_that_waits_for_100_is_answered():
    transcript = Transcript()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert transcript.send(head).startswith(b"HTTP/1.1 100 ")
    assert transcript.send(b"{}").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"]
)
def test_a_connection_that_is_to_close_closes(head):
    transcript = Transcript()
    transcript.send(head)
    assert transcript.layer.done


def test_bytes_after_the_end_are_kept():
    transcript = Transcript()
    transcript.send(b"GET / HTTP/1.0\r\n\r\n")
    assert transcript.send(b"more") == b""
    assert transcript.event(Connection).sent == b"GET / HTTP/1.0\r\n\r\nmore"


def test_what_is_no_http_is_answered_400_and_kept():
    transcript = Transcript()
    wire = b"GET / HTTP/1.1\r\nbad header\r\n\r\n"
    assert transcript.send(wire).startswith(b"HTTP/1.1 400 ")
    assert transcript.layer.done
    (connection,) = transcript.end().events
    assert connection.sent == wire


def test_a_body_that_breaks_off_is_recorded_incomplete():
    transcript = Transcript()
    transcript.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
    request = transcript.event(Request)
    assert (request.body, request.complete, request.status) == (b"abc", False, 0)


def test_a_body_that_turns_to_nonsense_is_recorded_with_its_400():
    transcript = Transcript()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    transcript.send(head + b"3\r\nabc\r\nzz\r\n")
    request = transcript.event(Request)
    assert (request.body, request.complete, request.status) == (b"abc", False, 400)


def test_a_long_body_is_cut_and_counted():
    transcript = Transcript(limits=RecordingLimits(connection_bytes=100))
    transcript.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n" + b"x" * 500)
    recording = transcript.end()
    request = recording.events[1]
    assert (len(request.body), request.size, request.status) == (100, 500, 200)
    assert recording.truncated == ("bytes",)


def test_a_head_has_no_body_in_its_answer():
    answer = Transcript().send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404")
    assert answer.endswith(b"\r\n\r\n")


def test_a_204_has_no_framing():
    answer = Transcript().send(b"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer == b"HTTP/1.1 204 \r\nallow: GET, HEAD, POST, OPTIONS\r\n\r\n"


def test_a_stream_is_chunked_and_for_http_1_0_ends_with_the_connection():
    body = json.dumps({"model": "m", "stream": True, "messages": []}).encode()
    for version, chunked in ((b"1.1", True), (b"1.0", False)):
        transcript = Transcript()
        answer = transcript.send(
            b"POST /v1/messages HTTP/%s\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s"
            % (version, len(body), body)
        )
        assert (b"transfer-encoding: chunked" in answer.lower()) is chunked
        assert b"event: message_stop" in answer
        assert transcript.layer.done is not chunked


def test_without_a_host_header_the_name_connected_to_counts():
    transcript = Transcript(80, host="a.example")
    transcript.send(b"GET / HTTP/1.0\r\n\r\n")
    assert transcript.event(Request).host == "a.example"


def test_connect_opens_a_tunnel_in_which_http_is_understood():
    transcript = Transcript(3128, host="proxy.example")
    head = (
        b"CONNECT api.example.com:8080 HTTP/1.1\r\nHost: api.example.com:8080\r\n"
        b"Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"
    )
    inner = b"GET /x HTTP/1.1\r\nHost: api.example.com:8080\r\n\r\n"
    answer = transcript.send(head + inner)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 404")
    connection, hop, request = transcript.end().events
    assert connection.sent == head + inner
    assert connection.protocol == "http/1.1"
    assert (hop.scheme, hop.proxy, hop.target) == (
        *("connect", "proxy.example:3128", "api.example.com:8080"),
    )
    assert hop.credentials == "user:secret"
    assert hop.headers[0] == (b"Host", b"api.example.com:8080")
    assert (request.host, request.port) == ("api.example.com", 8080)
    assert request.via == ("http://proxy.example:3128",)


def test_a_tunnel_without_a_byte_in_it_is_a_connect():
    recording = record([b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"], 3128)
    assert recording.events[0].protocol == "connect"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(b"Bearer t", "Bearer t"), (b"Basic !!", "Basic !!"), (b"basic YTpi", "a:b")],
)
def test_credentials_of_any_kind(value, expected):
    transcript = Transcript(3128)
    transcript.send(b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: %s\r\n\r\n" % value)
    assert transcript.event(ProxyHop).credentials == expected


def test_an_absolute_target_makes_us_a_proxy():
    transcript = Transcript(3128, host="proxy.example")
    for path in (b"/a?b", b"/c"):
        transcript.send(b"GET http://A.example%s HTTP/1.1\r\nHost: a.example\r\n\r\n" % path)
    hop = transcript.event(ProxyHop)
    assert (hop.scheme, hop.target) == ("http", "a.example:80")
    first, second = transcript.events(Request)
    assert (first.target, second.target) == ("/a?b", "/c")
    assert (first.host, first.port, first.scheme) == ("a.example", 80, "http")
    assert first.via == ("http://proxy.example:3128",)


def test_an_absolute_target_to_ourselves_does_not():
    transcript = Transcript(80, host="a.example")
    transcript.send(b"GET http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n")
    request = transcript.event(Request)
    assert (request.target, request.via) == ("/", ())
    assert transcript.events(ProxyHop) == []


def test_a_fixed_answer_is_sent_as_given():
    script = Script(
        answers=(FixedAnswer(path="/x", status=418, content_type="text/plain", body="tea"),)
    )
    answer = Transcript(script=script).send(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 418 ")
    assert answer.endswith(b"content-type: text/plain\r\ncontent-length: 3\r\n\r\ntea")
