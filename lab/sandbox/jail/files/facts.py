"""Facts that a simulated machine reports in several ways: files and system calls agree.

What a level determines (processors, memory, kernel) comes from the host spec.  All else is
chosen by the lab and the same in every trial: a machine that has been up for three days, is
nearly idle, and uses two thirds of its memory, most of it for caches.
"""

from __future__ import annotations

import msgspec

from lab.factors.host_spec import Machine, Network, Platform

__all__ = ["MachineFacts", "MemoryUse"]

UPTIME_S = 281_417
IDLE_SHARE = 0.968
"""Share of all processor time since the machine was started."""
LOADS = (0.21, 0.17, 0.11)
TASKS = 412
"""Processes and threads of the whole machine."""
LAST_PID = 40_962
TICKS_PER_S = 100
"""Unit of processor time in /proc, on every architecture; see proc(5)."""


class MemoryUse(msgspec.Struct, frozen=True):
    """How memory is used, in KiB."""

    total: int
    free: int
    available: int
    buffers: int
    cached: int
    shared: int


class MachineFacts(msgspec.Struct, frozen=True):
    """Facts about a simulated machine.

    ``start_time`` is the Unix time at which the client starts, ``architecture`` is the name of
    the processor in uname(2), and ``cpu_flags`` are the features of the real processor, by
    their names in /proc/cpuinfo: a client that used an instruction that the processor lacks
    would be killed.
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
        """Unix time at which the machine was started."""
        return int(self.start_time) - UPTIME_S

    @property
    def memory(self) -> MemoryUse:
        """How the memory is used."""
        total = self.machine.memory_kib
        return MemoryUse(
            total=total,
            free=total * 33 // 100,
            available=total * 71 // 100,
            buffers=total * 2 // 100,
            cached=total * 36 // 100,
            shared=total // 100,
        )
