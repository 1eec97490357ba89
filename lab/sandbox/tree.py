"""Writing a planned tree below an open directory, and never outside it.

Levels decide which symbolic links exist, and a file may be asked for below one of them.
So no path is ever handed to the kernel whole: each directory is opened by name within its
parent, and links are not followed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from lab.errors import UsageError
from lab.factors.surroundings import Directory, File, Link

__all__ = ["plant"]

DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def plant(tree: int, items: Mapping[str, File | Link | Directory], at: float | None) -> None:
    """Create the items (absolute paths, parents first) below the open directory ``tree``.

    ``at`` is the Unix time that their time stamps say; None leaves that of the host.
    UsageError where two items contradict each other, e.g. a file below a link.
    """
    open_now: list[tuple[str, int, int]] = [("", os.dup(tree), -1)]
    try:
        for path, item in items.items():
            parent, _, name = path.rpartition("/")
            while len(open_now) > 1 and open_now[-1][0] != parent:
                _leave(open_now, at)
            if open_now[-1][0] != parent:
                raise UsageError(f"{path} cannot be created: {parent} is not a directory")
            folder = open_now[-1][1]
            try:
                if isinstance(item, Directory):
                    open_now.append((path, _directory(folder, name), item.mode))
                elif isinstance(item, Link):
                    _link(folder, name, item, at)
                else:
                    _write(folder, name, item, at)
            except OSError as failure:
                raise UsageError(f"{path} cannot be created: {failure.strerror}") from failure
    finally:
        while open_now:
            _leave(open_now, at)


def _leave(open_now: list[tuple[str, int, int]], at: float | None) -> None:
    """Close the innermost directory; its mode is set last, for it may forbid writing."""
    _, descriptor, mode = open_now.pop()
    if mode >= 0:
        os.fchmod(descriptor, mode)
    if at is not None:
        os.utime(descriptor, (at, at))
    os.close(descriptor)


def _directory(folder: int, name: str) -> int:
    os.mkdir(name, 0o700, dir_fd=folder)
    return os.open(name, DIRECTORY_FLAGS, dir_fd=folder)


def _link(folder: int, name: str, item: Link, at: float | None) -> None:
    os.symlink(item.target, name, dir_fd=folder)
    if at is not None:
        os.utime(name, (at, at), dir_fd=folder, follow_symlinks=False)


def _write(folder: int, name: str, item: File, at: float | None) -> None:
    descriptor = os.open(name, FILE_FLAGS, 0o600, dir_fd=folder)
    try:
        left = memoryview(item.content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fchmod(descriptor, item.mode)
        if at is not None:
            os.utime(descriptor, (at, at))
    finally:
        os.close(descriptor)
