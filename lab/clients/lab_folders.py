"""The lab's own folders, which no client can read and no client's digest covers.

They are often inside the folder of the program under test.  A client that reads them learns
that it is tested and what is varied, and gets the key of the lab's certificate authority.  The
lab also writes to them during an audit, which would change the program's digest.

The caller passes the folder in use.  Those of earlier runs are recognised by their content.
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
"""How many folders are searched, outermost first."""


def is_lab_folder(folder: str) -> bool:
    """Whether this folder holds trials, one kept run, or the certificate authority of the lab."""
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
    """Refuse paths in the lab's own folders.

    Raises:
        UsageError: One of ``paths`` is in one of the folders ``own``.
    """
    own = [os.path.realpath(folder) for folder in own]
    for path in paths:
        real = Path(os.path.realpath(path))
        for folder in own:
            if real.is_relative_to(folder):
                raise UsageError(
                    f"{path} is in {folder}, where the lab keeps its own files, which no client "
                    "may see; move one of them, or choose another folder with --home or --out"
                )


def _list_subfolders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except PermissionError:
        return []  # the client runs as the same user of the host, so it cannot read it either
