"""The lab's own folders, which no client sees and no client's digest covers.

They lie where the user works, hence often in the folder of the program under test.  There a
client could read from them that it is being tested and what was varied, or take the key of
the lab's certificate authority; and as the lab writes to them while an audit runs, the
program would seem to change.

The folder in use is told by the caller.  Those of earlier runs are known by what they hold.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from lab.errors import UsageError

__all__ = ["find_lab_folders", "is_lab_folder", "refuse_lab_folders"]

_MARKERS = (
    ("trials.sqlite", "blobs"),  # an audit
    ("run.json", "bodies"),  # one run, kept
    ("authority/authority.pem",),  # a home
)
MAX_FOLDERS = 10_000
"""Looked into, outermost first: a program that brings more is not searched to its end."""


def is_lab_folder(folder: str) -> bool:
    """Whether the lab keeps trials, clients or its authority in this folder."""
    return any(
        all(os.path.lexists(os.path.join(folder, name)) for name in mark) for mark in _MARKERS
    )


def find_lab_folders(roots: Iterable[str], home: Path) -> tuple[str, ...]:
    """The lab's own folders: ``home``, and those found at or below ``roots``; real paths."""
    found = {os.path.realpath(home)}
    waiting = deque(os.path.realpath(root) for root in roots if os.path.isdir(root))
    for _ in range(MAX_FOLDERS):
        if not waiting:
            break
        folder = waiting.popleft()
        if folder in found:
            continue
        if is_lab_folder(folder):
            found.add(folder)
            continue
        waiting.extend(_list_subfolders(folder))
    return tuple(sorted(found))


def refuse_lab_folders(paths: Iterable[str], own: Iterable[str]) -> None:
    """UsageError where one of these paths lies in one of the lab's own folders."""
    own = [os.path.realpath(folder) for folder in own]
    for path in paths:
        real = Path(os.path.realpath(path))
        for folder in own:
            if real.is_relative_to(folder):
                raise UsageError(
                    f"{path} lies in {folder}, where the lab keeps its own files, which no client "
                    "may see; move one of them, or choose another folder with --home or --out"
                )


def _list_subfolders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except PermissionError:
        return []  # who may not look into it as the lab's user may not do so inside either
