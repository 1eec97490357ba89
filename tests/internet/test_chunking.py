"""However the network cuts a client's bytes, the records are the same; and no bytes break us."""

import base64

import dns.message
import h2.config
import h2.connection
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, TextMessage

from tests.internet.transcript import record

GET = b"GET /a?b HTTP/1.1\r\nHost: a.example\r\nX-y: Z\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
CONNECT = b"CONNECT b.example:443 HTTP/1.1\r\nHost: b.example\r\n\r\n"
SOCKS = b"\x05\x02\x00\x02\x01\x01u\x01p\x05\x01\x00\x03\x09a.example\x00\x50"
HELLO = b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + bytes(32) + b"\0\0\x02\x13\x01\x01\0\0\0"


def http2() -> bytes:
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    for stream in (1, 3):
        head = [(":method", "POST"), (":authority", "a"), (":scheme", "https"), (":path", "/")]
        client.send_headers(stream, head)
        client.send_data(stream, b"{}" * 50, end_stream=stream == 3)
    return client.data_to_send()


def websocket() -> bytes:
    head = (
        b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n" % base64.b64encode(bytes(16))
    )
    frames = Connection(ConnectionType.CLIENT)
    return head + b"".join(
        frames.send(event)
        for event in (
            TextMessage(data="hä", message_finished=False),
            TextMessage(data="llo"),
            CloseConnection(code=1000),
        )
    )


def dns_tcp() -> bytes:
    wire = dns.message.make_query("a.example", "A").to_wire()
    return (len(wire).to_bytes(2) + wire) * 2


TRANSCRIPTS = {
    "pipeline": (GET + POST + GET, 80),
    "proxied": (GET.replace(b"/a", b"http://b.example/a", 1) * 2, 3128),
    "tunnel": (CONNECT + GET, 3128),
    "tunnel to TLS that fails": (CONNECT + HELLO + b"\x15\x03\x01\x00\x02\x02\x30" + b"more", 3128),
    "tunnel in SOCKS": (SOCKS + CONNECT + POST, 1080),
    "SOCKS 4a": (b"\x04\x01\x00\x50\0\0\0\x01u\0a.example\0" + GET, 1080),
    "HTTP/2": (http2() + b"more", 443),
    "HTTP/2 broken": (http2() + b"\0\0\x01\x06\0\0\0\0\0x" + b"more", 443),
    "WebSocket": (websocket() + b"more", 443),
    "malformed": (GET + b"GET / HTTP/1.1\r\n bad\r\n\r\n" + GET, 80),
    "broken off": (POST[:-9], 80),
    "unknown method": (b"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", 80),
    "raw": (b"SSH-2.0-OpenSSH_9.2\r\n\x00\x01", 22),
    "DNS": (dns_tcp() + b"\x00\x01x", 53),
}


def cuts(data: bytes) -> st.SearchStrategy[list[bytes]]:
    places = st.lists(st.integers(0, len(data)), max_size=12).map(sorted)
    return places.map(
        lambda at: [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True) if a < b]
    )


@pytest.mark.parametrize("name", TRANSCRIPTS)
@given(data=st.data())
def test_the_records_do_not_depend_on_the_cuts(name, data):
    wire, port = TRANSCRIPTS[name]
    assert record(data.draw(cuts(wire)), port) == record([wire], port)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_byte_by_byte_is_the_same_too(name):
    wire, port = TRANSCRIPTS[name]
    pieces = [wire[at : at + 1] for at in range(len(wire))]
    assert record(pieces, port) == record([wire], port)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_every_byte_is_in_the_connections_record(name):
    wire, port = TRANSCRIPTS[name]
    connection = record([wire], port).events[0]
    assert connection.size == len(wire)
    assert connection.sent == wire


@pytest.mark.parametrize("name", TRANSCRIPTS)
@given(data=st.data())
def test_damaged_bytes_break_nothing(name, data):
    wire, port = TRANSCRIPTS[name]
    damaged = bytearray(wire)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    record(data.draw(cuts(bytes(damaged))), port)


STARTS = [b"", GET[:-2], HELLO[:20], SOCKS[:3], http2()[:24], b"\x04\x01", websocket()[:-40]]


@given(st.sampled_from(STARTS), st.binary(max_size=300), st.sampled_from([53, 80, 443, 1080]))
def test_random_bytes_break_nothing(start, noise, port):
    record([start, noise], port)
