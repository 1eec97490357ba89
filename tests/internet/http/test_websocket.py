import zlib

import pytest
from wsproto.connection import Connection as Frames
from wsproto.connection import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.extensions import PerMessageDeflate

from lab.internet.http.websocket import accept_handshake
from lab.internet.journal import RecordingLimits
from lab.observation.records import Connection, Request, WebSocketMessage
from tests.internet.transcript import Transcript

UPGRADE = (
    b"GET /chat?x HTTP/1.1\r\nHost: ws.example:8080\r\nUpgrade: WebSocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n"
)


def opened(extra=b"", **options):
    transcript = Transcript(8080, **options)
    answer = transcript.send(UPGRADE % extra)
    return transcript, answer


def client(*extensions):
    return Frames(ConnectionType.CLIENT, list(extensions))


def test_the_handshake_of_the_rfc():
    _, answer = opened()
    assert answer.startswith(b"HTTP/1.1 101 ")
    # RFC 6455 section 1.3.
    assert b"sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer


def test_messages_are_recorded_and_not_answered():
    transcript, _ = opened()
    frames = client()
    wire = frames.send(TextMessage(data="häl", message_finished=False))
    wire += frames.send(TextMessage(data="lo")) + frames.send(BytesMessage(data=b"\x00\xff"))
    assert transcript.send(wire) == b""
    text, binary = transcript.events(WebSocketMessage)
    assert (text.text, text.data) == (True, "hällo".encode())
    assert (binary.text, binary.data) == (False, b"\x00\xff")
    assert (text.host, text.target) == ("ws.example", "/chat?x")
    connection = transcript.event(Connection)
    assert connection.protocol == "websocket"
    assert connection.sent == UPGRADE % b"" + wire
    assert transcript.event(Request).status == 101


def test_frames_right_behind_the_handshake_are_read():
    transcript = Transcript(8080)
    transcript.send(UPGRADE % b"" + client().send(TextMessage(data="early")))
    assert transcript.event(WebSocketMessage).data == b"early"


def test_compressed_messages_are_read():
    transcript, answer = opened(b"Sec-WebSocket-Extensions: permessage-deflate\r\n")
    assert b"sec-websocket-extensions: permessage-deflate\r\n" in answer
    deflate = PerMessageDeflate()
    deflate.finalize("permessage-deflate")
    transcript.send(client(deflate).send(TextMessage(data="hello " * 100)))
    assert transcript.event(WebSocketMessage).data == b"hello " * 100


def test_a_bomb_is_cut_at_the_limit():
    transcript, _ = opened(
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n",
        limits=RecordingLimits(connection_bytes=1000, total_bytes=5000),
    )
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    payload = squeezer.compress(bytes(30 << 20)) + squeezer.flush(zlib.Z_SYNC_FLUSH)
    length = len(payload).to_bytes(2)
    transcript.send(b"\xc2\xfe" + length + bytes(4) + payload)
    recording = transcript.end()
    assert len(recording.events[-1].data) == 1000
    assert recording.truncated == ("bytes",)


def test_pings_and_the_goodbye_are_answered():
    transcript, _ = opened()
    frames = client()
    frames.receive_data(transcript.send(frames.send(Ping(payload=b"x"))))
    assert list(frames.events()) == [Pong(payload=b"x")]
    frames.receive_data(transcript.send(frames.send(CloseConnection(code=1000))))
    assert [type(event) for event in frames.events()] == [CloseConnection]
    assert transcript.layer.done


@pytest.mark.parametrize(
    "wire",
    [b"\xff" * 20, b"\x81\x82\0\0\0\0\xff\xff", b"\x81\x01a"],
)
def test_frames_that_break_the_protocol_are_kept(wire):
    transcript, _ = opened()
    transcript.send(wire)
    assert transcript.layer.done
    transcript.send(b"more")
    assert transcript.event(Connection).sent == UPGRADE % b"" + wire + b"more"


def test_a_message_that_was_never_finished_is_recorded_as_far_as_it_came():
    transcript, _ = opened()
    transcript.send(client().send(TextMessage(data="half", message_finished=False)))
    assert transcript.event(WebSocketMessage).data == b"half"


@pytest.mark.parametrize(
    ("offer", "answered"),
    [
        (b"permessage-deflate; client_max_window_bits=x", False),
        (b"permessage-deflate; client_max_window_bits", True),
        (b"permessage-deflate; server_max_window_bits=10", True),
        (b"x-unknown", False),
        (b"", False),
    ],
)
def test_extensions_are_agreed_or_declined(offer, answered):
    extensions, headers = accept_handshake(((b"Sec-WebSocket-Extensions", offer),))
    assert bool(extensions) is answered
    assert (b"sec-websocket-extensions" in dict(headers)) is answered


def test_the_first_subprotocol_is_taken():
    _, headers = accept_handshake(((b"Sec-WebSocket-Protocol", b"v2, v1"),))
    assert dict(headers)[b"sec-websocket-protocol"] == b"v2"
