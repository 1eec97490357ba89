"""Every byte that a client sends is part of a feature, or of a remainder, which is one too.

The layers divide a connection's bytes among them, and no byte can be changed without a change
in the features.
"""

import contextlib
import os
import ssl

import dns.edns
import dns.message
import h2.config
import h2.connection
import h2.settings
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wsproto.connection import Connection as WebSocketConnection
from wsproto.connection import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from lab.internet.connection import TrialServices
from lab.internet.journal import EventRecorder, RecordingLimits
from lab.internet.name_addresses import NameAddresses
from lab.internet.script import Script
from lab.internet.udp import UdpDispatcher
from lab.observation.features import HostRoles, extract_features
from lab.observation.location import Location
from lab.observation.records import ClientHello, Connection, Exit, Observation
from lab.observation.wire.layer_reader import LayerMessages, read_layers
from lab.observation.wire.tls_records import read_tls_records
from tests.internet.test_chunking import TRANSCRIPTS, cuts, websocket
from tests.internet.transcript import TlsClient, Transcript, authority, record

END = Exit(1.0, "finished", 0, None, 0.0, b"", b"")
EXAMPLES = int(os.environ.get("LAB_ACCOUNTING_EXAMPLES", "60"))


def observe(wire, port):
    return Observation(record([wire], port).events, END)


def features(wire, port):
    return extract_features(observe(wire, port), HostRoles())


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def rich_http2():
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    client.update_settings({h2.settings.SettingCodes.MAX_FRAME_SIZE: 20_000})
    client.increment_flow_control_window(1000)
    for stream in (1, 3):
        head = [(":method", "POST"), (":authority", "a"), (":scheme", "http"), (":path", "/x"),
                ("x-host", f"h{stream}"), ("content-type", "text/plain")]  # fmt: skip
        client.send_headers(
            stream, head, priority_weight=17, priority_depends_on=0, priority_exclusive=False
        )
        client.send_data(stream, b"one", pad_length=4)
        client.send_data(stream, b"two and a half")
        client.send_headers(stream, [("x-end", "z"), ("x-sum", "9")], end_stream=True)
        client.prioritize(stream, weight=3)
    client.ping(b"12345678")
    sent = client.data_to_send() + frame(0x10, 3, 0, b"3: u=2") + frame(0xB, 0, 0, b"x")
    client.close_connection(last_stream_id=0, additional_data=b"bye now")
    return sent + client.data_to_send()


def rich_websocket():
    head = websocket().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    frames = WebSocketConnection(ConnectionType.CLIENT)
    events = (
        TextMessage(data='{"a": 1}', message_finished=False), Ping(payload=b"are you"),
        TextMessage(data="[2]"), BytesMessage(data=b"\x00\xff" * 80), Pong(payload=b"yes"),
        CloseConnection(code=3001, reason="over and out"),
    )  # fmt: skip
    return head + b"".join(frames.send(event) for event in events)


CHUNKED = (
    b"POST /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX:  y \r\nZ: 1\r\n 2\r\n\r\n"
    b"3;n=v\r\nabc\r\n0A\r\n0123456789\r\n1\r\n{\r\n0\r\nX-Sum: 7\r\nx-more:\t8\r\n\r\n"
)
ABSOLUTE = b"GET http://me:pw@b.example:80/p HTTP/1.1\r\nHost: b.example\r\nX: 1\r\n\r\n"
PROXY = (
    b"CONNECT me@b.example:6514 HTTP/1.1\r\nHost: b.example:6514\r\nX-a:  7\r\n"
    b"Proxy-Authorization: Basic dTpw\r\n\r\n<14>1 raw line"
)
STREAMS = TRANSCRIPTS | {
    "rich HTTP/2": (rich_http2(), 443),
    "rich WebSocket": (rich_websocket() + b"rest", 443),
    "chunked": (CHUNKED, 80),
    "absolute": (ABSOLUTE, 80),
    "raw in CONNECT": (PROXY, 3128),
    "raw in SOCKS": (b"\x05\x01\x00\x05\x01\x00\x01\x01\x02\x03\x04\x19\x92raw", 1080),
    "SOCKS 4": (b"\x04\x01\x00\x50\x01\x02\x03\x04me\0raw", 1080),
}


def list_spans(connection):
    return sorted(span for layer in connection.layers for span in layer.spans)


