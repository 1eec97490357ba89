from __future__ import annotations

from lab.testing import told


def test_the_last_note_is_the_one_to_tell():
    assert told.last() is None
    told.note("of a large example")
    told.note("of the smallest")
    assert told.last() == "of the smallest"
    told.forget()
    assert told.last() is None
