"""The client's files: pyfakefs, filled from the jail's own plan.

The replaced functions answer as a jail does: the same tree, the same writable paths, the same
errors elsewhere.  ``pathlib``, ``shutil``, ``tempfile`` and similar modules call the replaced
functions and stay as they are.  The importer uses the real ones.

Each trial has a file system of its own, so a file object that outlives its trial cannot affect
the next one.  pyfakefs keeps a reference to every open file.  Here only the client does, so a
file that is never closed is written when it is collected, as in an ordinary process.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import posixpath
import weakref
from collections.abc import Callable
from functools import cache
from typing import Any

import pyfakefs.helpers
from pyfakefs.fake_file import FakeDirectory
from pyfakefs.fake_filesystem import FakeFilesystem
from pyfakefs.fake_open import FakeFileOpen
from pyfakefs.fake_os import FakeOsModule

from lab.factors.host_spec import HostSpec, User
from lab.sandbox.jail.host_facts import HostFacts
from lab.sandbox.jail.jail import GIBIBYTE
from lab.sandbox.jail.paths import is_within, list_writable_paths
from lab.sandbox.twin.files.descriptors import DESCRIPTOR_RANGE, FIRST_DESCRIPTOR, OpenFileList
from lab.sandbox.twin.files.open import FileIOReplacement, OpenReplacement, real_open
from lab.sandbox.twin.files.populate_fakefs import reset
from lab.sandbox.twin.files.root import RootBuilder, Trees
from lab.sandbox.twin.patching.patches import Patches

__all__ = ["SimulatedFilesystem"]

_READING = (
    "chdir",
    "getcwd",
    "getcwdb",
    "getxattr",
    "listdir",
    "listxattr",
    "lstat",
    "readlink",
    "scandir",
    "stat",
)
_CHANGING = {
    **dict.fromkeys(("chmod", "chown", "lchmod", "mkdir", "mknod", "remove", "rmdir"), (0,)),
    **dict.fromkeys(("removexattr", "setxattr", "truncate", "unlink", "utime"), (0,)),
    **dict.fromkeys(("link", "rename", "replace"), (0, 1)),
    "symlink": (1,),
}
"""Functions, and which of their arguments are paths that are changed."""

_DESCRIPTOR_FUNCTIONS = (
    "close",
    "dup",
    "fchmod",
    "fdatasync",
    "fstat",
    "fsync",
    "ftruncate",
    "lseek",
    "read",
    "write",
)
_CREATING = frozenset(("mkdir", "mknod", "symlink", "link"))
"""These say that a path exists before they say that it cannot be written."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_BLOCK = 4096
_BLOCKS = 2 * GIBIBYTE // _BLOCK
_now = pyfakefs.helpers.now


class _Os(FakeOsModule):
    """pyfakefs' functions, with the trial's umask instead of the process's."""

    filesystem: FakeFilesystem

    def _umask(self) -> int:
        return self.filesystem.umask


