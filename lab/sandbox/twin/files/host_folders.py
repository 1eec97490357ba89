"""Folders of the host in the client's file system: read-only, and read only when asked for.

A jail shows the host's /usr.  pyfakefs can show real folders too, but reads each directory
whole, which for a time zone three directories down is four hundred files.  Here an entry is
looked up when somebody asks for that name.  What was found is kept from trial to trial.
"""

from __future__ import annotations

import os
import stat
import weakref
from collections.abc import Iterator
from typing import Any

from pyfakefs import helpers
from pyfakefs.fake_file import FakeDirectory, FakeFile
from pyfakefs.fake_filesystem import FakeFilesystem
from pyfakefs.helpers import FakeStatResult

__all__ = ["HostDirectory", "add_entry"]

OWN_USER, OWN_GROUP = os.geteuid(), os.getegid()
NOBODY = 65534

_open = open
"""Taken before a trial puts another in its place: contents are read in the client's thread."""

_lstat, _readlink, _listdir = os.lstat, os.readlink, os.listdir


class HostStatus(FakeStatResult):
    """The status of what is the host's: in a jail, what is the lab's own is the client's.

    All else is nobody's, because only one user of the host has a number inside.
    """

    @property
    def st_uid(self) -> int:
        """Whose it is."""
        return helpers.get_uid() if self._owner == OWN_USER else NOBODY

    @st_uid.setter
    def st_uid(self, value: int) -> None:
        self._owner = value

    @property
    def st_gid(self) -> int:
        """Whose group's it is."""
        return helpers.get_gid() if self._group == OWN_GROUP else NOBODY

    @st_gid.setter
    def st_gid(self, value: int) -> None:
        self._group = value

    def copy(self) -> FakeStatResult:
        """As it is for this trial's client."""
        made = FakeStatResult(False, self.st_uid, self.st_gid)
        own = {key: value for key, value in vars(self).items() if key not in ("_owner", "_group")}
        vars(made).update(own)
        return made


class HostFile(FakeFile):
    """A regular file of the host."""

    def __init__(self, source: str, filesystem: FakeFilesystem) -> None:
        super().__init__(os.path.basename(source), filesystem=filesystem, contents="")
        self._source = source
        self._read = False

    @property
    def byte_contents(self) -> bytes | None:
        """What is in it."""
        if not self._read:
            with _open(self._source, "rb") as file:
                self._byte_contents = file.read()
            self._read = True
        return self._byte_contents


class HostEntries(dict[str, FakeFile]):
    """The entries of a folder, found by name or, where somebody lists them, all."""

    def __init__(self, folder: HostDirectory) -> None:
        self._folder = weakref.ref(folder)
        self._whole = False

    def __missing__(self, name: str) -> FakeFile:
        folder = self._folder()
        assert folder is not None
        made = folder.find_entry(name)
        if made is None:
            raise KeyError(name)
        self[name] = made
        return made

    def __contains__(self, name: object) -> bool:
        try:
            self[name]  # type: ignore[index]
        except KeyError:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """The entry, or the default."""
        try:
            return self[name]
        except KeyError:
            return default

    def __iter__(self) -> Iterator[str]:
        self._find_all()
        return super().__iter__()

    def __len__(self) -> int:
        self._find_all()
        return super().__len__()

    def keys(self) -> Any:
        """All names."""
        self._find_all()
        return super().keys()

    def values(self) -> Any:
        """All entries."""
        self._find_all()
        return super().values()

    def items(self) -> Any:
        """All names and entries."""
        self._find_all()
        return super().items()

    def _find_all(self) -> None:
        folder = self._folder()
        if not self._whole and folder is not None:
            self._whole = True
            for name in folder.list_names():
                # What the host itself cannot read is left out.
                name in self  # noqa: B015


class HostDirectory(FakeDirectory):
    """A folder of the host."""

    def __init__(self, name: str, source: str, filesystem: FakeFilesystem) -> None:
        super().__init__(name, 0o755, filesystem=filesystem)
        self._source = source
        self._entries = HostEntries(self)
        _copy_status(self, source)

    def list_names(self) -> list[str]:
        """The names of all that is in it."""
        try:
            return _listdir(self._source)
        except OSError:
            return []

    def find_entry(self, name: str) -> FakeFile | None:
        """One entry as pyfakefs knows them; None where there is none of the kinds shown."""
        source = f"{self._source}/{name}"
        try:
            mode = _lstat(source).st_mode
            if stat.S_ISDIR(mode):
                made: FakeFile = HostDirectory(name, source, self.filesystem)
            elif stat.S_ISREG(mode):
                made = _copy_status(HostFile(source, self.filesystem), source)
            elif stat.S_ISLNK(mode):
                target = os.fsencode(_readlink(source))
                made = FakeFile(name, mode, target, self.filesystem)  # type: ignore[type-var]
                _copy_status(made, source)
            else:
                return None
        except (OSError, ValueError):
            return None
        made.parent_dir = weakref.ref(self)
        return made


def add_entry(folder: FakeDirectory, entry: FakeFile) -> None:
    """Put the entry into the folder, replacing one of the same name."""
    folder.entries[str(entry.name)] = entry
    entry.parent_dir = weakref.ref(folder)


def _copy_status(made: FakeFile, source: str) -> FakeFile:
    """Give it the status of the real one."""
    found = _lstat(source)
    status = made.stat_result = HostStatus(False, found.st_uid, found.st_gid)
    status.set_from_stat_result(found)
    status.st_ino, status.st_dev, status.st_nlink = found.st_ino, found.st_dev, found.st_nlink
    return made
