"""Items that the host's /usr is shown with, as a layer over it.

The host's folders are looked up once for all trials, so what a trial adds is taken out again before
the next one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from pyfakefs.fake_file import FakeDirectory
from pyfakefs.fake_filesystem import FakeFilesystem

from lab.factors.filetree import Directory, Item
from lab.sandbox.twin.files.host_folders import add_entry
from lab.sandbox.twin.files.populate_fakefs import populate, reset

__all__ = ["UsrLayer"]


class UsrLayer:
    """What the current trial added to the folders of the host."""

    def __init__(self) -> None:
        self._added: list[tuple[FakeDirectory, str]] = []
        self._system: FakeFilesystem | None = None
        """Of which the items are a part: an entry refers to it weakly."""

    def replace(
        self, usr: FakeDirectory, items: Mapping[str, Item], at: float | None, uid: int, gid: int
    ) -> None:
        """Take out what the last trial added, and add these items.

        Args:
            usr: The host's /usr.
            items: Items by absolute path below /usr.
            at: Unix time of the time stamps that no item sets; None for the time of the process.
            uid: Owner of the items.
            gid: Group of the items.
        """
        for folder, name in self._added:
            folder.entries.pop(name, None)
        self._added.clear()
        self._system = None
        if not items:
            return
        self._system = FakeFilesystem(path_separator="/")
        reset(self._system)
        populate(self._system, _add_parents(items), at, uid, gid)
        layer = self._system.root.entries["usr"]
        assert isinstance(layer, FakeDirectory)
        self._merge(usr, layer)

    def _merge(self, folder: FakeDirectory, layer: FakeDirectory) -> None:
        for name, entry in layer.entries.items():
            below = folder.entries.get(name)
            if isinstance(below, FakeDirectory) and isinstance(entry, FakeDirectory):
                self._merge(below, entry)
            elif below is None:
                add_entry(folder, entry)
                self._added.append((folder, name))


def _add_parents(items: Mapping[str, Item]) -> dict[str, Item]:
    """The items with the folders that they need, parents first."""
    complete = dict(items)
    for path in items:
        parent = posixpath.dirname(path)
        while parent != "/":
            complete.setdefault(parent, Directory())
            parent = posixpath.dirname(parent)
    return dict(sorted(complete.items(), key=lambda pair: pair[0].split("/")))
