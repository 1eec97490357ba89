from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.experiment.columns.canaries import generate_canary
from lab.factors.data.machine_kinds import EC2_INSTANCE, KINDS, find_cpu_vendor, to_kibibytes
from lab.factors.host_spec import BARE, Machine
from lab.factors.machine import FACTOR, find_kind, parse_machine

ID = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


def test_the_control_is_the_machine_of_the_bare_host_spec():
    assert FACTOR.realise(FACTOR.control, BARE) == BARE
    assert parse_machine("desktop") == Machine()


@pytest.mark.parametrize(
    ("level", "changed"),
    [
        ("cpus=16", {"cpus": 16}),
        ("memory=64GiB", {"memory_kib": 65_061_136}),
        (f"id={ID}", {"machine_id": ID, "dbus_id": ID}),
        (f"dbus={ID}", {"dbus_id": ID}),
        (f"dbus={OTHER};id={ID}", {"machine_id": ID, "dbus_id": OTHER}),
        ("mac=00:1b:21:00:00:01", {"mac": "00:1b:21:00:00:01"}),
        (
            "cpu=AMD EPYC 7763 64-Core Processor",
            {"cpu_model": "AMD EPYC 7763 64-Core Processor", "cpu_vendor": "AuthenticAMD"},
        ),
        ("product=XPS 8950", {"dmi": ("product_name", "XPS 8950")}),
    ],
)
def test_a_setting_changes_its_own_part_of_the_control(level: str, changed: dict):
    if "dmi" in changed:
        changed = {
            "dmi": tuple(
                changed["dmi"] if pair[0] == "product_name" else pair for pair in Machine().dmi
            )
        }
    assert parse_machine(FACTOR.parse(level)) == msgspec.structs.replace(Machine(), **changed)


def test_a_kind_changes_hardware_and_leaves_ids_and_the_cards_own_number():
    for named, shown in KINDS.items():
        assert (shown.machine_id, shown.dbus_id) == (Machine().machine_id, Machine().dbus_id)
        assert shown.mac[9:] == Machine().mac[9:]
        assert shown.cpu_vendor == find_cpu_vendor(shown.cpu_model)
        assert (parse_machine(named), find_kind(named)) == (shown, named)


def test_no_two_kinds_share_a_card_or_what_their_firmware_says():
    assert len({shown.mac for shown in KINDS.values()}) == len(KINDS)
    firmware = [shown.dmi for shown in KINDS.values() if shown.dmi]
    assert len(set(firmware)) == len(firmware)
    assert KINDS["microvm"].dmi == ()


def test_every_setting_of_every_kind_passes_its_own_check():
    """What the kinds hold could have been written by hand."""
    for named in KINDS:
        assert FACTOR.parse(f"{named};mac={KINDS[named].mac};cpu={KINDS[named].cpu_model}") == named


@pytest.mark.parametrize(
    ("level", "canonical"),
    [
        ("desktop;cpus=4;memory=16GiB", "desktop"),
        ("memory=64GiB;cpus=16", "cpus=16;memory=64GiB"),
        ("laptop;memory=32GiB", "laptop"),
        ("laptop;cpus=4;cpus=8", "laptop;cpus=8"),
        (f"id={ID.upper()};dbus={ID}", f"id={ID}"),
        ("mac=D8:9E:F3:6B:1F:A4", "desktop"),
        ("server;product=OptiPlex 5080", "server;product=OptiPlex 5080"),
        ("microvm;mac=00:15:5d:6b:1f:a4;cpus=4;memory=8GiB;cpu=" + Machine().cpu_model, "wsl2"),
    ],
)
def test_one_machine_has_one_spelling(level: str, canonical: str):
    assert FACTOR.parse(level) == canonical
    assert parse_machine(level) == parse_machine(canonical)


@pytest.mark.parametrize(
    "level",
    ["", "Laptop", "cpus", "cpus=", "cpus=0", "cpus=04", "cpus=1000", "laptop;", ";cpus=2",
     "cpus=2;laptop", "memory=64", "memory=64GB", "memory=0GiB", "id=" + ID[1:], "id=" + "0" * 32,
     "mac=00:00:00:00:00:00", "mac=01:00:5e:00:00:01", "mac=001b21000001", "cpu=", "cpu=a;b",
     "cpu=ends with ", "cpu=" + "x" * 48, "cpu=é", "product=", "microvm;product=X", "vendor=Dell"],
)  # fmt: skip
def test_what_is_no_machine_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_who_mistypes_gets_the_list_of_what_exists():
    with pytest.raises(ValueError, match="nearest: virtualbox"):
        FACTOR.parse("virtual-box")
    with pytest.raises(ValueError, match="nearest: memory"):
        FACTOR.parse("mem=4GiB")


@given(gib=st.integers(1, 9999))
def test_memory_is_spelled_as_it_was_written(gib: int):
    assert FACTOR.parse(f"server;memory={gib}GiB") == (
        "server" if gib == 512 else f"server;memory={gib}GiB"
    )
    assert gib * 0.96 < to_kibibytes(gib) / 2**20 < gib


def test_a_copy_may_hold_an_id_the_card_the_processor_or_the_product():
    found = FACTOR.needles(f"laptop;dbus={ID}")
    assert found[:4] == (Machine().machine_id, ID, KINDS["laptop"].mac, KINDS["laptop"].cpu_model)
    assert {"21F8CTO1WW", "ThinkPad T14s Gen 4", str(parse_machine("laptop").memory_kib)} <= set(
        found
    )
    assert EC2_INSTANCE in FACTOR.needles("amazon-ec2")
    assert not {"LENOVO", "10", "16"} & set(found)


@settings(database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(level=FACTOR.strategy())
def test_an_invented_machine_could_exist(level: str):
    shown = parse_machine(level)
    assert shown.cpu_vendor in {"GenuineIntel", "AuthenticAMD"}
    assert 1 <= shown.cpus <= 128
    assert int(shown.mac[:2], 16) % 2 == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_machine_made_up_for_an_audit_is_new_in_id_card_and_processor(seed: int):
    canary = generate_canary(FACTOR, seed)
    assert canary is not None
    shown = parse_machine(canary.level)
    assert {shown.machine_id, shown.mac, shown.cpu_model} <= set(canary.needles)
