"""What a client printed last: the line that usually says why it failed."""

from __future__ import annotations

from lab.observation.records import Exit

__all__ = ["read_last_line"]

LONGEST = 200
"""Characters of the line that are kept."""


def read_last_line(end: Exit) -> str:
    """The last line of stderr, else of stdout, else the detail of the exit, else that none is."""
    tail = (end.stderr or end.stdout).decode(errors="replace").strip()
    return tail.splitlines()[-1][:LONGEST] if tail else end.detail or "it printed nothing"
