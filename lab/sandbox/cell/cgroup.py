"""A limit of a cell's processes for root, whom the kernel's own limit does not bind.

``RLIMIT_NPROC`` limits an ordinary user's client, but not root's: a fork bomb could take all
process ids of the machine before the watch ends it, and other cells would fail.  So a cell that
root opens runs in a control group of its own.  Where control groups cannot be written (in most
containers) there is none, and the watch alone limits processes.
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
    """The control group of one cell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def procs_file(self) -> Path:
        """The file to which a process writes its id to join."""
        return self.folder / "cgroup.procs"

    def remove(self) -> None:
        """Remove the group when its last process has ended; one that stays does no harm."""
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
    """Create a group that limits processes and threads, or return None where that fails."""
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
    """Remove groups that a killed lab left.

    The kernel refuses to remove a group in use.  A young empty group may be about to be joined
    by another lab's cell, so only old ones are removed.
    """
    youngest = time.time() - _STALE_AFTER_S
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < youngest:
                folder.rmdir()
