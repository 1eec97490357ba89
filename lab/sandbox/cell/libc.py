"""C functions that Python's standard library does not have: mount(2) and its relatives."""

from __future__ import annotations

import ctypes
import os

__all__ = [
    "MS_BIND",
    "MS_NODEV",
    "MS_NOEXEC",
    "MS_NOSUID",
    "MS_RDONLY",
    "MS_REMOUNT",
    "check_result",
    "libc",
    "mount",
    "unmount",
]

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
"""Flags of mount(2), as <linux/mount.h> numbers them."""
MNT_DETACH = 2

libc = ctypes.CDLL(None, use_errno=True)


def mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    """Mount a file system at a path.

    Args:
        source: Device or folder to mount.
        target: Existing path over which it is mounted.
        kind: Type of the file system, empty for a bind mount.
        flags: Sum of the ``MS_`` constants.
        options: Options of the file system.

    Raises:
        OSError: The kernel refuses.
    """
    result = libc.mount(
        os.fsencode(source), os.fsencode(target), kind.encode(), flags, options.encode()
    )
    check_result(result, f"mount {kind or source} on {target}")


def unmount(target: str) -> None:
    """Detach what is mounted on a path, even where it is in use (umount2(2)).

    Raises:
        OSError: The kernel refuses.
    """
    check_result(libc.umount2(os.fsencode(target), MNT_DETACH), f"unmount {target}")


def check_result(result: int, action: str) -> int:
    """Return the result of a C function.

    Raises:
        OSError: The result is -1; the message begins with ``action``.
    """
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{action}: {os.strerror(number)}")
    return result
