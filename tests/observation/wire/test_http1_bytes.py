"""What the bytes of HTTP/1 say besides the requests in them."""

from lab.internet.journal import RecordingLimits
from lab.observation.records import Request
from lab.observation.wire.http1_bytes import read_http1
from tests.internet.transcript import record

CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def read(wire, port=80, tunnels=()):
    requests = [event for event in record([wire], port).events if isinstance(event, Request)]
    reading = read_http1(wire, requests, tunnels)
    found = {(fact.part, fact.pointer): fact.value for fact in reading.facts}
    return found, [wire[start:end] for start, end in reading.list_gaps()]


def test_chunks_and_trailers():
    found, rest = read(CHUNKED + b"3;a=b\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-Sum:  7\r\n\r\n")
    assert rest == []
    assert found["framing", "chunks"] == "3 10"
    assert found["trailer", "x-sum"] == "7"
    assert found["header spacing", "(trailers)/x-sum"] == "2 spaces"
    assert found["header spacing", "(chunks)/digits"] == "upper case"
    assert found["framing", "trailer case/x-sum"] == "X-Sum"


def test_a_body_that_breaks_off():
    found, rest = read(CHUNKED + b"5\r\nab")
    assert found["framing", "chunks"] == "whole, broken off in one of 5"
    assert rest == []


def test_a_value_that_the_server_keeps_in_another_way():
    found, rest = read(
        b"POST / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"
    )
    assert rest == []
    assert found["header spacing", "transfer-encoding/as written"] == "Chunked"
    assert found["header spacing", "x-a/as written"] == "1\n 2"


def test_what_stands_before_the_path_of_an_absolute_target():
    usual = b"GET http://b.example/p HTTP/1.1\r\nHost: b.example\r\n\r\n"
    assert ("target form", None) not in read(usual, 3128)[0]
    odd = usual.replace(b"http://", b"http://me:pw@")
    assert read(odd, 3128)[0]["target form", None] == "http://me:pw@{host}"


def test_bytes_that_are_no_request_are_left_over():
    good = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    bad = b"POST /report HTTP/1.0\r\na line without a colon\r\n\r\nid=builder"
    assert read(bad)[1] == [bad]
    assert read(good + bad)[1] == [bad]


def test_the_body_of_a_request_for_a_tunnel_is_left_over():
    head = b"CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\nX-A:  1\r\n\r\n"
    reading = read_http1(head + b"body", (), {"b:1"})
    assert list(reading.list_gaps()) == [(len(head), len(head) + 4)]
    assert ("header spacing", "x-a", "2 spaces", -1) in reading.facts
    assert list(read_http1(head, (), ()).list_gaps()) == [(0, len(head))]


def test_a_body_that_was_cut_off_by_a_limit():
    wire = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" + b"x" * 100
    limits = RecordingLimits(connection_bytes=90)
    events = record([wire], 80, limits=limits).events
    requests = [event for event in events if isinstance(event, Request)]
    reading = read_http1(wire[:90], requests, ())
    assert list(reading.list_gaps()) == []
