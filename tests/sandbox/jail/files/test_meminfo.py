"""Memory in /proc/meminfo and /proc/vmstat: the sums agree."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lab.factors.host_spec import BARE
from lab.sandbox.jail.files.facts import MachineFacts
from lab.sandbox.jail.files.meminfo import format_meminfo, format_vmstat

FACTS = MachineFacts(BARE.machine, BARE.platform, BARE.network, "workstation", 1000, "x86_64")


@given(st.integers(1 << 19, 1 << 32), st.integers(1, 300))
def test_memory_adds_up(memory_kib, cpus):
    machine = msgspec.structs.replace(BARE.machine, memory_kib=memory_kib, cpus=cpus)
    lines = format_meminfo(msgspec.structs.replace(FACTS, machine=machine)).splitlines()
    kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    assert kib["MemTotal"] == memory_kib
    assert kib["MemFree"] + kib["Buffers"] + kib["Cached"] < kib["MemTotal"]
    assert kib["MemFree"] < kib["MemAvailable"] < kib["MemTotal"]
    assert kib["Active"] == kib["Active(anon)"] + kib["Active(file)"]
    assert kib["Slab"] == kib["SReclaimable"] + kib["SUnreclaim"]
    assert kib["DirectMap4k"] + kib["DirectMap2M"] == kib["MemTotal"]
    assert all(amount >= 0 for amount in kib.values())


def test_both_files_have_the_same_free_memory_in_their_units():
    counts = dict(line.split() for line in format_vmstat(FACTS).splitlines())
    assert int(counts["nr_free_pages"]) == FACTS.memory.free // 4
