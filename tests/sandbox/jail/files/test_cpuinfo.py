"""The processors in /proc/cpuinfo are the level's, with features that the real one has."""

from __future__ import annotations

import re

import msgspec
import pytest

from lab.errors import MachineError
from lab.factors.data.machine_kinds import KINDS
from lab.factors.host_spec import BARE
from lab.sandbox.jail.files.cpuinfo import find_megahertz, format_cpuinfo
from lab.sandbox.jail.files.facts import MachineFacts

FLAGS = frozenset("fpu sse2 avx2 fp asimd unheard_of".split())  # noqa: SIM905
FACTS = MachineFacts(
    BARE.machine, BARE.platform, BARE.network, "workstation", 1000, "x86_64", 1.8e9, FLAGS
)


def of(**changes: object) -> MachineFacts:
    return msgspec.structs.replace(FACTS, **changes)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_processor_is_the_levels(name):
    machine = KINDS[name]
    text = format_cpuinfo(of(machine=machine))
    assert text.count(f"model name\t: {machine.cpu_model}\n") == machine.cpus
    assert text.count(f"vendor_id\t: {machine.cpu_vendor}\n") == machine.cpus


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


def test_the_speed_is_that_in_the_models_name():
    model = msgspec.structs.replace(BARE.machine, cpu_model="Xeon @ 2.20GHz")
    assert find_megahertz(of(machine=model)) == 2200
    unnamed = msgspec.structs.replace(BARE.machine, cpu_model="Ryzen 7")
    assert find_megahertz(of(machine=unnamed)) == 3000
