"""The mounts over a jail's /proc, so that only the processes in it are real.

Theory of operation.  A procfs shows the host's processors, memory and settings to every
process.  So the lab mounts over every entry that is not about processes: a synthetic file where
the host spec determines the content, an empty one where it does not, and one without
permissions where only root could read the kernel's.  The files are written below the jail's
/sys while bubblewrap works, and the jail's process 1 mounts each
(:mod:`lab.sandbox.jail.init`).  bubblewrap would read the whole list of mounts for each one:
0.2 ms, of which mount(2) needs a twentieth.  At last process 1 mounts the synthetic /sys over
/sys, which hides the files.

A client can create a mount namespace of its own, but in it these mounts cannot be removed one
by one, and the kernel mounts no other procfs where one is covered (mount_too_revealing).

Covering every entry also keeps a client of a lab that root runs, which has root's user id on
the host, from writing what root may: ``sys/kernel/core_pattern`` would give it the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from lab.factors.host_spec import Directory, File, Link

__all__ = [
    "STAGE",
    "STAGED_PROC",
    "STAGED_SYS",
    "MountCall",
    "ProcEntry",
    "ProcMounts",
    "plan_proc_mounts",
]

ProcEntry = Literal["folder", "file", "closed"]
"""What an entry of /proc is; ``closed`` is a file that only root can read."""

STAGE = "/sys"
STAGED_PROC = f"{STAGE}/proc"
STAGED_SYS = f"{STAGE}/sys"

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC = 1, 2, 4, 8, 32, 4096, 16384

KEPT_ENTRIES = ("sysvipc",)
"""Entries that belong to the jail's namespaces: they stay as they are, read-only."""
UUID_PATH = "/sys/kernel/random/uuid"
"""A new value at each reading: clients create names of it, so it stays the kernel's."""


class MountCall(msgspec.Struct, frozen=True):
    """One call of mount(2).  In the target, ``{}`` is the id of the client's process."""

    source: str
    target: str
    flags: int = MS_BIND


class ProcMounts(msgspec.Struct, frozen=True):
    """Files to write below :data:`STAGE`, and the mounts that process 1 makes.

    ``before_client`` are made at first, ``after_client`` once the client's process exists.
    """

    items: Mapping[str, File | Link | Directory] = {}
    before_client: tuple[MountCall, ...] = ()
    after_client: tuple[MountCall, ...] = ()


def plan_proc_mounts(
    entries: Mapping[str, ProcEntry],
    proc: Mapping[str, File | Directory],
    sys: Mapping[str, File | Link | Directory],
    groups: tuple[str, str] | None = None,
) -> ProcMounts:
    """Plan mounts over the entries of /proc, and over /sys.

    Args:
        entries: The entries of the kernel's /proc, by name.
        proc: Synthetic files by path within /proc; only those are used for which the kernel
            has an entry.
        sys: Synthetic files by path within /sys.
        groups: Content of the files ``cgroup`` of process 1 and of the client's process.
    """
    known = {path.split("/")[1] for path in proc}
    staged: dict[str, File | Link | Directory] = {STAGED_SYS: Directory()}
    staged |= {STAGED_SYS + path: item for path, item in sys.items()}
    staged |= {
        STAGED_PROC + path: item for path, item in proc.items() if path.split("/")[1] in entries
    }
    before: list[MountCall] = []
    after: list[MountCall] = []
    for name, entry in entries.items():
        target, source = f"/proc/{name}", f"{STAGED_PROC}/{name}"
        if name in KEPT_ENTRIES:
            kept = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
            before += [MountCall(target, target), MountCall("", target, kept)]
            continue
        if name not in known:
            nothing = File(b"", 0 if entry == "closed" else 0o444)
            staged[source] = Directory(0o555) if entry == "folder" else nothing
        before.append(MountCall(source, target, MS_BIND | MS_REC))
    if STAGED_PROC + UUID_PATH in staged:
        before.insert(0, MountCall(f"/proc{UUID_PATH}", STAGED_PROC + UUID_PATH))
    if groups is not None:
        for group, process, mounts in zip(groups, ("1", "{}"), (before, after), strict=True):
            source = f"{STAGED_PROC}/{len(mounts)}"
            staged[source] = File(group.encode(), 0o444)
            mounts.append(MountCall(source, f"/proc/{process}/cgroup"))
    after.append(MountCall(STAGED_SYS, STAGE))
    return ProcMounts(staged, tuple(before), tuple(after))
