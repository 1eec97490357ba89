"""The system calls that a jail refuses: those that lead around the namespaces, and no others.

Network namespaces do not isolate every kind of socket: on a virtual machine, ``AF_VSOCK``
reaches the hypervisor from any of them.  So a jail has only the address families that are
isolated or purely local; the others fail with the error of a kernel that lacks them.
``io_uring`` could open sockets past this filter and is refused as administrators refuse it
(``kernel.io_uring_disabled``).  The kernel's keyrings are refused because a jail would share
them with the user of the lab.  A program for another instruction set calls by other numbers, so
all its calls are refused.

An ordinary user's client can create user namespaces, as on any machine, and be root in them
without further rights outside.  A client of a lab that root runs has root's user id outside too;
what it could mount there (control groups, another /proc) would give it root's access.  So it is
refused user namespaces, as containers refuse them.  ``clone3``, whose flags a filter cannot
read, fails for it as unknown, and every libc falls back to ``clone``.

The kernel's log reveals the host, and most systems restrict it to root, so ``syslog`` is refused
for all.  So is ``userfaultfd``, as the kernel refuses it to ordinary users: with it, a client
could delay the lab while it answers a system call (:mod:`lab.sandbox.jail.seccomp_notify`).  A
second filter selects the calls that are answered, among them those that open sockets whose traffic
the lab could not record; where no calls are answered, the first refuses these.

Each filter is a program in classic BPF over ``struct seccomp_data``; see seccomp(2).
"""

from __future__ import annotations

import errno
import platform
import socket
import struct

import msgspec

from lab.errors import MachineError
from lab.sandbox.jail.socket_rules import (
    COMMON_PROTOCOLS,
    INTERNET_FAMILIES,
    KIND_MASK,
    STREAM_KINDS,
)
from lab.sandbox.jail.syscall_answers import CALL_NUMBERS

__all__ = ["build_answer_filter", "build_seccomp_filter"]

# machine: (AUDIT_ARCH, socket, clone, unshare, add_key, request_key, keyctl)
SYSCALL_NUMBERS = {
    "x86_64": (0xC000003E, 41, 56, 272, 248, 249, 250),
    "aarch64": (0xC00000B7, 198, 220, 97, 217, 218, 219),
    "riscv64": (0xC00000F3, 198, 220, 97, 217, 218, 219),
}
HOST_SYSCALLS = {
    "x86_64": (103, 298, 321, 323),
    "aarch64": (116, 241, 280, 282),
    "riscv64": (116, 241, 280, 282),
}
"""By processor: syslog, perf_event_open, bpf, userfaultfd."""
IO_URING_SETUP = 425
CLONE3 = 435
CLONE_NEWUSER = 0x10000000
X32 = 0x40000000
"""Set in the number of a call of the x32 ABI, which has numbers of its own."""

FAMILIES = (
    socket.AF_UNIX,
    socket.AF_INET,
    socket.AF_INET6,
    socket.AF_NETLINK,
    socket.AF_ALG,
)

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN, AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
NUMBER_AT, ARCH_AT, ARGUMENT_AT = 0, 4, 16
ALLOW = 0x7FFF0000
RETURN_ERROR = 0x00050000
NOTIFY = 0x7FC00000
"""Ask the process that holds the filter's listener; see seccomp_unotify(2)."""


