"""Digests over trees of files, which identify the bytes of a client.

A digest covers the path, permission bits and content of every file, in the order of the paths'
bytes, so that the same installation has the same digest on every machine.  A stamp covers
what ``stat`` reports.  It changes whenever a file does and takes milliseconds, so the digest is
computed again only after the stamp has changed.

The folder of a user's own program also holds files of the lab, of version control and of
editors.  Its digest excludes these, so that it changes only when the program does.  The digest
of an installed client excludes nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

__all__ = ["program_digest", "tree_digest", "tree_stamp"]

MAX_FILES = 4_000
MAX_BYTES = 512 * 2**20

EXCLUDED_NAMES = re.compile(
    rb"__pycache__|\.(git|hg|svn|jj)|\.(mypy|pytest|ruff)_cache"
    rb"|\..*\.sw[a-z]|.*~|\.#.*|#.*#|4913|\.DS_Store"
)
"""Files and folders that are not part of a program: compiled copies of its sources, version
control, caches of tools, and temporary files of editors."""


def tree_digest(root: Path) -> str:
    """SHA-256 over all files below ``root`` (or over ``root`` itself, if it is a file)."""
    digest = hashlib.sha256()
    for name, path, status in _walk(root):
        _add(digest, name, path, status)
    return digest.hexdigest()


def tree_stamp(root: Path) -> str:
    """SHA-256 over path, mode, size and modification time of all files below ``root``."""
    digest = hashlib.sha256()
    for name, _, status in _walk(root):
        line = b"%s\0%o\0%d\0%d\n"
        digest.update(line % (name, status.st_mode, status.st_size, status.st_mtime_ns))
    return digest.hexdigest()


def program_digest(root: Path, without: Collection[str] = ()) -> str:
    """SHA-256 over the files of a program in a folder, or over one file.

    Of a very large tree only the names and sizes at its top are covered.  ``without`` are real
    paths of folders to exclude.
    """
    size = 0
    skip = _Skip(without)
    found = []
    for name, path, status in _walk(root, skip):
        found.append((name, path, status))
        size += status.st_size
        if len(found) > MAX_FILES or size > MAX_BYTES:
            return _listing_digest(root, skip)
    digest = hashlib.sha256()
    for name, path, status in found:
        if stat.S_ISREG(status.st_mode) and not os.access(path, os.R_OK):
            # The client runs as the same user of the host and cannot read it either.
            digest.update(b"%s\0%o\0unreadable\n" % (name, stat.S_IMODE(status.st_mode)))
        else:
            _add(digest, name, path, status)
    return digest.hexdigest()


class _Skip:
    """Predicate: is an entry of a program's folder excluded?"""

    def __init__(self, excluded: Collection[str]) -> None:
        self.without = frozenset(excluded)

    def __call__(self, folder: str, name: str) -> bool:
        if EXCLUDED_NAMES.fullmatch(os.fsencode(name)):
            return True
        return bool(self.without) and os.path.join(os.path.realpath(folder), name) in self.without


def _listing_digest(root: Path, skip: _Skip) -> str:
    digest = hashlib.sha256(b"listing\n")
    with os.scandir(root) as entries:
        for entry in sorted(entries, key=lambda entry: os.fsencode(entry.name)):
            if skip(str(root), entry.name):
                continue
            status = entry.stat(follow_symlinks=False)
            size = status.st_size if stat.S_ISREG(status.st_mode) else 0
            digest.update(b"%s\0%o\0%d\n" % (os.fsencode(entry.name), status.st_mode, size))
    return digest.hexdigest()


def _add(digest: hashlib._Hash, name: bytes, path: Path, status: os.stat_result) -> None:
    digest.update(b"%s\0%o\0" % (name, stat.S_IMODE(status.st_mode)))
    if stat.S_ISLNK(status.st_mode):
        digest.update(b"link\0" + os.fsencode(os.readlink(path)))
    elif stat.S_ISREG(status.st_mode):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    digest.update(b"\n")


def _skip_nothing(folder: str, name: str) -> bool:
    return False


def _walk(
    root: Path, skip: Callable[[str, str], bool] = _skip_nothing
) -> Iterator[tuple[bytes, Path, os.stat_result]]:
    """Files and links below ``root`` in a fixed order; folders are followed, links are not."""
    if not root.is_dir():
        yield b"", root, root.stat()
        return
    for folder, folders, names in os.walk(root):
        folders[:] = sorted((n for n in folders if not skip(folder, n)), key=os.fsencode)
        names = [name for name in names if not skip(folder, name)]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in sorted([*names, *links], key=os.fsencode):
            path = Path(folder, name)
            yield os.fsencode(path.relative_to(root)), path, path.lstat()
