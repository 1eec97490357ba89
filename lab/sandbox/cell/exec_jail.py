"""What a forked child of the holder does before it becomes bubblewrap.

It sets file descriptors, signals, resource limits and the uptime, so that the client finds
those of an ordinary machine and not those of the lab's process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import signal
import time

from lab.sandbox.cell.libc import check_result, libc

__all__ = ["PERL", "exec_jail"]

PERL = "/usr/bin/perl"
"""Runs the jail's process 1 (:mod:`lab.sandbox.jail.init`)."""

CLONE_NEWTIME = 0x80
SIGNALS = 7_500
LOCKED_BYTES = 8 << 20
STACK_BYTES = 8 << 20
UNLIMITED = (
    resource.RLIMIT_AS,
    resource.RLIMIT_CPU,
    resource.RLIMIT_DATA,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_RSS,
    resource.RLIMIT_RTTIME,
)
"""Resources that an ordinary machine does not limit."""


def exec_jail(bwrap: str, descriptors: list[int], processes: int, files: int, uptime: int) -> None:
    """Set up this process and replace it by bubblewrap.

    Args:
        bwrap: Path of bubblewrap.
        descriptors: Standard input, output and error, the status socket, and the files with
            process 1's instructions, bubblewrap's arguments, process 1's program and the
            seccomp filter.  They become descriptors 0 to 7.
        processes: Limit of processes and threads of this user.
        files: Hard limit of open files.
        uptime: Seconds since the simulated machine was started.

    Raises:
        OSError: A step fails; on success the function does not return.
    """
    high = [duplicate_above(each, 32) for each in descriptors]
    for number, each in enumerate(high):
        os.dup2(each, number)
    os.closerange(len(high), 64)
    os.umask(0o022)
    # A signal that a shell or nohup had this process ignore would be ignored by every program
    # that it starts.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    for each in UNLIMITED:
        set_limit(each, resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    set_limit(resource.RLIMIT_STACK, STACK_BYTES, resource.RLIM_INFINITY)
    set_limit(resource.RLIMIT_CORE, 0, 0)
    set_limit(resource.RLIMIT_NPROC, processes, processes)
    set_limit(resource.RLIMIT_NOFILE, 1024, files)
    # The kernel's defaults for these reveal how much memory the host has.
    set_limit(resource.RLIMIT_SIGPENDING, SIGNALS, SIGNALS)
    set_limit(resource.RLIMIT_MEMLOCK, LOCKED_BYTES, LOCKED_BYTES)
    set_uptime(uptime)
    os.execve(bwrap, ["bwrap", "--args", "5", "--", PERL, "/dev/fd/6"], {})


def set_uptime(uptime: int) -> None:
    """Give all later child processes clocks by which the machine started ``uptime`` s ago.

    Before Linux 5.6 there are no time namespaces, and children keep the host's uptime.
    """
    offsets = ""
    for name, clock in (("monotonic", time.CLOCK_MONOTONIC), ("boottime", time.CLOCK_BOOTTIME)):
        nanoseconds = uptime * 10**9 - time.clock_gettime_ns(clock)
        offsets += f"{name} {nanoseconds // 10**9} {nanoseconds % 10**9}\n"
    with contextlib.suppress(OSError):
        check_result(libc.unshare(CLONE_NEWTIME), "unshare the time")
        with open("/proc/self/timens_offsets", "w") as file:
            file.write(offsets)


def set_limit(what: int, soft: int, hard: int) -> None:
    """Set a resource limit, lowered to what this process may set.

    Args:
        what: One of the ``RLIMIT_`` constants.
        soft: Limit that applies.
        hard: Limit to which a process may raise it.
    """
    _, allowed = resource.getrlimit(what)
    hard = min_limit(hard, allowed)
    resource.setrlimit(what, (min_limit(soft, hard), hard))


def min_limit(one: int, other: int) -> int:
    """Return the lower of two limits, either of which may be ``RLIM_INFINITY``."""
    finite = [each for each in (one, other) if each != resource.RLIM_INFINITY]
    return min(finite, default=resource.RLIM_INFINITY)


def duplicate_above(descriptor: int, least: int) -> int:
    """Duplicate a descriptor to a number of at least ``least``."""
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, least)
