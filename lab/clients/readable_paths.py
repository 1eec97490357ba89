"""Host paths that a program's arguments make readable inside its jail.

The documented rule: the folder of each absolute path among the arguments is readable inside,
read-only, at the same path.  Two kinds of folder are exempt.  The system's (``/usr`` and what
is linked into it) are in every jail already.  Folders that the jail creates itself (``/etc``,
``/tmp``, ``/``) are not replaced by the host's: of these only the named file is readable, and
nothing of ``/etc``, ``/proc``, ``/sys``, ``/dev`` and ``/run``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["find_absolute_paths", "find_readable_folders", "find_relative_paths", "is_system"]

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_UNREADABLE = ("/etc", "/proc", "/sys", "/dev", "/run", "/var/run")
_ONLY_FILES = ("/", "/tmp", "/var", "/var/tmp", "/home")


def is_system(path: str) -> bool:
    """Whether every jail has this path already."""
    return _is_within(path, _SYSTEM)


def find_absolute_paths(words: Iterable[str]) -> tuple[str, ...]:
    """The existing absolute paths among ``words``, also as the value in ``--option=/path``."""
    found: list[str] = []
    for word in words:
        path = word.partition("=")[2] if word.startswith("-") else word
        if path.startswith("/") and "\0" not in path and os.path.exists(path):
            found.append(os.path.normpath(path))
    return tuple(dict.fromkeys(found))


def find_relative_paths(words: Iterable[str]) -> tuple[str, ...]:
    """Words that name an existing relative path, which will not exist inside."""
    return tuple(
        word
        for word in words
        if word and not word.startswith(("/", "-")) and "\0" not in word and os.path.exists(word)
    )


def find_readable_folders(paths: Sequence[str]) -> tuple[str, ...]:
    """The folders (or single files) to show for these absolute paths, outermost only."""
    wanted: list[str] = []
    for path in paths:
        wanted += _readable_for(path)
        real = os.path.realpath(path)
        if real != path:
            wanted += _readable_for(real)
    unique = sorted(set(wanted))
    return tuple(path for path in unique if not _is_within_other(path, unique))


def _readable_for(path: str) -> list[str]:
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    if is_system(path) or _is_within(path, _UNREADABLE):
        return []
    if folder not in _ONLY_FILES:
        return [_install_prefix(folder)] if os.path.basename(folder) == "bin" else [folder]
    return [] if os.path.isdir(path) else [path]


def _install_prefix(folder: str) -> str:
    """The installation of a ``bin`` folder, because its programs need the other folders too."""
    parent = Path(folder).parent
    belongs = (parent / "lib").is_dir() or (parent / "pyvenv.cfg").is_file()
    return str(parent) if belongs and str(parent) not in _ONLY_FILES else folder


def _is_within(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(root + "/") for root in roots)


def _is_within_other(path: str, others: Sequence[str]) -> bool:
    return any(path.startswith(other + "/") for other in others)
