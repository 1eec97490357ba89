"""What a jail uses at a moment, and whether that exceeds a limit.

Measuring from outside works everywhere, also where an ordinary user cannot write control
groups.  Between two measurements the kernel's own limits hold (processes by user, size of the
tree).
"""

from __future__ import annotations

import os

import msgspec

from lab.observation.records import Verdict
from lab.sandbox.jail.jail import Limits

__all__ = ["Usage", "find_exceeded_limit", "measure_usage"]

PAGE = os.sysconf("SC_PAGE_SIZE")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
HOLDER_PID = "1"
OWN_PROCESSES = 2
"""Processes of the lab except the holder: bubblewrap, and the jail's process 1."""
MIN_FREE_BYTES = 16 * 4096
MIN_FREE_FILES = 16


class Usage(msgspec.Struct, frozen=True):
    """One measurement of what a jail uses."""

    threads: int
    """Threads of all processes."""
    memory_bytes: int
    """Resident, without what processes share."""
    cpu_s: float
    """CPU time of living processes, and of children that they waited for."""
    free_bytes: int
    free_files: int


def measure_usage(processes: int, tree: int) -> Usage:
    """Measure usage; ``processes`` is the cell's open /proc, ``tree`` the open tree."""
    threads = pages = ticks = 0
    for name in os.listdir(processes):
        if name.isdigit() and name != HOLDER_PID:
            try:
                stat = _read(processes, f"{name}/stat")
                _, resident, shared, *_ = _read(processes, f"{name}/statm").split()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended between listing and reading
            # Fields after the name, which may itself hold spaces and brackets; see proc(5).
            fields = stat.rpartition(b")")[2].split()
            ticks += sum(map(int, fields[11:15]))
            threads += int(fields[17])
            pages += int(resident) - int(shared)
    space = os.statvfs(tree)
    free = space.f_bfree * space.f_bsize
    return Usage(threads, pages * PAGE, ticks * TICK_S, free, space.f_ffree)


def find_exceeded_limit(usage: Usage, limits: Limits) -> tuple[Verdict, str] | None:
    """Return the verdict and detail of the first exceeded limit, or None."""
    if usage.threads - OWN_PROCESSES > limits.processes:
        return "too many processes", f"more than {limits.processes} processes and threads at once"
    if usage.memory_bytes > limits.memory_bytes:
        return "too much memory", f"more than {limits.memory_bytes} bytes resident at once"
    if usage.free_bytes < MIN_FREE_BYTES or usage.free_files < MIN_FREE_FILES:
        return "too much disk", f"all of {limits.disk_bytes} bytes of disk in use"
    return None


def _read(folder: int, path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
