from __future__ import annotations

import errno
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.factors.host_spec import BARE
from lab.sandbox.jail.files.facts import LOADS, MachineFacts
from lab.sandbox.jail.syscall_answers import CALL_NUMBERS, SyscallAnswer, build_answers

FACTS = MachineFacts(BARE.machine, BARE.platform, BARE.network, "workstation", 1000, "x86_64")
CALL = CALL_NUMBERS["x86_64"]


def of(**changes: object) -> MachineFacts:
    machine = msgspec.structs.replace(BARE.machine, **changes)
    return msgspec.structs.replace(FACTS, machine=machine)


def test_uname():
    answer = build_answers(FACTS).answer_call(CALL.uname, (4096, 0, 0, 0, 0, 0))
    assert answer is not None
    assert (answer.value, answer.error, answer.address) == (0, 0, 4096)
    fields = [answer.data[at : at + 65].rstrip(b"\0").decode() for at in range(0, 390, 65)]
    kernel = BARE.platform.kernel
    assert fields == ["Linux", "workstation", kernel.release, kernel.version, "x86_64", "(none)"]


def test_names_end_where_their_room_does():
    long = msgspec.structs.replace(FACTS, hostname="ü" * 100)
    assert len(build_answers(long).uname) == 390
    assert build_answers(long).uname[65 + 64] == 0


@given(st.integers(1, 1 << 40))
def test_sysinfo(memory_kib):
    data = build_answers(of(memory_kib=memory_kib)).sysinfo
    assert len(data) == 112
    total, free, shared, buffers, swap, free_swap = struct.unpack_from("=6Q", data, 32)
    assert total == memory_kib * 1024
    assert free + shared + buffers < total
    assert swap == free_swap == 0
    assert struct.unpack_from("=I", data, 104) == (1,)
    assert [value / 65536 for value in struct.unpack_from("=3Q", data, 8)] == pytest.approx(
        LOADS, abs=0.001
    )


@given(st.integers(1, 999))
def test_every_processor_and_no_other(cpus):
    answer = build_answers(of(cpus=cpus)).answer_call(
        CALL.sched_getaffinity, (0, 1024, 4096, 0, 0, 0)
    )
    assert answer is not None
    assert answer.value == len(answer.data)
    assert answer.value % 8 == 0
    assert int.from_bytes(answer.data, "little") == (1 << cpus) - 1


@pytest.mark.parametrize("size", [0, 4, 7, 12, 8])
def test_a_mask_that_has_no_room_is_refused(size):
    answer = build_answers(of(cpus=65)).answer_call(
        CALL.sched_getaffinity, (0, size, 4096, 0, 0, 0)
    )
    assert answer == SyscallAnswer(error=errno.EINVAL)


def test_numbers_of_tasks_are_ints():
    asked = build_answers(FACTS).answer_call(CALL.sched_getaffinity, (0xFFFFFFFF, 8, 4096, 0, 0, 0))
    assert asked is not None
    assert asked.task == -1


def test_other_calls_are_the_kernels():
    assert build_answers(FACTS).answer_call(39, (0,) * 6) is None


def test_a_socket_that_is_not_recorded_is_refused_and_named():
    answers = build_answers(FACTS)
    asked = answers.answer_call(CALL.socket, (2, 2 | 0o2000000, 136, 0, 0, 0))
    assert asked == SyscallAnswer(error=errno.EPROTONOSUPPORT, refused="UDP-Lite socket")
    assert answers.answer_call(CALL.socket, (2, 1, 6, 0, 0, 0)) is None
