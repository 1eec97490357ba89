"""Settings in /proc/sys follow from the platform and the size of the machine."""

from __future__ import annotations

import msgspec

from lab.factors.host_spec import BARE
from lab.sandbox.jail.files.facts import MachineFacts
from lab.sandbox.jail.files.sysctl import build_sysctl

FACTS = MachineFacts(BARE.machine, BARE.platform, BARE.network, "workstation", 1000, "x86_64")


def settings(**changes: object) -> dict[str, str]:
    machine = msgspec.structs.replace(BARE.machine, **changes)
    return build_sysctl(msgspec.structs.replace(FACTS, machine=machine))


def test_every_setting_is_a_line():
    assert all(text.endswith("\n") for text in settings().values())


def test_names_are_the_specs():
    found = settings()
    assert found["kernel/hostname"] == "workstation\n"
    assert found["kernel/osrelease"] == f"{BARE.platform.kernel.release}\n"
    assert found["kernel/version"] == f"{BARE.platform.kernel.version}\n"


def test_limits_grow_with_memory():
    small, large = settings(memory_kib=1 << 20), settings(memory_kib=1 << 21)
    for path in ("kernel/threads-max", "user/max_user_namespaces"):
        assert int(large[path]) == 2 * int(small[path])
    assert small["vm/swappiness"] == large["vm/swappiness"]


def test_the_boot_id_is_the_machines():
    assert settings()["kernel/random/boot_id"] == settings()["kernel/random/boot_id"]
    other = settings(machine_id="0" * 32)
    assert other["kernel/random/boot_id"] != settings()["kernel/random/boot_id"]
