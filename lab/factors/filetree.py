"""A tree of files as a value: the one model behind a cell's files and the twin's.

Paths are as the client sees them.  What a tree holds can be made real in a cell
(:mod:`lab.sandbox.tree`) and inside a test process (pyfakefs); both look the same to a reader.
"""

from __future__ import annotations

import msgspec

__all__ = ["Directory", "File", "Link"]


class File(msgspec.Struct, frozen=True):
    """A regular file.

    ``modified`` is Unix time; None is the time at which the client starts.  ``size`` makes
    the file longer than its content, with zero bytes that take no room.
    """

    content: bytes = b""
    mode: int = 0o644
    modified: float | None = None
    size: int | None = None


class Link(msgspec.Struct, frozen=True):
    """A symbolic link."""

    target: str


class Directory(msgspec.Struct, frozen=True):
    """A directory; ``modified`` as for a file."""

    mode: int = 0o755
    modified: float | None = None