def check_accounts(observation):
    messages = LayerMessages(observation)
    for connection in observation.events:
        if not isinstance(connection, Connection):
            continue
        at = 0
        for start, end in list_spans(connection):
            assert start == at < end
            at = end
        assert at == len(connection.sent)
        for each in read_layers(connection, messages):
            pieces = [(piece.start, piece.end) for piece in each.reading.pieces]
            ends = sorted([*pieces, *each.reading.list_gaps()])
            assert [start for start, _ in ends] == [0, *(end for _, end in ends)][: len(ends)]
            assert all(start < end for start, end in ends)
            assert (ends[-1][1] if ends else 0) == len(each.data)


@pytest.mark.parametrize("name", STREAMS)
def test_spans_and_pieces_divide_a_stream(name):
    check_accounts(observe(*STREAMS[name]))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from([53, 80, 443, 1080]))
def test_spans_and_pieces_divide_any_bytes(wire, port):
    check_accounts(observe(wire, port))


@pytest.mark.parametrize("name", STREAMS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_spans_and_pieces_divide_a_damaged_stream(name, data):
    wire, port = STREAMS[name]
    damaged = bytearray(wire)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    check_accounts(observe(bytes(damaged), port))


@pytest.mark.parametrize("name", STREAMS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_no_byte_can_change_unseen(name, data):
    wire, port = STREAMS[name]
    at = data.draw(st.integers(0, len(wire) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != wire[at]))
    changed = wire[:at] + bytes([byte]) + wire[at + 1 :]
    assert features(changed, port) != features(wire, port)


@pytest.mark.parametrize("name", STREAMS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_no_byte_can_be_left_out_or_added_unseen(name, data):
    wire, port = STREAMS[name]
    at = data.draw(st.integers(0, len(wire) - 1))
    usual = features(wire, port)
    assert features(wire[:at] + wire[at + 1 :], port) != usual
    extra = bytes([data.draw(st.integers(0, 255))])
    assert features(wire[:at] + extra + wire[at:], port) != usual


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300), st.sampled_from([53, 80, 443, 1080]))
@example(b"\x05\x01\x00", b"\x05\x01\x02", 1080)
def test_other_bytes_have_other_features(one, other, port):
    assert (one == other) == (features(one, port) == features(other, port))


@pytest.mark.parametrize("name", STREAMS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_layers_do_not_depend_on_the_cuts(name, data):
    wire, port = STREAMS[name]
    pieces = data.draw(cuts(wire))
    (connection,) = (one for one in record(pieces, port).events if isinstance(one, Connection))
    (whole,) = (one for one in record([wire], port).events if isinstance(one, Connection))
    assert connection.layers == whole.layers


def make_hello(protocols=("h2", "http/1.1"), name="Api.example.com"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(list(protocols))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def datagram_features(data):
    recorder, names = EventRecorder(RecordingLimits(), lambda: 0.0), NameAddresses()
    services = TrialServices(authority=authority(), names=names, script=Script())
    UdpDispatcher(recorder, services).receive(data, "203.0.113.5", 53)
    seen = Observation(recorder.make_recording().events, END)
    return extract_features(seen, HostRoles())


OPTION = dns.edns.GenericOption(65001, b"hi there")
QUERIES = (
    dns.message.make_query("api.example.com", "AAAA").to_wire(),
    dns.message.make_query("aPi.Example.com", "A", use_edns=0, options=[OPTION]).to_wire(),
    dns.message.make_query("a.example", "TXT", use_edns=0).to_wire() + b"behind",
)
LONE = {
    "hello": (make_hello(), lambda wire: features(wire, 443)),
    **{f"query {number}": (query, datagram_features) for number, query in enumerate(QUERIES)},
}


@pytest.mark.parametrize("name", LONE)
@settings(max_examples=4 * EXAMPLES, deadline=None)
@given(data=st.data())
def test_no_byte_of_a_hello_or_a_datagram_can_change_unseen(name, data):
    wire, extract = LONE[name]
    at = data.draw(st.integers(0, len(wire) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != wire[at]))
    assert extract(wire[:at] + bytes([byte]) + wire[at + 1 :]) != extract(wire)


def test_the_handshake_and_what_follows_the_goodbye_are_accounted_for():
    transcript = Transcript(443)
    client = TlsClient(transcript)
    client.shake_hands()
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.tls.unwrap()
    client.exchange()
    transcript.send(b"behind")
    transcript.send(b" it")
    seen = Observation(transcript.end().events, END)
    check_accounts(seen)
    found = extract_features(seen, HostRoles())
    assert found[Location("tcp", "api.example.com", path=":443", part="data")] == ("behind it",)
    (hello,) = (event for event in seen.events if isinstance(event, ClientHello))
    reading = read_tls_records(hello.wire)
    assert list(reading.list_gaps()) == []
    assert {"TLS hello", "TLS ciphertext"} <= set(reading.count_bytes())
