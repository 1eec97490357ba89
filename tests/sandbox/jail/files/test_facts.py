"""Facts of a simulated machine that follow from others."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lab.factors.host_spec import BARE
from lab.sandbox.jail.files.facts import UPTIME_S, MachineFacts

FACTS = MachineFacts(
    BARE.machine, BARE.platform, BARE.network, "workstation", 1000, "x86_64", 1.8e9
)


def test_the_machine_was_started_one_uptime_before_the_client():
    assert FACTS.boot_time + UPTIME_S == 1.8e9


@given(st.integers(1 << 10, 1 << 40))
def test_the_parts_of_memory_fit_into_the_total(total):
    machine = msgspec.structs.replace(BARE.machine, memory_kib=total)
    memory = msgspec.structs.replace(FACTS, machine=machine).memory
    assert memory.total == total
    assert memory.free + memory.buffers + memory.cached <= total
    assert memory.free <= memory.available <= total
