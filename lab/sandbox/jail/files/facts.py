"""Facts that a machine tells in several places: files and system calls must agree on them.

What a level says (processors, memory, kernel) comes from the surroundings.  All else is the
lab's choice and the same in every trial: a machine that is up for three days, has little to
do, and has used two thirds of its memory, most of it for caches.
"""

from __future__ import annotations

import msgspec

from lab.factors.host_spec import Machine, Network, Platform

__all__ = ["MachineFacts", "MemoryUse"]

UPTIME_S = 281_417
IDLE_SHARE = 0.968
"""Of all processor time since the machine was started."""
LOADS = (0.21, 0.17, 0.11)
TASKS = 412
"""Processes and threads of the whole machine."""
LAST_PID = 40_962
TICKS_PER_S = 100
"""In which /proc tells of processor time, on every architecture; see proc(5)."""


class MemoryUse(msgspec.Struct, frozen=True):
    """How memory is used, in KiB."""

    total: int
    free: int
    available: int
    buffers: int
    cached: int
    shared: int


class MachineFacts(msgspec.Struct, frozen=True):
    """What there is to tell.

    ``started`` is the Unix time at which the client starts, ``architecture`` is what
    uname(2) calls the processor, and ``instructions`` are the names, as in /proc/cpuinfo, of
    what it really can, so that no client is told of an instruction that would kill it.
    """

    machine: Machine
    platform: Platform
    network: Network
    hostname: str
    uid: int
    architecture: str
    start_time: float = 0.0
    cpu_flags: frozenset[str] = frozenset()

    @property
    def boot_time(self) -> int:
        """The Unix time at which the machine was started."""
        return int(self.start_time) - UPTIME_S

    @property
    def memory(self) -> MemoryUse:
        """How memory is used."""
        total = self.machine.memory_kib
        return MemoryUse(
            total=total,
            free=total * 33 // 100,
            available=total * 71 // 100,
            buffers=total * 2 // 100,
            cached=total * 36 // 100,
            shared=total // 100,
        )