class SimulatedFilesystem:
    """The file system of one trial at a time."""

    def __init__(self) -> None:
        self._root_builder = RootBuilder()
        self._system = FakeFilesystem(path_separator="/")
        self._os: Any = _Os(self._system)
        self._writable: tuple[str, ...] = ()
        self._covered: tuple[str, ...] = ()
        """Where in these places something of the host is shown."""

    def begin(
        self,
        host_spec: HostSpec,
        trees: Trees,
        host_facts: HostFacts,
        clock: Callable[[], float],
    ) -> None:
        """Fill the file system for a trial.

        Args:
            host_spec: The simulated host.
            trees: Makes the items of each top-level folder, by name.
            host_facts: What the jail's plan found out about the real host.
            clock: Unix time as the client sees it; it dates new files.
        """
        user = host_spec.user
        pyfakefs.helpers.set_uid(user.uid)
        pyfakefs.helpers.set_gid(user.gid)
        pyfakefs.helpers.now = clock
        system = self._system = self._os.filesystem = FakeFilesystem(path_separator="/")
        reset(system)
        system.open_files = OpenFileList()
        self._root_builder.fill(system, host_spec, trees, host_facts)
        self._writable = _list_writable(user.home, host_spec.directory)
        self._covered = tuple(each.path for each in host_facts.mounts)
        system.cwd = host_spec.directory

    def end(self) -> None:
        """Reset the user ids and the clock of pyfakefs."""
        pyfakefs.helpers.reset_ids()
        pyfakefs.helpers.now = _now

    def read_file(self, path: str) -> bytes | None:
        """The content of a file; None where there is no such file."""
        try:
            found = self._system.resolve(path)
        except OSError:
            return None
        return None if isinstance(found, FakeDirectory) else found.byte_contents

    def patch(self, patches: Patches) -> None:
        """Register the stand-ins."""
        for name in _READING:
            patches.add_function(os, name, getattr(self._os, name))
        for name, places in _CHANGING.items():
            if hasattr(os, name):
                patches.add_function(
                    os, name, self._with_check(name, getattr(self._os, name), places)
                )
        patches.add_function(os, "lchown", self._with_check("lchown", self._lchown, (0,)))
        for name in _DESCRIPTOR_FUNCTIONS:
            if hasattr(FakeOsModule, name):
                patches.add_for_descriptors(os, name, DESCRIPTOR_RANGE, getattr(self._os, name))
        patches.add_for_descriptors(os, "fchdir", DESCRIPTOR_RANGE, self._fchdir)
        for name in ("get_inheritable", "isatty", "set_inheritable"):
            patches.add_for_descriptors(os, name, DESCRIPTOR_RANGE, _do_nothing)
        for name in ("fcntl", "flock", "lockf"):
            patches.add_for_descriptors(fcntl, name, DESCRIPTOR_RANGE, _do_nothing)
        patches.add_function(os, "access", self._access)
        patches.add_function(os, "open", self._os_open)
        patches.add_function(os, "umask", self._umask)
        patches.add_function(os, "statvfs", self._statvfs)
        patches.add_for_descriptors(
            os, "fstatvfs", DESCRIPTOR_RANGE, lambda _: self._statvfs("/tmp")
        )
        for name in ("chroot", "mkfifo"):
            patches.add_function(os, name, _fail_forbidden)
        patches.add_value(io, "open", OpenReplacement(self._open))
        patches.add_function(io, "open_code", lambda path: self._open(path, "rb"))
        patches.add_value(io, "FileIO", FileIOReplacement)

    def _open(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
    ) -> Any:
        how = (mode, buffering, encoding, errors, newline, closefd)
        if isinstance(file, int) and file < FIRST_DESCRIPTOR:
            return real_open(file, *how)
        if not isinstance(file, int) and set(mode) & set("wax+"):
            self._check_writable("open", (file,))
        made: Any = FakeFileOpen(self._system)(file, *how)
        self._system.open_files[made.fileno()][-1] = weakref.proxy(made)
        return made

    def _os_open(
        self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None
    ) -> int:
        whole = self._absolute(path, dir_fd)
        if flags & _WRITING:
            self._check_writable("open", (whole,))
        opener: Any = _Os(self._system)
        if self._system.exists(whole):
            # pyfakefs sets the mode of whatever is opened, also of what is there already.
            opener.chmod = _do_nothing
        number: int = opener.open(path, flags, mode & ~self._system.umask, dir_fd=dir_fd)
        return number

    def _lchown(self, path: Any, uid: int, gid: int) -> None:
        self._os.chown(path, uid, gid, follow_symlinks=False)

    def _umask(self, mask: int) -> int:
        before, self._system.umask = self._system.umask, mask
        return before

    def _access(self, path: Any, mode: int, **named: Any) -> bool:
        found: bool = self._os.access(path, mode, **named)
        return found and not (mode & os.W_OK and self._find_writable(path) is None)

    def _fchdir(self, number: int) -> None:
        self._os.chdir(self._path(number))

    def _statvfs(self, path: Any) -> os.statvfs_result:
        if not self._system.exists(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        free = _BLOCKS - self._system.get_disk_usage("/")[1] // _BLOCK
        flags = os.ST_NOSUID | os.ST_NODEV
        if self._find_writable(path) is None:
            flags |= os.ST_RDONLY
        files = 1 << 20
        return os.statvfs_result(
            (_BLOCK, _BLOCK, _BLOCKS, free, free, files, files, files, flags, 255)
        )

    def _with_check(
        self, name: str, function: Callable[..., Any], places: tuple[int, ...]
    ) -> Callable[..., Any]:
        def call(*words: Any, **named: Any) -> Any:
            paths = words or tuple(named[key] for key in ("path", "src", "dst") if key in named)
            whole = [self._absolute(path, named.get("dir_fd")) for path in paths]
            self._check_writable(
                name, tuple(whole[place] for place in places if place < len(whole))
            )
            return function(*words, **named)

        return call

    def _absolute(self, path: Any, directory: int | None) -> Any:
        if directory is None or isinstance(path, int):
            return path
        return posixpath.join(self._path(directory), os.fsdecode(path))

    def _path(self, number: int) -> str:
        found: Any = self._system.get_open_file(number).get_object()
        return str(found.path)

    def _check_writable(self, name: str, paths: tuple[Any, ...]) -> None:
        """OSError where the jail would not let the client change what is there."""
        if not paths or any(isinstance(path, int) for path in paths):
            return
        exists = [self._system.exists(path, check_link=True) for path in paths]
        if name in _CREATING and exists[-1]:
            return
        if name not in _CREATING and name != "open" and not exists[0]:
            return
        found = [self._find_writable(path) for path in paths]
        if len(set(found)) > 1:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), paths[0], None, paths[1])
        if found[0] is None:
            parent = posixpath.dirname(self._system.absnormpath(os.fsdecode(paths[0])))
            if self._system.exists(parent):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), paths[0])

    def _find_writable(self, path: Any) -> str | None:
        """The writable folder that contains this path, links followed; None if in none."""
        try:
            real = self._system.resolve_path(os.fsdecode(path))
        except OSError:
            return None
        if posixpath.dirname(real) == "/dev" and self._system.exists(real):
            return "/dev"  # each device is for everybody to write
        if any(is_within(real, covered) for covered in self._covered):
            return None
        return next((place for place in self._writable if is_within(real, place)), None)


@cache
def _list_writable(home: str, directory: str) -> tuple[str, ...]:
    """Where this user can write."""
    host_spec = HostSpec(user=User(home=home), directory=directory)
    return (*list_writable_paths(host_spec), "/dev/shm")


def _fail_forbidden(*words: Any, **_: Any) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), *words[:1])


def _do_nothing(*_: Any, **__: Any) -> int:
    return 0
