"""What a test just found, in full, for its report.

``assert`` shows one short line of a value that is false.  The whole story is left here when
the truth of such a value is asked for and is no, and the pytest plugin puts the last one into
the report of the test, if it failed.  Hypothesis ends with the smallest example, so the last
note is about the minimal pair.

The plugin calls :func:`forget` before a test and :func:`last` after it has failed.
"""

from __future__ import annotations

__all__ = ["forget", "last", "note"]

_notes: list[str] = []
"""At most one: the last."""


def note(text: str) -> None:
    """Leave this for the report of the test that is running, in the place of any before."""
    _notes[:] = [text]


def last() -> str | None:
    """What was noted last since :func:`forget`; None for nothing."""
    return _notes[0] if _notes else None


def forget() -> None:
    """Begin a test: what was noted before is about another one."""
    _notes.clear()
