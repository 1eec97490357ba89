"""The tree of the client's files: what the jail's plan says, on the host's own folders."""

from __future__ import annotations

import os
import posixpath
import stat
import uuid
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from pyfakefs.fake_file import FakeDirectory, FakeFile
from pyfakefs.fake_filesystem import FakeFilesystem

from lab.factors.surroundings import Surroundings
from lab.sandbox.facts import Facts
from lab.sandbox.fakefs import populate, reset
from lab.sandbox.jail import DEVICES, Ground
from lab.sandbox.twin.kernel import KernelFiles
from lab.sandbox.twin.shown import ShownDirectory, show

__all__ = ["Tree"]

MACHINES = 16
"""So many stay made: an audit has few, and each has a hundred and more files."""


class Endless(FakeFile):
    """A device that can be read without end; a read of everything gets the first 64 KiB."""

    def __init__(self, name: str, filesystem: FakeFilesystem, draw: Callable[[int], bytes]) -> None:
        super().__init__(name, stat.S_IFCHR | 0o666, "", filesystem)
        self._draw = draw

    @property
    def byte_contents(self) -> bytes:
        """Bytes as the device gives them."""
        return self._draw(1 << 16)

    def set_initial_contents(self, contents: Any) -> bool:
        """Nothing is kept."""
        return False


class Tree:
    """Fills file systems; the host's folders are looked up once for all of them."""

    def __init__(self) -> None:
        # Of which the host's folders are a part, in whatever system they are shown.
        self._host = FakeFilesystem()
        self._shown: dict[tuple[str, str], ShownDirectory] = {}
        self._machines: OrderedDict[Facts, FakeFilesystem] = OrderedDict()

    def fill(
        self,
        system: FakeFilesystem,
        surroundings: Surroundings,
        files: KernelFiles,
        ground: Ground,
    ) -> None:
        """Fill an empty system."""
        user = surroundings.user
        populate(system, files.others, surroundings.clock, user.uid, user.gid)
        machine = self._machine(files, surroundings)
        proc = self._folder(system, "/proc")
        proc.entries.update(self._folder(machine, "/proc").entries)
        show(system.root, self._folder(machine, "/sys"))
        places = {"/usr": "/usr"}
        places |= {f"/{name}": f"/{name}" for name, target in ground.top.items() if target is None}
        if ground.alternatives:
            places["/etc/alternatives"] = "/etc/alternatives"
        if ground.locales is not None:
            places["/usr/lib/locale"] = ground.locales
        places |= {each.path: each.source or each.path for each in ground.shown if not each.target}
        for path, source in places.items():
            self._show(system, path, source)
        if ground.os_release:
            self._folder(system, "/usr/lib").entries["os-release"] = self._folder(
                system, "/etc"
            ).entries["os-release"]
        for path in ground.covered:
            empty = FakeDirectory(posixpath.basename(path), 0o555, filesystem=system)
            show(self._folder(system, posixpath.dirname(path)), empty)
        self._add_devices(system)

    def _machine(self, files: KernelFiles, surroundings: Surroundings) -> FakeFilesystem:
        """A system that has the machine's files; nobody can change them, so it is kept."""
        found = self._machines.get(files.facts)
        if found is None:
            found = self._machines[files.facts] = FakeFilesystem()
            reset(found)
            user = surroundings.user
            populate(found, files.machine, surroundings.clock, user.uid, user.gid)
            folder = self._folder(found, "/proc/sys/kernel/random")
            show(folder, Endless("uuid", found, lambda _: f"{uuid.uuid4()}\n".encode()))
            if len(self._machines) > MACHINES:
                self._machines.popitem(last=False)
        return found

    def _show(self, system: FakeFilesystem, path: str, source: str) -> None:
        if os.path.isfile(source):
            folder = ShownDirectory("", posixpath.dirname(source), self._host)
            file = folder.find(posixpath.basename(source))
            assert file is not None
            self._folder(system, posixpath.dirname(path)).entries[str(file.name)] = file
            return
        shown = self._shown.get((path, source))
        if shown is None:
            name = posixpath.basename(path)
            shown = self._shown[path, source] = ShownDirectory(name, source, self._host)
        show(self._folder(system, posixpath.dirname(path)), shown)

    def _folder(self, system: FakeFilesystem, path: str) -> FakeDirectory:
        found: Any = system.root
        for name in path.split("/"):
            found = found.entries[name] if name else found
        assert isinstance(found, FakeDirectory)
        return found

    def _add_devices(self, system: FakeFilesystem) -> None:
        folder = self._folder(system, "/dev")
        for name in DEVICES:
            if name == "null":
                device = system.dev_null
                device.st_mode = stat.S_IFCHR | 0o666
                folder.entries[name] = device
                device.parent_dir = weakref.ref(folder)
            elif name in ("random", "urandom"):
                show(folder, Endless(name, system, os.urandom))
            elif name in ("zero", "full"):
                show(folder, Endless(name, system, bytes))
