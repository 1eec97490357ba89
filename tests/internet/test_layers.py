from lab.internet.journal import RecordingLimits
from tests.internet.transcript import Transcript, record


def test_a_silent_server_stays_silent_and_open():
    transcript = Transcript(22)
    assert transcript.send(b"SSH-2.0-OpenSSH_9.2\r\n") == b""
    assert not transcript.layer.done
    transcript.layer.finish()
    assert transcript.layer.done


def test_everything_is_kept_up_to_the_limit_and_counted_beyond():
    recording = record([b"\x00" * 10, b"\x01" * 10], limits=RecordingLimits(connection_bytes=15))
    (connection,) = recording.events
    assert connection.sent == b"\x00" * 10 + b"\x01" * 5
    assert connection.size == 20
    assert recording.truncated == ("bytes",)
