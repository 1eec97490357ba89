import h2.config
import h2.connection
import h2.events
import pytest

from lab.internet.http.http2 import PREFACE
from lab.internet.script import FixedAnswer, Script
from lab.observation.records import Connection, ProxyHop, Request
from tests.internet.transcript import Transcript

HEADERS = [
    (b":method", b"POST"),
    (b":authority", b"API.example.com:8443"),
    (b":scheme", b"http"),
    (b":path", b"/p?q"),
    (b"x-b", b"1"),
    (b"x-a", b"2"),
]


class Client:
    """The client's side, on a transcript."""

    def __init__(self, transcript, window=None):
        self.transcript = transcript
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding=None))
        self.h2.initiate_connection()
        if window is not None:
            self.h2.update_settings({4: window})
        self.events = []
        self.exchange()

    def exchange(self):
        answer = self.transcript.send(self.h2.data_to_send())
        self.events += self.h2.receive_data(answer)

    def request(self, headers=tuple(HEADERS), body=b"{}", end=True):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, list(headers), end_stream=end and not body)
        if body:
            self.h2.send_data(stream, body, end_stream=end)
        self.exchange()
        return stream

    def status(self, stream):
        (found,) = [
            dict(event.headers)[b":status"]
            for event in self.events
            if isinstance(event, h2.events.ResponseReceived) and event.stream_id == stream
        ]
        return int(found)

    def body(self, stream):
        return b"".join(
            event.data
            for event in self.events
            if isinstance(event, h2.events.DataReceived) and event.stream_id == stream
        )

    def ended(self, stream):
        return any(
            isinstance(event, h2.events.StreamEnded) and event.stream_id == stream
            for event in self.events
        )


def test_a_request_is_recorded_with_its_headers_in_order():
    transcript = Transcript(8443)
    client = Client(transcript)
    stream = client.request()
    assert (client.status(stream), client.body(stream)) == (200, b"{}")
    connection, request = transcript.end().events
    assert connection.protocol == "h2"
    assert connection.sent.startswith(PREFACE)
    assert request.headers == tuple(HEADERS)
    assert (request.version, request.method, request.target) == ("2", "POST", "/p?q")
    assert (request.host, request.port) == ("api.example.com", 8443)
    assert (request.body, request.complete, request.status) == (b"{}", True, 200)


def test_many_streams_at_once():
    transcript = Transcript()
    client = Client(transcript)
    streams = [client.request(end=False) for _ in range(50)]
    for stream in reversed(streams):
        client.h2.end_stream(stream)
    client.exchange()
    assert all(client.ended(stream) for stream in streams)
    assert len(transcript.events(Request)) == 50


def test_a_body_larger_than_every_window_arrives():
    transcript = Transcript()
    client = Client(transcript)
    stream = client.request(body=b"", end=False, headers=HEADERS)
    sent = 0
    while sent < 4 << 20:
        room = min(client.h2.local_flow_control_window(stream), 1 << 14)
        assert room > 0, "the window was not opened again"
        client.h2.send_data(stream, b"x" * room)
        client.exchange()
        sent += room
    client.h2.end_stream(stream)
    client.exchange()
    assert transcript.event(Request).size == sent


def test_an_answer_waits_for_the_clients_window():
    script = Script(answers=(FixedAnswer(path="*", body="x" * 1000),))
    client = Client(Transcript(script=script), window=300)
    stream = client.request()
    assert len(client.body(stream)) == 300
    client.h2.increment_flow_control_window(10_000, stream)
    client.exchange()
    assert len(client.body(stream)) == 1000
    assert client.ended(stream)


def test_a_large_answer_is_cut_into_frames():
    script = Script(answers=(FixedAnswer(path="*", body="x" * 60_000),))
    client = Client(Transcript(script=script))
    stream = client.request()
    assert len(client.body(stream)) == 60_000


def test_an_answer_without_body_ends_at_once():
    client = Client(Transcript())
    stream = client.request([(b":method", b"OPTIONS"), *HEADERS[1:]], body=b"")
    assert client.status(stream) == 204
    assert client.ended(stream)


def test_a_reset_stream_is_recorded_incomplete():
    transcript = Transcript()
    client = Client(transcript)
    stream = client.request(end=False)
    client.h2.reset_stream(stream)
    client.exchange()
    request = transcript.event(Request)
    assert (request.body, request.complete, request.status) == (b"{}", False, 0)


def test_a_stream_reset_while_its_answer_waits_does_no_harm():
    script = Script(answers=(FixedAnswer(path="*", body="x" * 1000),))
    client = Client(Transcript(script=script), window=10)
    stream = client.request()
    client.h2.reset_stream(stream)
    client.exchange()
    other = client.request()
    assert client.status(other) == 200


def test_an_open_stream_is_recorded_incomplete_at_the_end():
    transcript = Transcript()
    Client(transcript).request(end=False)
    assert transcript.event(Request).complete is False


def test_frames_that_break_the_protocol_are_kept():
    transcript = Transcript()
    client = Client(transcript)
    client.request()
    nonsense = b"\x00\x00\x01\x06\x00\x00\x00\x00\x00x"
    answer = transcript.send(nonsense)
    assert answer[3] == 7, "GOAWAY"
    assert transcript.layer.done
    transcript.send(b"more")
    assert transcript.event(Connection).sent.endswith(nonsense + b"more")


@pytest.mark.parametrize("waiting", [False, True])
def test_a_goodbye_leaves_open_answers_alone(waiting):
    script = Script(answers=(FixedAnswer(path="*", body="x" * 1000),))
    transcript = Transcript(script=script)
    client = Client(transcript, window=10 if waiting else None)
    client.request()
    client.h2.close_connection()
    transcript.send(client.h2.data_to_send())
    assert transcript.layer.done is not waiting


def test_connect_opens_a_tunnel_in_a_stream():
    transcript = Transcript(3128, host="proxy.example")
    client = Client(transcript)
    headers = [(b":method", b"CONNECT"), (b":authority", b"api.example.com:80")]
    inner = b"GET /x HTTP/1.1\r\nHost: api.example.com\r\n\r\n"
    stream = client.request(headers, inner, end=False)
    assert client.body(stream).startswith(b"HTTP/1.1 404")
    client.h2.end_stream(stream)
    client.exchange()
    assert client.ended(stream)
    assert transcript.event(ProxyHop).target == "api.example.com:80"
    assert transcript.event(Request).via == ("http://proxy.example:3128",)


def test_a_tunnel_that_is_reset_is_finished():
    transcript = Transcript(3128)
    client = Client(transcript)
    headers = [(b":method", b"CONNECT"), (b":authority", b"api.example.com:80")]
    body = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"
    stream = client.request(headers, body, end=False)
    client.h2.reset_stream(stream)
    client.exchange()
    assert transcript.event(Request).body == b"abc"


def test_a_frame_that_is_too_long_is_refused_from_its_header():
    transcript = Transcript()
    client = Client(transcript)
    client.request(end=False)
    answer = transcript.send(b"\xff\xff\xff\x00\x00\x00\x00\x00\x01")
    assert answer[3] == 7, "GOAWAY"
    assert transcript.layer.done


def test_what_came_before_a_broken_frame_in_the_same_segment_is_understood():
    transcript = Transcript()
    client = Client(transcript)
    stream = client.h2.get_next_available_stream_id()
    client.h2.send_headers(stream, HEADERS, end_stream=True)
    transcript.send(client.h2.data_to_send() + b"\x00\x00\x01\x06\x00\x00\x00\x00\x00x")
    assert transcript.event(Request).complete
