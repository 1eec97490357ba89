from __future__ import annotations

import msgspec
import pytest

from lab.errors import UsageError
from lab.factors.data.machine_kinds import KINDS
from lab.factors.host_spec import BARE, File, Link
from lab.sandbox.jail.files.facts import MachineFacts
from lab.sandbox.jail.files.sysfs import build_sysfs

FACTS = MachineFacts(BARE.machine, BARE.platform, BARE.network, "workstation", 1000, "x86_64")
CARDS = {"eth0": "d8:9e:f3:6b:1f:a4", "tun0": "02:00:00:00:00:01"}


def of(**changes: object) -> MachineFacts:
    machine = msgspec.structs.replace(BARE.machine, **changes)
    return msgspec.structs.replace(FACTS, machine=machine)


def read(items: dict[str, object], path: str) -> str:
    """The text of a file, as one finds it who follows links."""
    for outer, item in items.items():
        if isinstance(item, Link) and path.startswith(outer + "/"):
            up, _, rest = item.target.rpartition("../")
            folder = outer.split("/")[: -1 - (up + "../").count("../")]
            path = "/".join([*folder, rest]) + path.removeprefix(outer)
    found = items[path]
    assert isinstance(found, File)
    return found.content.decode()


@pytest.mark.parametrize(("cpus", "all_of_them"), [(1, "0"), (2, "0-1"), (128, "0-127")])
def test_processors(cpus, all_of_them):
    items = build_sysfs(of(cpus=cpus), {})
    for name in ("online", "possible", "present"):
        assert read(items, f"/devices/system/cpu/{name}") == all_of_them + "\n"
    assert len({path.split("/")[4] for path in items if "/cpu/cpu" in path}) == cpus


def test_every_processor_is_a_core_of_one_package():
    items = build_sysfs(of(cpus=40), {})
    topology = "/devices/system/cpu/cpu33/topology"
    assert read(items, f"{topology}/core_id") == "33\n"
    assert read(items, f"{topology}/thread_siblings") == "2,00000000\n"
    assert read(items, f"{topology}/core_siblings") == "ff,ffffffff\n"
    assert read(items, f"{topology}/core_siblings_list") == "0-39\n"


def test_the_firmware_is_the_machines():
    items = build_sysfs(of(dmi=KINDS["amazon-ec2"].dmi), {})
    assert read(items, "/class/dmi/id/sys_vendor") == "Amazon EC2\n"


def test_without_firmware_there_is_no_folder():
    assert not any("dmi" in path for path in build_sysfs(of(dmi=()), {}))


@pytest.mark.parametrize(("uid", "mode"), [(1000, 0), (0, 0o444)])
def test_serial_numbers_are_roots(uid, mode):
    facts = msgspec.structs.replace(of(dmi=(("product_uuid", "x"),)), uid=uid)
    found = build_sysfs(facts, {})["/devices/virtual/dmi/id/product_uuid"]
    assert isinstance(found, File)
    assert found.mode == mode


@pytest.mark.parametrize("name", ["", "..", "a/b"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(UsageError, match="cannot be the name"):
        build_sysfs(of(dmi=((name, "x"),)), {})


def test_network_cards():
    items = build_sysfs(FACTS, CARDS)
    for name, address in (*CARDS.items(), ("lo", "00:00:00:00:00:00")):
        assert read(items, f"/class/net/{name}/address") == address + "\n"
    assert read(items, "/class/net/lo/type") == "772\n"
    assert read(items, "/class/net/eth0/operstate") == "up\n"
