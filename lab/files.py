"""Writing files and folders so that no reader ever sees half of one.

Every function takes a path and writes below its parent.  Data is written under a temporary
name in the same folder and then renamed or linked, which POSIX makes atomic (rename(2),
link(2)).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

__all__ = ["choose_numbered_folder", "create_file", "make_safe_name", "move_folder", "replace_file"]


def replace_file(path: Path, data: bytes) -> None:
    """Write a whole file; a reader finds the old content or the new, never a part.

    The temporary file is removed where the write fails.
    """
    partial = _partial_path(path)
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def create_file(path: Path, data: bytes) -> bool:
    """Write a new file that only its owner can read; return False where one exists already.

    Of several processes that create the same file, one succeeds, and the others leave its
    file as it is.
    """
    partial = _partial_path(path)
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
            return True
        return False
    finally:
        partial.unlink(missing_ok=True)


def move_folder(finished: Path, path: Path) -> None:
    """Rename a finished folder to its final path, unless another process did so before.

    Raises:
        OSError: The folder cannot be renamed, and ``path`` is not a folder.
    """
    finished.chmod(0o755)
    try:
        finished.rename(path)
    except OSError:
        if not path.is_dir():
            raise


def make_safe_name(text: str, *, keep: str = "-_.", max_length: int | None = None) -> str:
    """Make a file name of any text.

    Args:
        text: Any text.
        keep: Punctuation that stays; every other character that is neither a letter nor a
            digit becomes a hyphen.
        max_length: Number of characters after which the name is cut off.

    Returns:
        The name, empty for empty text.
    """
    return "".join(c if c.isalnum() or c in keep else "-" for c in text)[:max_length]


def choose_numbered_folder(
    folder: Path, is_used: Callable[[Path], bool], *, latest: bool = False
) -> Path:
    """Choose among ``folder``, ``folder-2``, ``folder-3`` and so on.

    Args:
        folder: The first candidate.
        is_used: Whether a candidate is taken.
        latest: Whether to return the last used candidate instead of the first unused one.

    Returns:
        The first unused candidate; with ``latest`` the one before it, or ``folder`` where
        none is used.
    """
    number, last, candidate = 1, folder, folder
    while is_used(candidate):
        number, last = number + 1, candidate
        candidate = folder.with_name(f"{folder.name}-{number}")
    return last if latest else candidate


def _partial_path(path: Path) -> Path:
    """The temporary name: one for each process and thread, so that two never share a file."""
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