def build_seccomp_filter(
    machine: str | None = None, *, root: bool = False, answers_sockets: bool = True
) -> bytes:
    """Build the first filter, for bubblewrap's ``--seccomp``.

    Args:
        machine: The processor, as uname(2) names it; by default this machine's.
        root: Whether the client has root's user id on the host.
        answers_sockets: Whether the second filter passes uncommon sockets to the lab, which refuses
            them and takes note; otherwise this one refuses them.

    Raises:
        MachineError: The numbers of system calls on this processor are not known.
    """
    machine = machine or platform.machine()
    if machine not in SYSCALL_NUMBERS:
        raise MachineError(f"the jail's filter does not know the processor {machine} yet")
    arch, open_socket, clone, unshare, *keys = SYSCALL_NUMBERS[machine]
    refused = [(IO_URING_SETUP, errno.EPERM), *((key, errno.ENOSYS) for key in keys)]
    refused += [(number, errno.EPERM) for number in HOST_SYSCALLS[machine]]
    if root:
        refused.append((CLONE3, errno.ENOSYS))
    program = [
        _encode_instruction(LOAD, ARCH_AT),
        _encode_instruction(EQUAL, arch, 1, 0),
        _encode_instruction(RETURN, RETURN_ERROR | errno.ENOSYS),
        _encode_instruction(LOAD, NUMBER_AT),
        _encode_instruction(AT_LEAST, X32, 0, 1),
        _encode_instruction(RETURN, RETURN_ERROR | errno.ENOSYS),
    ]
    for number, error in refused:
        program += [
            _encode_instruction(EQUAL, number, 0, 1),
            _encode_instruction(RETURN, RETURN_ERROR | error),
        ]
    if root:
        program += [
            _encode_instruction(EQUAL, clone, 1, 0),
            _encode_instruction(EQUAL, unshare, 0, 4),
            _encode_instruction(LOAD, ARGUMENT_AT),
            _encode_instruction(ANY_BIT, CLONE_NEWUSER, 0, 1),
            _encode_instruction(RETURN, RETURN_ERROR | errno.EPERM),
            _encode_instruction(RETURN, ALLOW),
        ]
    program += [
        _encode_instruction(EQUAL, open_socket, 1, 0),
        _encode_instruction(RETURN, ALLOW),
        _encode_instruction(LOAD, ARGUMENT_AT),  # the family: an int, hence the lower half
    ]
    checked = () if answers_sockets else INTERNET_FAMILIES
    for family in FAMILIES:
        if family not in checked:
            allow = _encode_instruction(RETURN, ALLOW)
            program += [_encode_instruction(EQUAL, family, 0, 1), allow]
    program += [
        _encode_instruction(EQUAL, family, after, 0)
        for after, family in zip((2, 1), checked, strict=False)
    ]
    program.append(_encode_instruction(RETURN, RETURN_ERROR | errno.EAFNOSUPPORT))
    if checked:
        program.append(_encode_instruction(LOAD, NUMBER_AT))
        refuse = RETURN_ERROR | errno.EPROTONOSUPPORT
        program += _select_uncommon_sockets(open_socket, refuse)
    return b"".join(program)


def build_answer_filter(machine: str | None = None) -> bytes:
    """Build the second filter, which passes calls to the lab; for struct sock_fprog.

    The first filter may still refuse what this one allows, such as all calls of other
    instruction sets.

    Raises:
        MachineError: The numbers of system calls on this processor are not known.
    """
    machine = machine or platform.machine()
    if machine not in CALL_NUMBERS:
        raise MachineError(f"the lab does not know the system calls of {machine} yet")
    calls = CALL_NUMBERS[machine]
    numbers = msgspec.structs.astuple(msgspec.structs.replace(calls, socket=calls.uname))
    program = [
        _encode_instruction(LOAD, ARCH_AT),
        _encode_instruction(EQUAL, SYSCALL_NUMBERS[machine][0], 1, 0),
    ]
    program += [_encode_instruction(RETURN, ALLOW), _encode_instruction(LOAD, NUMBER_AT)]
    for number in numbers:
        program += [_encode_instruction(EQUAL, number, 0, 1), _encode_instruction(RETURN, NOTIFY)]
    program += _select_uncommon_sockets(calls.socket, NOTIFY)
    return b"".join(program)


def _select_uncommon_sockets(open_socket: int, action: int) -> list[bytes]:
    """Take this action for sockets of the internet that are neither TCP nor UDP; allow the rest.

    The number of the call is in the accumulator.
    """
    allow, act = _encode_instruction(RETURN, ALLOW), _encode_instruction(RETURN, action)
    program = [
        _encode_instruction(EQUAL, open_socket, 1, 0),
        allow,
        _encode_instruction(LOAD, ARGUMENT_AT),
        *(
            _encode_instruction(EQUAL, family, after, 0)
            for after, family in ((2, INTERNET_FAMILIES[0]), (1, INTERNET_FAMILIES[1]))
        ),
        allow,
        _encode_instruction(LOAD, ARGUMENT_AT + 8),
        _encode_instruction(AND, KIND_MASK),
        *(
            _encode_instruction(EQUAL, kind, after, 0)
            for after, kind in ((2, STREAM_KINDS[0]), (1, STREAM_KINDS[1]))
        ),
        act,
        _encode_instruction(LOAD, ARGUMENT_AT + 16),
    ]
    for protocol in COMMON_PROTOCOLS:
        program += [_encode_instruction(EQUAL, protocol, 0, 1), allow]
    return [*program, act]


def _encode_instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
