"""What is in no message is found inside TLS and tunnels as well as in the clear."""

import pytest

from lab.observation.features import HostRoles, extract_features
from lab.observation.location import Location
from lab.observation.records import Connection, Exit, Observation
from lab.observation.wire.layer_reader import LayerMessages
from lab.observation.wire.remainder import list_raw_layers, list_texts_beside_messages
from tests.internet.transcript import TlsClient, Transcript
from tests.observation.wire.test_accounting import STREAMS, observe

LINE = b"<14>1 - builder casebot - started"
CONNECT = b"CONNECT logs.example:6514 HTTP/1.1\r\nHost: logs.example:6514\r\n\r\n"
SOCKS = b"\x05\x01\x00\x05\x01\x00\x03\x0clogs.example\x19\x72"
END = Exit(1.0, "finished", 0, None, 0.0, b"", b"")


def in_the_clear(transcript):
    transcript.send(LINE)


def in_tls(transcript):
    client = TlsClient(transcript, "logs.example")
    client.shake_hands()
    client.send(LINE)


def observe_in(begin, speak, port):
    transcript = Transcript(port, host=None if begin else "logs.example")
    for message in begin:
        transcript.send(message)
    speak(transcript)
    return Observation(transcript.end().events, END)


WAYS = [((), 6514), ((CONNECT,), 3128), ((SOCKS[:3], SOCKS[3:]), 1080)]


@pytest.mark.parametrize("speak", [in_the_clear, in_tls])
@pytest.mark.parametrize(("begin", "port"), WAYS)
def test_an_unknown_protocol_is_compared_under_the_host_behind(begin, port, speak):
    seen = observe_in(begin, speak, port)
    place = Location("tcp", "logs.example", path=":6514", part="data")
    assert extract_features(seen, HostRoles())[place] == (LINE.decode(),)
    (connection,) = (event for event in seen.events if isinstance(event, Connection))
    (layer,) = list_raw_layers(connection)
    assert (layer.host, layer.port) == ("logs.example", 6514)
    texts = list(list_texts_beside_messages(connection, LayerMessages(seen)))
    assert texts == [LINE.decode()]


def test_the_texts_of_frames_and_trailers_are_beside_the_messages():
    for name, words in {
        "rich WebSocket": ("are you", "over and out", "yes", "rest"),
        "rich HTTP/2": ("z", "bye now"),
        "chunked": ("7",),
        "malformed": ("GET / HTTP/1.1\r\n bad",),
    }.items():
        seen = observe(*STREAMS[name])
        (connection,) = (event for event in seen.events if isinstance(event, Connection))
        texts = "\n".join(list_texts_beside_messages(connection, LayerMessages(seen)))
        for word in words:
            assert word in texts
