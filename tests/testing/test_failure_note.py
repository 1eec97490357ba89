from __future__ import annotations

from lab.testing import failure_note


def test_the_last_note_is_the_one_to_report():
    assert failure_note.get_note() is None
    failure_note.record_note("of a large example")
    failure_note.record_note("of the smallest")
    assert failure_note.get_note() == "of the smallest"
    failure_note.begin_test()
    assert failure_note.get_note() is None
