"""What covers the jail's /proc, so that only the processes in it are real.

Theory of operation.  A procfs is the kernel's own and shows the host's processors, memory
and settings, whoever looks.  So every entry of it that is not about processes is covered:
by a file that says what the surroundings say, by an empty one where there is nothing to
say, and by one that nobody may read where the kernel would let only root.  The covers are
planted below the jail's /sys, while bubblewrap works, and the jail's process 1 binds each
to its place (:mod:`lab.sandbox.jail.init`), because for a bind of bubblewrap's it reads the whole
list of mounts: 0.2 ms each, of which mount(2) needs a twentieth.  At last it binds what /sys
is to show over /sys, which hides where the covers lie.

A client can make a mount namespace of its own, but in it the covers cannot be taken off
one by one, and the kernel mounts no other procfs where one is covered (mount_too_revealing).

Covering everything also keeps a client of root's lab, which has root's user id outside, from
writing what that user may: ``sys/kernel/core_pattern`` would give it the machine.
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
"""What an entry of /proc is; ``closed`` is a file that not everybody may read."""

STAGE = "/sys"
STAGED_PROC = f"{STAGE}/proc"
STAGED_SYS = f"{STAGE}/sys"

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC = 1, 2, 4, 8, 32, 4096, 16384

KEPT_ENTRIES = ("sysvipc",)
"""Of this namespace only, and shown as it is, read-only."""
UUID_PATH = "/sys/kernel/random/uuid"
"""Another at each reading: with a fixed one, clients would take the same for a name."""


class MountCall(msgspec.Struct, frozen=True):
    """One call of mount(2).  In the target, ``{}`` is the number of the client's process."""

    source: str
    target: str
    flags: int = MS_BIND


class ProcMounts(msgspec.Struct, frozen=True):
    """What to plant below :data:`STAGE`, what process 1 mounts, and what once the client's
    process exists.
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
    """Cover these entries of /proc, and show ``sys`` as /sys.

    ``proc`` and ``sys`` have paths as within the two; of ``proc`` only that is shown for
    which the kernel has an entry.  ``groups`` are what the files ``cgroup`` of process 1 and
    of the client's first process say.
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
        place, cover = f"/proc/{name}", f"{STAGED_PROC}/{name}"
        if name in KEPT_ENTRIES:
            kept = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
            before += [MountCall(place, place), MountCall("", place, kept)]
            continue
        if name not in known:
            nothing = File(b"", 0 if entry == "closed" else 0o444)
            staged[cover] = Directory(0o555) if entry == "folder" else nothing
        before.append(MountCall(cover, place, MS_BIND | MS_REC))
    if STAGED_PROC + UUID_PATH in staged:
        before.insert(0, MountCall(f"/proc{UUID_PATH}", STAGED_PROC + UUID_PATH))
    if groups is not None:
        for group, process, mounts in zip(groups, ("1", "{}"), (before, after), strict=True):
            cover = f"{STAGED_PROC}/{len(mounts)}"
            staged[cover] = File(group.encode(), 0o444)
            mounts.append(MountCall(cover, f"/proc/{process}/cgroup"))
    after.append(MountCall(STAGED_SYS, STAGE))
    return ProcMounts(staged, tuple(before), tuple(after))
