"""The jail's filter: what no namespace seals is refused, the rest is as ever."""

from __future__ import annotations

import struct

import pytest

from lab.errors import MachineError
from lab.sandbox.jail.seccomp import (
    SYSCALL_NUMBERS,
    build_answer_filter,
    build_seccomp_filter,
)
from lab.sandbox.jail.socket_rules import judge_socket

NOTIFIED = -1


def judge(program: bytes, arch: int, number: int, *arguments: int) -> int:
    """Run the filter, as the kernel would: an error number, 0 where allowed, or NOTIFIED."""
    data = struct.pack("=IIQ6Q", number, arch, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    accumulator = at = 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("=HBBI", program, 8 * at)
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x15:
            at += if_true if accumulator == value else if_false
        elif code == 0x35:
            at += if_true if accumulator >= value else if_false
        elif code == 0x45:
            at += if_true if accumulator & value else if_false
        elif code == 0x54:
            accumulator &= value
        elif value == 0x7FC00000:
            return NOTIFIED
        else:
            return 0 if value == 0x7FFF0000 else value & 0xFFFF


@pytest.mark.parametrize("machine", sorted(SYSCALL_NUMBERS))
def test_what_is_refused_and_what_not(machine):
    program = build_seccomp_filter(machine)
    arch, socket_call, _clone, _unshare, *keys = SYSCALL_NUMBERS[machine]
    assert [judge(program, arch, socket_call, family) for family in (1, 2, 10, 16, 38)] == [0] * 5
    assert [judge(program, arch, socket_call, family) for family in (15, 29, 31, 40)] == [97] * 4
    assert [judge(program, arch, key) for key in keys] == [38] * 3
    assert judge(program, arch, 425) == 1
    assert [judge(program, arch, number) for number in (0, 1, 59, 435)] == [0] * 4
    assert judge(program, arch, socket_call | 0x40000000, 2) == 38
    assert judge(program, 0x40000003, 1) == 38


@pytest.mark.parametrize("machine", sorted(SYSCALL_NUMBERS))
def test_only_a_client_of_roots_lab_is_refused_user_namespaces(machine):
    arch, socket_call, clone, unshare, *keys = SYSCALL_NUMBERS[machine]
    user, everything_else = 0x10000000, 0xEFFFFFFF
    ordinary, roots = build_seccomp_filter(machine), build_seccomp_filter(machine, root=True)
    for call in (clone, unshare):
        assert judge(ordinary, arch, call, user) == 0
        assert judge(roots, arch, call, user | 0x11) == 1
        assert judge(roots, arch, call, everything_else) == 0
    assert (judge(ordinary, arch, 435), judge(roots, arch, 435)) == (0, 38)
    # What follows in the program holds as before.
    assert [judge(roots, arch, socket_call, family) for family in (1, 40)] == [0, 97]
    assert [judge(roots, arch, key) for key in keys] == [38] * 3
    assert [judge(roots, arch, number) for number in (0, 1, 59)] == [0] * 3


SOCKETS = [
    (2, 1, 0, True), (2, 1, 6, True), (10, 2 | 0o2004000, 17, True), (2, 1, 262, True),
    (1, 5, 0, True), (16, 3, 0, True), (2, 2, 136, False), (10, 2, 136, False), (2, 2, 1, False),
    (2, 3, 17, False), (2, 1, 132, False), (2, 5, 0, False), (2, 6, 33, False),
]  # fmt: skip


@pytest.mark.parametrize("machine", sorted(SYSCALL_NUMBERS))
@pytest.mark.parametrize(("family", "kind", "protocol", "is_open"), SOCKETS)
def test_sockets_whose_traffic_is_not_recorded_are_passed_to_the_lab_or_refused(
    machine, family, kind, protocol, is_open
):
    arch, number, *_ = SYSCALL_NUMBERS[machine]
    asked = (arch, number, family, kind, protocol)
    assert judge(build_answer_filter(machine), *asked) == (0 if is_open else NOTIFIED)
    assert judge(build_seccomp_filter(machine), *asked) == 0
    strict = build_seccomp_filter(machine, answers_sockets=False)
    assert judge(strict, *asked) == (0 if is_open else 93)
    assert judge(strict, arch, number, 40, 1, 0) == 97
    assert (judge_socket(family, kind, protocol) is None) == is_open


def test_an_unknown_processor_is_said():
    with pytest.raises(MachineError, match="vax"):
        build_seccomp_filter("vax")


@pytest.mark.cell
def test_inside(run):
    program = """
import errno, socket
for family in (socket.AF_VSOCK, socket.AF_CAN, socket.AF_PACKET):
    try: socket.socket(family, socket.SOCK_DGRAM); print("made")
    except OSError as error: print(errno.errorcode[error.errno])
print(socket.if_nameindex())
"""
    ended = run("python3", "-c", program)
    assert ended.stdout.decode().split("\n")[:4] == ["EAFNOSUPPORT"] * 3 + [
        "[(1, 'lo'), (2, 'eth0')]"
    ]
