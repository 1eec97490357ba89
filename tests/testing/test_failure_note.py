from __future__ import annotations

from lab.testing import failure_note


def test_the_last_note_is_the_one_to_tell():
    assert failure_note.last() is None
    failure_note.note("of a large example")
    failure_note.note("of the smallest")
    assert failure_note.last() == "of the smallest"
    failure_note.forget()
    assert failure_note.last() is None
