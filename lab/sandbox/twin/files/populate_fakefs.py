"""Writing a planned tree into pyfakefs: the same files as in a cell, inside a test process.

:func:`populate` is for pyfakefs what :func:`lab.sandbox.jail.tree_writer.write_tree` is for an open
directory: it takes the same items, in the same order, and refuses what that refuses.  A test shows
that one program reads the same from both.

Speed.  pyfakefs resolves every path anew and checks every parent: 105 microseconds an entry.
Here the parents are known, so the entries are put straight into their directories, as copies
of one file and one directory that pyfakefs itself has just made, with whatever fields its
version gives them: 3 microseconds.  A test compares them with what comes of the long way.

These still differ from a cell: numbers of blocks and of inodes, the time of the last status
change, and the size and link count of directories made later.
"""

from __future__ import annotations

import stat
import weakref
from collections.abc import Mapping
from typing import Any, TypeVar

from pyfakefs.fake_file import FakeDirectory, FakeFile, FakeLargeFileIoException
from pyfakefs.fake_filesystem import FakeFilesystem
from pyfakefs.helpers import FakeStatResult

from lab.errors import UsageError
from lab.factors.filetree import Directory, File, Item, Link, to_nanoseconds

__all__ = ["READABLE_BYTES", "populate", "reset"]

UMASK = 0o022
READABLE_BYTES = 64 << 20
LONGEST_NAME, LONGEST_TARGET = 255, 4095
ESCAPED = "surrogateescape"

Made = TypeVar("Made")


class SparseFile(FakeFile):
    """A file that is longer than what was written: its zero bytes are made when it is read.

    One of more than 64 MiB cannot be read: pyfakefs' own FakeLargeFileIoException says so,
    which is no OSError, so that no client takes it for an answer of the system.
    """

    head: bytes

    @property
    def byte_contents(self) -> bytes:
        """All bytes.

        Raises:
            FakeLargeFileIoException: The file is longer than :data:`READABLE_BYTES`.
        """
        if self._byte_contents is None:
            if self.st_size > READABLE_BYTES:
                raise FakeLargeFileIoException(str(self.name))
            self._byte_contents = self.head[: self.st_size].ljust(self.st_size, b"\0")
        return self._byte_contents

    def is_large_file(self) -> bool:
        """False: a file that cannot be read says so itself."""
        return False


class DirectoryStatus(FakeStatResult):
    """A directory's status as tmpfs counts: links of subdirectories alone, 20 bytes an entry."""

    entries: dict[str, FakeFile]

    @property
    def st_nlink(self) -> int:
        """Two, and one for each directory in it."""
        return 2 + sum(isinstance(each, FakeDirectory) for each in self.entries.values())

    @st_nlink.setter
    def st_nlink(self, value: int) -> None:
        """Nothing: it follows from the entries."""

    @property
    def st_size(self) -> int:
        """Twenty bytes for each entry, also for ``.`` and ``..``."""
        return 20 * (2 + len(self.entries))

    @st_size.setter
    def st_size(self, value: int) -> None:
        """Nothing: it follows from the entries."""

    def copy(self) -> FakeStatResult:
        """As it is now."""
        return _copy(FakeStatResult, self, st_nlink=self.st_nlink, _st_size=self.st_size)


def reset(filesystem: FakeFilesystem) -> None:
    """Empty the file system: not even a folder for temporary files, and an ordinary umask."""
    filesystem.create_temp_dir = False
    filesystem.reset(init_pathlib=False)
    filesystem.umask = UMASK


def populate(
    filesystem: FakeFilesystem, tree: Mapping[str, Item], at: float | None, uid: int, gid: int
) -> None:
    """Create files, directories and links in the file system.

    As whom the process reads them is set elsewhere, by pyfakefs' ``set_uid`` and ``set_gid``.

    Args:
        filesystem: The file system.
        tree: The items by absolute path, parents first.
        at: Unix time of the time stamps that no item sets; None for the time of the process.
        uid: Owner of each item that has no owner of its own.
        gid: Group of each item.

    Raises:
        UsageError: Two items contradict each other, e.g. a file below a link.
    """
    root = filesystem.root
    file = FakeFile("", contents="", filesystem=filesystem)
    folder = FakeDirectory("", filesystem=filesystem)
    status = file.stat_result
    status.st_uid, status.st_gid, status.st_dev, status.st_nlink = uid, gid, root.st_dev, 1
    if at is not None:
        _set_times(status, at)
        status.st_ctime_ns = status.st_mtime_ns
    root.stat_result = _copy(
        DirectoryStatus,
        status,
        st_mode=stat.S_IFDIR | 0o755,
        st_ino=root.st_ino,
        entries=root.entries,
    )
    places = {"": root}
    written = 0
    for path, item in tree.items():
        parent, _, name = path.rpartition("/")
        above = places.get(parent)
        if above is None:
            raise UsageError(f"{path} cannot be created: {parent} is not a directory")
        if name in above.entries:
            raise UsageError(f"{path} cannot be created: it exists")
        _encode_name(path, name, LONGEST_NAME)
        made: FakeFile
        own: FakeStatResult
        if isinstance(item, Directory):
            made = places[path] = _copy(FakeDirectory, folder, _entries={})
            own = _copy(DirectoryStatus, status, entries=places[path].entries)
            mode = stat.S_IFDIR | item.mode
        elif isinstance(item, Link):
            content = _encode_name(path, item.target, LONGEST_TARGET)
            made = _copy(FakeFile, file, _byte_contents=content, encoding="utf-8", errors=ESCAPED)
            own = _copy(FakeStatResult, status, _st_size=len(content))
            mode = stat.S_IFLNK | 0o777
        else:
            made, size = _make_file(file, item)
            own = _copy(FakeStatResult, status, _st_size=size)
            mode = stat.S_IFREG | item.mode
            written += len(item.content)
        filesystem.last_ino += 1
        own.st_mode, own.st_ino = mode, filesystem.last_ino
        if not isinstance(item, Link):
            if item.owner is not None:
                own.st_uid = item.owner
            if item.modified is not None:
                _set_times(own, item.modified)
        # Not by plain assignment, which pyfakefs looks through for names of the status.
        made.__dict__.update(name=name, parent_dir=weakref.ref(above), xattr={}, stat_result=own)
        above.entries[name] = made
    try:
        filesystem.change_disk_usage(written, "/", root.st_dev)
    except OSError as failure:
        raise UsageError(f"the files do not fit: {failure.strerror}") from failure


def _make_file(form: FakeFile, item: File) -> tuple[FakeFile, int]:
    """A regular file, and its length."""
    length = len(item.content)
    if item.size is None or item.size <= length:
        return _copy(FakeFile, form, _byte_contents=item.content), length
    return _copy(SparseFile, form, _byte_contents=None, head=item.content), item.size


def _copy(kind: type[Made], form: object, **changes: Any) -> Made:
    """A new object of this kind with the form's attributes, a few of them changed."""
    made = kind.__new__(kind)
    made.__dict__.update(form.__dict__, **changes)
    return made


def _set_times(status: FakeStatResult, moment: float) -> None:
    status.st_atime_ns = status.st_mtime_ns = to_nanoseconds(moment)


def _encode_name(path: str, text: str, longest: int) -> bytes:
    """A name or a target as the kernel would take it."""
    found = text.encode("utf-8", ESCAPED)
    if not 0 < len(found) <= longest:
        raise UsageError(f"{path} cannot be created: a name or target has 1 to {longest} bytes")
    return found
