"""What a test just found, in full, for its report.

``assert`` shows one short line of a value that is false.  The whole story is left here when
the truth of such a value is asked for and is no, and the pytest plugin puts the last one into
the report of the test, if it failed.  Hypothesis ends with the smallest example, so the last
note is about the minimal pair.

The plugin calls :func:`forget` before each test and :func:`last` after one has failed.
"""

from __future__ import annotations

from itertools import count

__all__ = ["forget", "last", "note", "number"]

_notes: list[object] = []
"""At most one: the last."""
_numbers = count(1)
_current = [0]


def note(story: object) -> None:
    """Leave this for the report of the test that is running, in the place of any before.

    Its ``str()`` is taken when the story is told, which for most never happens.
    """
    _notes[:] = [story]


def last() -> str | None:
    """What was noted last since :func:`forget`; None for nothing."""
    return str(_notes[0]) if _notes else None


def forget() -> None:
    """Begin a test: what was noted before is about another one."""
    _notes.clear()
    _current[0] = next(_numbers)


def number() -> int:
    """Which test this is, counted from the first :func:`forget`; 0 before it."""
    return _current[0]
