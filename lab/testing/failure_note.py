"""The explanation that is added to the report of a failed test.

``assert`` shows one short line of a false value.  A comparison or verdict that evaluates to
False records its full explanation here, and the pytest plugin adds the latest one to the report
of the test if it failed.  Hypothesis ends with the smallest example, so the latest note explains
the minimal pair.

The plugin calls :func:`begin_test` before each test and :func:`get_note` after a failed one.
"""

from __future__ import annotations

from itertools import count

__all__ = ["begin_test", "get_note", "get_test_number", "record_note"]

_notes: list[object] = []
"""The latest note; empty if there is none."""
_numbers = count(1)
_current = [0]


def record_note(story: object) -> None:
    """Record the explanation for the report of the running test; it replaces an earlier one.

    ``str()`` is called only when the report is written.
    """
    _notes[:] = [story]


def get_note() -> str | None:
    """The latest explanation since :func:`begin_test`; None if there is none."""
    return str(_notes[0]) if _notes else None


def begin_test() -> None:
    """Begin a test: discard the note of the test before it."""
    _notes.clear()
    _current[0] = next(_numbers)


def get_test_number() -> int:
    """The number of the running test, counted from 1; 0 before the first :func:`begin_test`."""
    return _current[0]
