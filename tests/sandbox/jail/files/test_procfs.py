"""The files of /proc: they describe one machine, and another where a level differs."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.factors.host_spec import BARE, Directory, Machine, Platform
from lab.sandbox.jail.files.facts import UPTIME_S, MachineFacts
from lab.sandbox.jail.files.procfs import build_procfs, format_own_cgroup

FLAGS = frozenset("fpu sse2 avx2 fp asimd unheard_of".split())  # noqa: SIM905
FACTS = MachineFacts(
    BARE.machine, BARE.platform, BARE.network, "workstation", 1000, "x86_64", 1.8e9, FLAGS
)


def of(**changes: object) -> MachineFacts:
    return msgspec.structs.replace(FACTS, **changes)


def texts(facts: MachineFacts = FACTS) -> dict[str, str]:
    files = build_procfs(facts).items()
    return {path: item.content.decode() for path, item in files if not isinstance(item, Directory)}


machines = st.builds(
    Machine,
    machine_id=st.uuids().map(lambda value: value.hex),
    cpus=st.integers(1, 300),
    memory_kib=st.integers(1 << 19, 1 << 32),
    cpu_vendor=st.sampled_from(("GenuineIntel", "AuthenticAMD", "CentaurHauls")),
)


@given(machines, st.sampled_from(("x86_64", "aarch64", "riscv64")))
def test_every_file_has_the_same_number_of_processors(machine, architecture):
    shown = texts(of(machine=machine, architecture=architecture))
    assert len(re.findall("^processor\t: ", shown["/cpuinfo"], re.MULTILINE)) == machine.cpus
    assert len(re.findall("^cpu[0-9]+ ", shown["/stat"], re.MULTILINE)) == machine.cpus
    for table in ("/interrupts", "/softirqs"):
        head, first, *_ = shown[table].splitlines()
        assert len(head.split()) == machine.cpus
        assert len(re.findall(r"\b[0-9]+\b", first.partition(":")[2])) >= machine.cpus
    idle = float(shown["/uptime"].split()[1])
    assert idle == pytest.approx(UPTIME_S * machine.cpus, rel=0.05)


def test_the_machine_was_started_before_the_client_by_its_uptime():
    shown = texts()
    (booted,) = re.findall("^btime ([0-9]+)$", shown["/stat"], re.MULTILINE)
    assert int(booted) + float(shown["/uptime"].split()[0]) == pytest.approx(1.8e9, abs=1)


def test_the_sum_of_all_processors_comes_first():
    total, *rest = [line.split() for line in texts()["/stat"].splitlines() if line[:3] == "cpu"]
    for column in range(1, 11):
        assert int(total[column]) == sum(int(line[column]) for line in rest)


def test_the_kernel_is_the_platforms():
    kernel = msgspec.structs.replace(
        BARE.platform.kernel, release="5.0-x", version="#7", built="(y)"
    )
    shown = texts(of(platform=msgspec.structs.replace(BARE.platform, kernel=kernel)))
    assert shown["/version"] == "Linux version 5.0-x (y) #7\n"
    assert shown["/sys/kernel/osrelease"] == "5.0-x\n"
    assert shown["/sys/kernel/version"] == "#7\n"
    assert shown["/cmdline"].startswith("BOOT_IMAGE=/boot/vmlinuz-5.0-x root=UUID=")


def test_a_platform_can_have_a_command_line_and_files_of_its_own():
    files = (("sys/fs/binfmt_misc/interop", "enabled\n"),)
    platform = msgspec.structs.replace(BARE.platform, command_line="init=x\n", proc_files=files)
    shown = texts(of(platform=platform))
    assert shown["/cmdline"] == "init=x\n"
    assert shown["/sys/fs/binfmt_misc/interop"] == "enabled\n"
    assert "/sys/fs/binfmt_misc/interop" not in texts()


def test_ids_follow_the_machines_own():
    other = of(machine=msgspec.structs.replace(BARE.machine, machine_id="0" * 31 + "1"))
    for path in ("/sys/kernel/random/boot_id", "/cmdline"):
        assert texts()[path] == texts(of(start_time=0.0))[path] != texts(other)[path]


@pytest.mark.parametrize(
    ("group", "own"),
    [
        ("0::/init.scope\n", "0::/user.slice/user-1000.slice/session-2.scope\n"),
        ("0::/\n", "0::/\n"),
        ("2:pids:/docker/0a\n1:cpu:/docker/0a\n", "2:pids:/docker/0a\n1:cpu:/docker/0a\n"),
    ],
)
def test_who_logs_in_is_in_another_group_than_systemd(group, own):
    assert format_own_cgroup(of(platform=Platform(cgroup=group))) == own
