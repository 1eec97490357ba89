"""A tree of files as a value: the model behind the files of a cell and of the twin.

Paths are as the client sees them: absolute, or relative to its home (``~/``) or its working
directory (``./``), which :meth:`lab.factors.host_spec.HostSpec.settled` replaces.
A tree is written in a cell (:mod:`lab.sandbox.jail.tree_writer`) or inside a test process
(:mod:`lab.sandbox.twin.files.populate_fakefs`); both look the same to a reader.

A cell's user namespace has one user, the client's, who owns all files.  So an ``owner`` other
than None is for the twin only; a cell refuses it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from lab.errors import UsageError

__all__ = ["Directory", "File", "FileTree", "Item", "Link", "to_nanoseconds"]

_PATH = re.compile(r"(?:~|\.)?(?:/[^/\x00]+)+|[~.]")
_UPWARD = re.compile(r"/\.\.?(?:/|\Z)")
_ROOTS = ("", "~", ".")
_LONGEST_NAME, _LONGEST_TARGET = 255, 4095
_MAX_MODIFIED = 2**33
"""In the year 2242: until then all of Linux's file systems keep nanoseconds."""


class File(msgspec.Struct, frozen=True):
    """A regular file.

    ``modified`` is Unix time; None is the time at which the client starts.  ``size`` makes
    the file longer than its content, with zero bytes that use no disk space.  ``owner`` is a user
    id; None is the client's user.
    """

    content: bytes = b""
    mode: int = 0o644
    modified: float | None = None
    size: int | None = None
    owner: int | None = None


class Link(msgspec.Struct, frozen=True):
    """A symbolic link."""

    target: str


class Directory(msgspec.Struct, frozen=True):
    """A directory; ``modified`` and ``owner`` as for a file."""

    mode: int = 0o755
    modified: float | None = None
    owner: int | None = None


Item = File | Link | Directory


class FileTree(msgspec.Struct, frozen=True):
    """Files, links and directories by path, in an order with parents first.

    :meth:`of` makes one of any mapping.  Ordinary parent directories are not listed:
    :meth:`with_parents` adds them.  UsageError, in one line, for a tree that no file
    system can hold, such as one with a file below a file.
    """

    entries: tuple[tuple[str, Item], ...] = ()

    def __post_init__(self) -> None:
        """Check that a file system can hold the tree."""
        items = dict(self.entries)
        if list(items) != sorted(items, key=_sort_key) or len(items) != len(self.entries):
            raise UsageError("a tree's entries come sorted and once each; make it by FileTree.of")
        known = set(_ROOTS)
        for path, item in self.entries:
            _check_item(path, item)
            parent = path.rpartition("/")[0]
            while parent not in known:
                known.add(parent)
                if not isinstance(items.get(parent, _FOLDER), Directory):
                    raise UsageError(f"{path!r} cannot be: {parent!r} is not a directory")
                parent = parent.rpartition("/")[0]

    @classmethod
    def of(cls, items: Mapping[str, Item]) -> FileTree:
        """The tree of these items by path, in any order."""
        return cls(tuple((path, items[path]) for path in sorted(items, key=_sort_key)))

    @property
    def mapping(self) -> Mapping[str, Item]:
        """The entries as a mapping that cannot be changed, in their order."""
        return MappingProxyType(dict(self.entries))

    @property
    def digest(self) -> str:
        """SHA-256 of the tree's canonical JSON form, in hexadecimal."""
        return hashlib.sha256(msgspec.json.encode(self.entries)).hexdigest()

    def move_below(self, prefix: str) -> FileTree:
        """The whole tree moved below this path, which replaces ``/``, ``~`` or ``.``.

        Raises:
            UsageError: Two paths would become one.
        """
        top = prefix.rstrip("/")
        moved = {top + path.lstrip("~."): item for path, item in self.entries}
        if len(moved) != len(self.entries):
            raise UsageError(f"two paths of the tree would become one below {prefix!r}")
        return FileTree.of(moved)

    def merge(self, other: FileTree) -> FileTree:
        """Both trees; where both have a path, the other's item.  UsageError if they contradict."""
        return FileTree.of({**self.mapping, **other.mapping})

    def with_parents(self) -> FileTree:
        """With all directories that the entries need: of mode 755, and of the client's user."""
        items = dict(self.entries)
        for path, _ in self.entries:
            parent = path.rpartition("/")[0]
            while parent not in _ROOTS and parent not in items:
                items[parent] = _FOLDER
                parent = parent.rpartition("/")[0]
        return FileTree.of(items)


def to_nanoseconds(moment: float) -> int:
    """A Unix time as file systems keep it; both realisations use this one rounding."""
    seconds = int(moment // 1)
    return seconds * 10**9 + int((moment - seconds) * 1e9)


_FOLDER = Directory()


def _sort_key(path: str) -> list[str]:
    return path.split("/")


def _check_item(path: str, item: Item) -> None:
    """UsageError where no file system could hold this item at this path."""
    if not _PATH.fullmatch(path) or _UPWARD.search(path):
        raise UsageError(
            f"{path!r} is not a path in a tree: begin with /, ~/ or ./, "
            "and write no NUL and no empty, '.' or '..' part"
        )
    _check_name(path, path.rpartition("/")[2], _LONGEST_NAME)
    if path in _ROOTS and not isinstance(item, Directory):
        raise UsageError(f"{path!r} is a directory, and nothing else can be there")
    if isinstance(item, Link):
        if not item.target or "\0" in item.target:
            raise UsageError(f"the link {path!r} needs a target, without NUL")
        _check_name(path, item.target, _LONGEST_TARGET)
        return
    if not 0 <= item.mode <= 0o7777:
        raise UsageError(f"the mode of {path!r} must be between 0 and 0o7777, not {item.mode:#o}")
    if item.modified is not None and not 0 <= item.modified < _MAX_MODIFIED:
        raise UsageError(f"{path!r} must be modified between 1970 and 2242, not at {item.modified}")
    if item.owner is not None and not 0 <= item.owner < 2**32 - 1:
        raise UsageError(f"the owner of {path!r} must be a user id, not {item.owner}")
    if isinstance(item, File) and item.size is not None and item.size < len(item.content):
        raise UsageError(
            f"{path!r} cannot be {item.size} bytes long: its content alone is {len(item.content)}"
        )


def _check_name(path: str, text: str, longest: int) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise UsageError(
            f"{path!r} cannot be written in UTF-8; leave out half characters"
        ) from None
    if size > longest:
        raise UsageError(f"{path!r} cannot be: a name or target is longer than {longest} bytes")
