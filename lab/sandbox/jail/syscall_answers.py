"""Answers to system calls about the machine, from the facts of the simulated host.

A pure function from a call's number and arguments to an answer.  The lab answers the calls that
no namespace and no file can change: ``uname``, ``sysinfo`` and ``sched_getaffinity`` (from which
every C library and Go count processors).  ``sched_setaffinity`` succeeds and has no effect,
because the processors that it would choose from do not exist.  ``socket`` fails for protocols
that the lab cannot record (:mod:`lab.sandbox.jail.socket_rules`).  Structures and rules are those
of uname(2), sysinfo(2) and sched_setaffinity(2) on 64-bit Linux, which are the same on all
processors that the jail supports.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Mapping, Sequence

import msgspec

from lab.sandbox.jail.files.facts import LOADS, TASKS, UPTIME_S, MachineFacts
from lab.sandbox.jail.socket_rules import judge_socket

__all__ = ["CALL_NUMBERS", "CallNumbers", "SyscallAnswer", "SyscallAnswers", "build_answers"]


class CallNumbers(msgspec.Struct, frozen=True):
    """The numbers of the calls that are answered."""

    uname: int
    sysinfo: int
    sched_setaffinity: int
    sched_getaffinity: int
    socket: int


CALL_NUMBERS: Mapping[str, CallNumbers] = {
    "x86_64": CallNumbers(63, 99, 203, 204, 41),
    "aarch64": CallNumbers(160, 179, 122, 123, 198),
    "riscv64": CallNumbers(160, 179, 122, 123, 198),
}

WORD = 8
"""Bytes of an unsigned long, the unit of processor masks."""


class SyscallAnswer(msgspec.Struct, frozen=True):
    """The result of a call, or the error with which it fails, and the data that it writes.

    Where ``task`` is set, a task of this id must exist, or the call fails with ESRCH.
    ``refused`` names what the client asked for and the lab cannot record.
    """

    value: int = 0
    error: int = 0
    address: int = 0
    data: bytes = b""
    task: int = 0
    refused: str = ""


class SyscallAnswers(msgspec.Struct, frozen=True):
    """The answers to the calls of one jail."""

    calls: CallNumbers
    uname: bytes
    sysinfo: bytes
    processors: bytes

    def answer_call(self, number: int, arguments: Sequence[int]) -> SyscallAnswer | None:
        """Return the answer to a call; None for one that the kernel answers."""
        if number == self.calls.uname:
            return SyscallAnswer(address=arguments[0], data=self.uname)
        if number == self.calls.sysinfo:
            return SyscallAnswer(address=arguments[0], data=self.sysinfo)
        if number == self.calls.sched_setaffinity:
            return SyscallAnswer(task=_to_signed(arguments[0]))
        if number == self.calls.sched_getaffinity:
            task, size, address = _to_signed(arguments[0]), arguments[1] & 0xFFFFFFFF, arguments[2]
            if size < len(self.processors) or size % WORD:
                return SyscallAnswer(error=errno.EINVAL)
            return SyscallAnswer(len(self.processors), 0, address, self.processors, task)
        if number == self.calls.socket:
            found = judge_socket(*(_to_signed(argument) for argument in arguments[:3]))
            return None if found is None else SyscallAnswer(error=found[1], refused=found[0])
        return None


def build_answers(facts: MachineFacts) -> SyscallAnswers:
    """Build the answers that agree with these facts."""
    count = facts.machine.cpus
    words = (count + 8 * WORD - 1) // (8 * WORD)
    return SyscallAnswers(
        calls=CALL_NUMBERS[facts.architecture],
        uname=_encode_uname(facts),
        sysinfo=_encode_sysinfo(facts),
        processors=((1 << count) - 1).to_bytes(words * WORD, "little"),
    )


def _encode_uname(facts: MachineFacts) -> bytes:
    kernel = facts.platform.kernel
    fields = ("Linux", facts.hostname, kernel.release, kernel.version, facts.architecture, "(none)")
    return b"".join(
        field.encode("utf-8", "surrogateescape")[:64].ljust(65, b"\0") for field in fields
    )


def _encode_sysinfo(facts: MachineFacts) -> bytes:
    memory = facts.memory
    loads = (int(load * 65536) for load in LOADS)
    amounts = (memory.total, memory.free, memory.shared, memory.buffers, 0, 0)
    return struct.pack(
        "=q3Q6QHH4xQQI4x",
        UPTIME_S + 1,  # the kernel rounds up
        *loads,
        *(1024 * kib for kib in amounts),
        TASKS,
        0,
        0,
        0,
        1,
    )


def _to_signed(argument: int) -> int:
    """Convert an argument to a C int."""
    return (argument & 0xFFFFFFFF ^ 0x80000000) - 0x80000000
