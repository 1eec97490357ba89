"""The jail's filter: what no namespace seals is refused, the rest is as ever."""

from __future__ import annotations

import struct

import pytest

from lab.errors import MachineError
from lab.sandbox.jail.seccomp import SYSCALL_NUMBERS, build_seccomp_filter


def judge(program: bytes, arch: int, number: int, argument: int = 0) -> int:
    """Run the filter, as the kernel would: an error number, or 0 where allowed."""
    data = struct.pack("=IIQ6Q", number, arch, 0, argument, 0, 0, 0, 0, 0)
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
