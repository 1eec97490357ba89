"""What the frames of HTTP/2 say besides the requests in them."""

import hpack
import pytest

from lab.observation.records import Request
from lab.observation.wire.http2_bytes import read_http2
from lab.observation.wire.http2_frames import PREFACE

FIELDS = ((b":method", b"POST"), (b":scheme", b"https"), (b":path", b"/x"), (b"x-a", b"1"))


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def request(body=b"", fields=FIELDS):
    return Request(
        0, 0.0, "2", "https", "h", 443, "POST", "/x", fields, body, len(body)
    )  # fmt: skip


def read(*frames, requests=()):
    data = PREFACE + b"".join(frames)
    reading = read_http2(data, requests)
    found = {(fact.part, fact.pointer, fact.message): fact.value for fact in reading.facts}
    return found, [data[start:end] for start, end in reading.list_gaps()]


def head(fields=FIELDS, encoder=None):
    return (encoder or hpack.Encoder()).encode(list(fields), huffman=False)


@pytest.mark.parametrize(
    ("made", "pointer", "value"),
    [
        (frame(4, 0, 0, b"\0\x04\0\x01\0\0\0\xab\0\0\0\x07"), "SETTINGS", "4=65536 171=7"),
        (frame(8, 0, 0, b"\0\0\x10\0"), "WINDOW_UPDATE of the connection", "4096"),
        (frame(6, 0, 0, b"12345678"), "PING", b"12345678".hex()),
        (frame(6, 1, 0, b"12345678"), "PING answer", b"12345678".hex()),
        (frame(7, 0, 0, bytes(8) + b"bye"), "GOAWAY data", "bye"),
        (frame(7, 0, 0, bytes(8)), "GOAWAY", "last stream 0, code 0"),
        (frame(3, 0, 9, b"\0\0\0\x08"), "RST_STREAM", "stream 9: code 8"),
        (frame(2, 0, 5, b"\x80\0\0\1\x10"), "PRIORITY",
         "stream 5: weight 17, below stream 1, exclusive"),
        (frame(0x10, 0, 0, b"u=1"), "type 10", "u=1"),
        (frame(0xB, 5, 0, b"\xff"), "type 0b", "flags 05, ff"),
        (frame(6, 0, 0, b"short"), "PING", "short"),
    ],
)  # fmt: skip
def test_a_frame_says_what_it_holds(made, pointer, value):
    found, rest = read(made)
    assert found["frame", pointer, None] == value
    assert rest == []


def test_flags_and_bits_without_a_meaning():
    found, _ = read(frame(6, 0x42, 0, bytes(8)), frame(8, 0, 1 << 31, b"\0\0\0\1"))
    assert found["framing", "flags of PING", None] == "42"
    assert found["framing", "reserved bit of WINDOW_UPDATE", None] == "set"


def test_trailers_padding_and_the_way_a_body_is_cut():
    encoder = hpack.Encoder()
    found, rest = read(
        frame(1, 4, 1, head(encoder=encoder)),
        frame(0, 8, 1, b"\x02one\0\0"),
        frame(0, 0, 1, b"two!"),
        frame(1, 5, 1, encoder.encode([(b"x-node", b"builder")], huffman=True)),
        requests=[request(b"onetwo!")],
    )
    assert rest == []
    assert found["trailer", "x-node", 0] == "builder"
    assert found["framing", "padding of DATA", 0] == "2 bytes"
    assert found["framing", "DATA frames", 0] == "3 4"
    assert found["framing", "end", 0] == "trailers"
    assert found["framing", "header form/x-a", 0] == "kept, plain"
    assert found["framing", "header name form/x-node", 0] == "compressed"
    assert found["framing", "stream numbers", None] == "one after another"
    assert found["framing", "opening", None] == "HEADERS"


def test_a_block_in_several_frames_and_streams_out_of_order():
    block = head()
    found, rest = read(frame(1, 1, 7, block[:5]), frame(9, 4, 7, block[5:]), requests=[request()])
    assert rest == []
    assert found["framing", "header block", 0] == f"5 {len(block) - 5}"
    assert found["framing", "stream numbers", None] == "7"
    assert found["framing", "end", 0] == "HEADERS"


def test_what_the_server_has_no_record_of_is_left_over():
    block, data = frame(1, 4, 1, head()), frame(0, 1, 1, b"body")
    assert read(block, data)[1] == [block + data]
    assert read(block, data, requests=[request(b"other")])[1] == [data]
    assert read(block, b"\0\0")[1] == [block + b"\0\0"]
    broken = frame(1, 4, 1, b"\xff\xff\xff")
    assert read(broken, requests=[request()])[1] == [broken]


def test_bytes_without_the_preface_are_left_over():
    reading = read_http2(b"PRI * HTTP/2.0\r\n", ())
    assert list(reading.list_gaps()) == [(0, 16)]
