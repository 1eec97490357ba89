from lab.internet.journal import EventRecorder, RecordingLimits
from lab.observation.records import Datagram


def datagram(at=0.0, data=b""):
    return Datagram(at=at, host=None, address="1.2.3.4", port=1, data=data)


def recorder(**limits):
    return EventRecorder(RecordingLimits(**limits), lambda: 0.0)


def test_events_stand_in_the_order_in_which_they_began():
    kept = recorder()
    first, second = kept.reserve("requests"), kept.reserve("datagrams")
    kept.fill(second, datagram(2.0))
    kept.fill(first, datagram(1.0))
    assert [event.at for event in kept.make_recording().events] == [1.0, 2.0]


def test_what_never_became_complete_is_left_out():
    kept = recorder()
    kept.reserve("requests")
    assert kept.make_recording().events == ()


def test_an_exceeded_count_is_named_and_nothing_more_is_kept():
    kept = recorder(datagrams=2)
    for _ in range(5):
        kept.add("datagrams", datagram())
    recording = kept.make_recording()
    assert len(recording.events) == 2
    assert recording.truncated == ("datagrams",)


def test_one_kind_of_record_does_not_use_up_another():
    kept = recorder(datagrams=0)
    kept.add("datagrams", datagram())
    assert kept.reserve("requests") is not None


def test_bytes_are_cut_at_the_total_of_the_trial():
    kept = recorder(total_bytes=5)
    assert kept.keep(b"abc") == b"abc"
    assert kept.keep(b"defg") == b"de"
    assert kept.keep(b"h") == b""
    assert kept.make_recording().truncated == ("bytes",)


def test_bytes_are_cut_at_a_tighter_room():
    kept = recorder(total_bytes=10)
    assert kept.keep(b"abcdef", 2) == b"ab"
    assert kept.make_recording().truncated == ("bytes",)
    assert kept.keep(b"12345678") == b"12345678"


def test_time_begins_with_the_journal():
    times = iter([10.0, 12.5])
    assert EventRecorder(RecordingLimits(), lambda: next(times)).now() == 2.5


def test_connections_are_numbered_even_where_they_are_not_recorded():
    kept = recorder(connections=0)
    assert [kept.next_connection_number(), kept.next_connection_number()] == [0, 1]


def test_a_limit_from_elsewhere_can_be_noted():
    kept = recorder()
    kept.note_limit("connections")
    assert kept.make_recording().truncated == ("connections",)
