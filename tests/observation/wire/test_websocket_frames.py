"""What the frames of a WebSocket say besides their messages."""

from lab.observation.records import WebSocketMessage
from lab.observation.wire.websocket_frames import read_websocket, unmask

KEY = b"\x01\x02\x03\x04"


def frame(first, payload, key=KEY):
    head = bytes([first, 0x80 | len(payload)]) + key
    return head + unmask(payload, key)


def message(data, text=True):
    return WebSocketMessage(0, 0.0, "h", "/", text, data)


def facts(data, *messages):
    found = read_websocket(data, messages)
    return {(fact.part, fact.pointer): fact.value for fact in found.facts}, found


def test_control_frames_have_contents():
    found, reading = facts(
        frame(0x89, b"user") + frame(0x8A, b"pong") + frame(0x88, b"\x0b\xb8host")
    )
    assert found["ping", None] == "user"
    assert found["pong", None] == "pong"
    assert (found["close", "code"], found["close", "reason"]) == ("3000", "host")
    assert found["framing", "masking keys"] == KEY.hex()
    assert not list(reading.list_gaps())


def test_a_closing_frame_without_a_code():
    assert facts(frame(0x88, b""))[0]["close", "code"] == "none"


def test_fragments_around_a_ping_are_one_message():
    data = frame(0x01, b"ab") + frame(0x89, b"") + frame(0x80, b"cde")
    found, reading = facts(data, message(b"abcde"))
    assert found["framing", "fragments"] == "2 3"
    assert found["framing", "kind"] == "text"
    assert reading.count_bytes()["WebSocket message"] == 5


def test_a_payload_that_no_record_holds_is_left_over():
    data = frame(0x82, b"abc") + frame(0x82, b"xyz")
    found, reading = facts(data, message(b"abc", text=False))
    assert list(reading.list_gaps()) == [(len(data) - 3, len(data))]
    assert found["framing", "kind"] == "binary"


def test_compression_unfinished_messages_and_odd_flags():
    found, _ = facts(frame(0xC1, b"\x2a\x00"), message(b"x"))
    assert found["framing", "kind"] == "text, compressed"
    assert found["framing", "deflate blocks"] == "010"
    found, _ = facts(frame(0x01, b"ab"), message(b"ab"))
    assert found["framing", "fragments"] == "whole, unfinished"
    found, _ = facts(frame(0x99, b"p"))
    assert found["framing", "ping flags"] == "9"


def test_an_unknown_kind_is_a_frame_and_half_a_frame_is_left_over():
    found, reading = facts(frame(0x83, b"secret") + b"\x81")
    assert found["frame", "opcode 3, flags 8"] == "secret"
    assert [end - start for start, end in reading.list_gaps()] == [1]


def test_a_length_in_the_long_form():
    data = b"\x89\xfe\x00\x02" + KEY + unmask(b"hi", KEY)
    assert facts(data)[0]["framing", "length"] == "long form in opcode 9"
