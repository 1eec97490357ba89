from lab.internet.journal import RecordingLimits
from lab.internet.target import Target
from lab.observation.records import Connection
from tests.internet.transcript import Transcript


def test_raw_bytes_do_not_hide_what_was_recognised_around_them():
    transcript = Transcript()
    transcript.context.note_protocol("connect")
    transcript.context.note_protocol("raw")
    assert transcript.event(Connection).protocol == "connect"


def test_a_connection_is_recorded_once():
    transcript = Transcript()
    transcript.context.close()
    transcript.context.record(b"late", 0)
    transcript.context.close()
    assert transcript.event(Connection).sent == b""


def test_a_connection_beyond_the_limit_is_served_and_not_recorded():
    transcript = Transcript(limits=RecordingLimits(connections=0))
    assert transcript.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 404")
    recording = transcript.end()
    assert recording.events == ()
    assert recording.truncated == ("connections",)


def test_places_entered_too_deep_are_noticed():
    context = Transcript().context
    for _ in range(20):
        context.enter(Target(host=None, address="1.2.3.4", port=1))
    assert context.is_too_deep
