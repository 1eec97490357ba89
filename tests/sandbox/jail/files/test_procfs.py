"""What /proc tells: one machine, whichever file is asked, and another where a level says so."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import MachineError
from lab.factors.data.machine_kinds import KINDS
from lab.factors.host_spec import BARE, Directory, Machine, Platform
from lab.sandbox.jail.files.cpuinfo import format_cpuinfo
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


@given(machines)
def test_memory_adds_up(machine):
    lines = texts(of(machine=machine))["/meminfo"].splitlines()
    told = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    assert told["MemTotal"] == machine.memory_kib
    assert told["MemFree"] + told["Buffers"] + told["Cached"] < told["MemTotal"]
    assert told["MemFree"] < told["MemAvailable"] < told["MemTotal"]
    assert told["Active"] == told["Active(anon)"] + told["Active(file)"]
    assert told["Slab"] == told["SReclaimable"] + told["SUnreclaim"]
    assert told["DirectMap4k"] + told["DirectMap2M"] == told["MemTotal"]
    assert all(amount >= 0 for amount in told.values())


def test_the_machine_was_started_before_the_client_by_its_uptime():
    shown = texts()
    (booted,) = re.findall("^btime ([0-9]+)$", shown["/stat"], re.MULTILINE)
    assert int(booted) + float(shown["/uptime"].split()[0]) == pytest.approx(1.8e9, abs=1)


def test_the_sum_of_all_processors_comes_first():
    total, *rest = [line.split() for line in texts()["/stat"].splitlines() if line[:3] == "cpu"]
    for column in range(1, 11):
        assert int(total[column]) == sum(int(line[column]) for line in rest)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_processor_is_the_levels(name):
    machine = KINDS[name]
    shown = format_cpuinfo(of(machine=machine))
    assert shown.count(f"model name\t: {machine.cpu_model}\n") == machine.cpus
    assert shown.count(f"vendor_id\t: {machine.cpu_vendor}\n") == machine.cpus


def test_a_processor_can_nothing_that_the_real_one_cannot():
    (flags,) = set(re.findall("^flags\t\t: (.*)$", format_cpuinfo(FACTS), re.MULTILINE))
    assert set(flags.split()) == {"fpu", "sse2", "avx2"}
    (features,) = set(
        re.findall("^Features\t: (.*)$", format_cpuinfo(of(architecture="aarch64")), re.M)
    )
    assert set(features.split()) == {"fp", "asimd"}


def test_an_unknown_processor_is_said():
    with pytest.raises(MachineError, match="vax"):
        format_cpuinfo(of(architecture="vax"))


def test_the_kernel_is_the_platforms():
    kernel = msgspec.structs.replace(
        BARE.platform.kernel, release="5.0-x", version="#7", built="(y)"
    )
    shown = texts(of(platform=msgspec.structs.replace(BARE.platform, kernel=kernel)))
    assert shown["/version"] == "Linux version 5.0-x (y) #7\n"
    assert shown["/sys/kernel/osrelease"] == "5.0-x\n"
    assert shown["/sys/kernel/version"] == "#7\n"
    assert shown["/cmdline"].startswith("BOOT_IMAGE=/boot/vmlinuz-5.0-x root=UUID=")


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
