"""The root directory of the client's files: the items of the jail's plan, and folders of the host.

A folder of the root directory is filled on its first access.  Most clients never read /proc, and
the home of an environment can have hundreds of files.
"""

from __future__ import annotations

import os
import posixpath
import stat
import uuid
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pyfakefs.fake_file import FakeDirectory, FakeFile
from pyfakefs.fake_filesystem import FakeFilesystem

from lab.factors.filetree import Item
from lab.factors.host_spec import HostSpec
from lab.sandbox.jail.host_facts import HostFacts
from lab.sandbox.jail.plan import DEVICES
from lab.sandbox.twin.files.host_folders import HostDirectory, add_entry
from lab.sandbox.twin.files.populate_fakefs import populate
from lab.sandbox.twin.files.usr_layer import UsrLayer

__all__ = ["RootBuilder", "Trees", "split_by_top_folder"]

Trees = Mapping[str, Callable[[], Mapping[str, Item]]]
"""For each folder of the root directory, by name, what gives its items."""


class EndlessDevice(FakeFile):
    """A device that can be read without end; reading it whole returns 64 KiB."""

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


class RootEntries(dict[str, FakeFile]):
    """The entries of the root directory; ``fill`` makes one on its first access."""

    def __init__(self, names: list[str], fill: Callable[[str], None]) -> None:
        self._unfilled = dict.fromkeys(names)
        self._fill = fill

    def __missing__(self, name: str) -> FakeFile:
        if name not in self._unfilled:
            raise KeyError(name)
        del self._unfilled[name]
        self._fill(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        if name in self._unfilled:
            self.__missing__(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The entry, or the default."""
        return super().__getitem__(name) if name in self else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole().keys())

    def __len__(self) -> int:
        return dict.__len__(self) + len(self._unfilled)

    def keys(self) -> Any:
        """All names."""
        return self._whole().keys()

    def values(self) -> Any:
        """All entries."""
        return self._whole().values()

    def items(self) -> Any:
        """All names and entries."""
        return self._whole().items()

    def _whole(self) -> dict[str, FakeFile]:
        for name in list(self._unfilled):
            name in self  # noqa: B015
        return {name: super(RootEntries, self).__getitem__(name) for name in super().__iter__()}


class RootBuilder:
    """Fills file systems; the folders of the host are looked up once for all of them."""

    def __init__(self) -> None:
        # Of which the host's folders are a part, in whatever system they are shown.
        self._host = FakeFilesystem(path_separator="/")
        self._host_folders: dict[tuple[str, str], HostDirectory] = {}
        self._usr_layer = UsrLayer()

    def fill(
        self, system: FakeFilesystem, host_spec: HostSpec, trees: Trees, host_facts: HostFacts
    ) -> None:
        """Fill an empty file system.

        Args:
            system: The file system.
            host_spec: The simulated host.
            trees: Makes the items of each top-level folder, by name.
            host_facts: What the jail's plan found out about the real host.
        """
        places = {"/usr": "/usr"}
        places |= {
            f"/{name}": f"/{name}"
            for name, target in host_facts.root_entries.items()
            if target is None
        }
        if host_facts.has_alternatives:
            places["/etc/alternatives"] = "/etc/alternatives"
        if host_facts.locales is not None:
            places["/usr/lib/locale"] = host_facts.locales
        places |= {
            each.path: each.source or each.path for each in host_facts.mounts if not each.target
        }
        user = host_spec.user

        def fill_one(name: str) -> None:
            populate(system, trees[name](), host_spec.clock, user.uid, user.gid)
            for path, source in places.items():
                if _top_folder(path) == name:
                    self._add_host_path(system, path, source)
            if name == "usr":
                self._usr_layer.replace(
                    _get_folder(system, "/usr"),
                    dict(host_spec.platform.usr_files),
                    host_spec.clock,
                    user.uid,
                    user.gid,
                )
            if name == "usr" and host_facts.has_os_release:
                release = _get_folder(system, "/etc").entries["os-release"]
                _get_folder(system, "/usr/lib").entries["os-release"] = release
            for path in host_facts.hidden_paths:
                if _top_folder(path) == name:
                    empty = FakeDirectory(posixpath.basename(path), 0o555, filesystem=system)
                    add_entry(_get_folder(system, posixpath.dirname(path)), empty)
            if name == "dev":
                _add_devices(system)
            if name == "proc":
                folder = _get_folder(system, "/proc/sys/kernel/random")
                add_entry(
                    folder, EndlessDevice("uuid", system, lambda _: f"{uuid.uuid4()}\n".encode())
                )

        populate(system, {}, host_spec.clock, user.uid, user.gid)
        system.root._entries = RootEntries(list(trees), fill_one)

    def _add_host_path(self, system: FakeFilesystem, path: str, source: str) -> None:
        folder = _get_folder(system, posixpath.dirname(path))
        if os.path.isfile(source):
            file = HostDirectory("", posixpath.dirname(source), self._host).find_entry(
                posixpath.basename(source)
            )
            if file is not None:
                folder.entries[str(file.name)] = file
            return
        shown = self._host_folders.get((path, source))
        if shown is None:
            name = posixpath.basename(path)
            shown = self._host_folders[path, source] = HostDirectory(name, source, self._host)
        add_entry(folder, shown)


def split_by_top_folder(tree: Mapping[str, Item]) -> dict[str, dict[str, Item]]:
    """A tree's items by the folder of the root directory in which they are."""
    found: dict[str, dict[str, Item]] = defaultdict(dict)
    for path, item in tree.items():
        found[_top_folder(path)][path] = item
    return dict(found)


def _top_folder(path: str) -> str:
    return path.split("/", 2)[1]


def _get_folder(system: FakeFilesystem, path: str) -> FakeDirectory:
    found: Any = system.root
    for name in path.split("/"):
        found = found.entries[name] if name else found
    assert isinstance(found, FakeDirectory)
    return found


def _add_devices(system: FakeFilesystem) -> None:
    folder = _get_folder(system, "/dev")
    for name in DEVICES:
        if name == "null":
            device = system.dev_null
            device.st_mode = stat.S_IFCHR | 0o666
            folder.entries[name] = device
            device.parent_dir = weakref.ref(folder)
        elif name in ("random", "urandom"):
            add_entry(folder, EndlessDevice(name, system, os.urandom))
        elif name in ("zero", "full"):
            add_entry(folder, EndlessDevice(name, system, bytes))
