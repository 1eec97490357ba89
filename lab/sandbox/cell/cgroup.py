"""A hard bound on a cell's processes, where the kernel's own limit does not bind.

``RLIMIT_NPROC`` holds an ordinary user's client, but not root's: there a fork bomb could take
all process numbers of the machine before the watch ends it, and other cells would fail.  So
a cell that root opens runs in a control group of its own.  Where control groups cannot be
written (inside most containers) there is none, and the watch alone has to do.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

__all__ = ["ControlGroup", "create_control_group"]

_VERSION_1 = Path("/sys/fs/cgroup/pids")
_VERSION_2 = Path("/sys/fs/cgroup")
_PREFIX = "fingerprint-lab-"
_REMOVAL_TIMEOUT_S = 2.0
_STALE_AFTER_S = 60.0


class ControlGroup:
    """A control group that holds one cell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def procs_file(self) -> Path:
        """The file to which a process writes its number to join."""
        return self.folder / "cgroup.procs"

    def remove(self) -> None:
        """Remove the group once its last process has gone; it does no harm if it stays."""
        end = time.monotonic() + _REMOVAL_TIMEOUT_S
        while time.monotonic() < end:
            try:
                self.folder.rmdir()
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.01)
            else:
                return


def create_control_group(processes: int) -> ControlGroup | None:
    """A new group of at most so many processes and threads, or None where there can be none."""
    parent = _find_parent()
    if parent is None:
        return None
    _remove_stale_groups(parent)
    group = ControlGroup(parent / f"{_PREFIX}{uuid4().hex[:12]}")
    try:
        group.folder.mkdir()
        (group.folder / "pids.max").write_text(str(processes))
    except OSError:
        group.remove()
        return None
    return group


def _find_parent() -> Path | None:
    if os.access(_VERSION_1 / "cgroup.procs", os.W_OK):
        return _VERSION_1
    try:
        offered = (_VERSION_2 / "cgroup.subtree_control").read_text().split()
        if "pids" not in offered:
            (_VERSION_2 / "cgroup.subtree_control").write_text("+pids")
    except OSError:
        return None
    return _VERSION_2


def _remove_stale_groups(parent: Path) -> None:
    """Remove what a lab that was killed left behind.

    A group in use cannot be removed.  One that is empty and young may be another lab's, made
    a moment ago and about to be joined, so only old ones are taken for left behind.
    """
    youngest = time.time() - _STALE_AFTER_S
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < youngest:
                folder.rmdir()
