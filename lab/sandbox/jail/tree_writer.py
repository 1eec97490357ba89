"""Writing a planned tree below an open directory, and never outside it.

Levels decide which symbolic links exist, and a file may be planned below one of them.  So the
kernel never gets a whole path: each directory is opened by name within its parent, and links
are not followed.  :mod:`lab.sandbox.twin.files.populate_fakefs` makes the same tree inside a
test process.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from lab.errors import UsageError
from lab.factors.filetree import Directory, File, Item, Link, to_nanoseconds

__all__ = ["overwrite_file", "shift_timestamps", "write_tree"]

DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_tree(
    tree: int, items: Mapping[str, Item], at: float | None, owner: int | None = None
) -> None:
    """Create files, directories and links below an open directory.

    Args:
        tree: Descriptor of the directory.
        items: Items by absolute path, parents before children.
        at: Unix time of modification where an item has none; None keeps the host's.
        owner: User id of the client.  In a cell all files belong to it.

    Raises:
        UsageError: Two items contradict each other, e.g. a file below a link, or an item has
            another owner.
    """
    open_now: list[tuple[str, int, Directory | None]] = [("", os.dup(tree), None)]
    try:
        for path, item in items.items():
            parent, _, name = path.rpartition("/")
            while len(open_now) > 1 and open_now[-1][0] != parent:
                _close_directory(open_now, at)
            if open_now[-1][0] != parent:
                raise UsageError(f"{path} cannot be created: {parent} is not a directory")
            folder = open_now[-1][1]
            if not isinstance(item, Link) and item.owner not in (None, owner):
                raise UsageError(
                    f"{path} cannot belong to user {item.owner}: all files in a cell are the "
                    "client's own; leave out the owner"
                )
            try:
                if isinstance(item, Directory):
                    open_now.append((path, _make_directory(folder, name), item))
                elif isinstance(item, Link):
                    _make_link(folder, name, item, at)
                else:
                    _write_file(folder, name, item, at)
            except OSError as failure:
                raise UsageError(f"{path} cannot be created: {failure.strerror}") from failure
    finally:
        while open_now:
            _close_directory(open_now, at)


def overwrite_file(tree: int, path: str, file: File, at: float | None) -> None:
    """Replace the content of a file that was written before; directories keep their times.

    Args:
        tree: Descriptor of the directory that holds all items.
        path: Absolute path of the file, below ``tree``.
        file: The new content.
        at: Unix time of modification where the file has none.
    """
    *parents, name = path.strip("/").split("/")
    folder = os.dup(tree)
    try:
        for parent in parents:
            inner = os.open(parent, DIRECTORY_FLAGS, dir_fd=folder)
            os.close(folder)
            folder = inner
        flags = os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        _write_content(os.open(name, flags, dir_fd=folder), file, at)
    finally:
        os.close(folder)


def shift_timestamps(tree: int, since: float, until: float, shift: float) -> None:
    """Shift the modification times of files that a run changed.

    The kernel stamps files with the host's date, whatever the jail's clock reports.

    Args:
        tree: Descriptor of the directory that holds all items.
        since: Unix time at which the run began.
        until: Unix time at which it ended.
        shift: Seconds to add.
    """
    moved = to_nanoseconds(abs(shift)) * (1 if shift > 0 else -1)
    between = range(to_nanoseconds(since), to_nanoseconds(until) + 1)
    for _, folders, files, descriptor in os.fwalk(".", dir_fd=tree):
        for name in (*folders, *files):
            status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if status.st_mtime_ns in between:
                times = (status.st_atime_ns, status.st_mtime_ns + moved)
                os.utime(name, ns=times, dir_fd=descriptor, follow_symlinks=False)


def _close_directory(open_now: list[tuple[str, int, Directory | None]], at: float | None) -> None:
    """Close the innermost directory, after setting its mode and time.

    They come last, because the mode may forbid writing, and each new entry changes the time.
    """
    _, descriptor, item = open_now.pop()
    if item is not None:
        os.fchmod(descriptor, item.mode)
    _set_times(descriptor, at if item is None or item.modified is None else item.modified)
    os.close(descriptor)


def _set_times(descriptor: int, moment: float | None) -> None:
    if moment is not None:
        os.utime(descriptor, ns=(to_nanoseconds(moment), to_nanoseconds(moment)))


def _make_directory(folder: int, name: str) -> int:
    os.mkdir(name, 0o700, dir_fd=folder)
    return os.open(name, DIRECTORY_FLAGS, dir_fd=folder)


def _make_link(folder: int, name: str, item: Link, at: float | None) -> None:
    os.symlink(item.target, name, dir_fd=folder)
    if at is not None:
        times = (to_nanoseconds(at), to_nanoseconds(at))
        os.utime(name, ns=times, dir_fd=folder, follow_symlinks=False)


def _write_file(folder: int, name: str, item: File, at: float | None) -> None:
    _write_content(os.open(name, FILE_FLAGS, 0o600, dir_fd=folder), item, at)


def _write_content(descriptor: int, item: File, at: float | None) -> None:
    try:
        left = memoryview(item.content)
        while left:
            left = left[os.write(descriptor, left) :]
        if item.size is not None and item.size > len(item.content):
            os.ftruncate(descriptor, item.size)
        os.fchmod(descriptor, item.mode)
        _set_times(descriptor, at if item.modified is None else item.modified)
    finally:
        os.close(descriptor)
