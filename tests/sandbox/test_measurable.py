"""What of the machine keeps a factor from being varied, and what the cell does then."""

from __future__ import annotations

import pytest

from lab.clients.profile import Client, Profile
from lab.errors import MachineError
from lab.factors.host_spec import Interface, Network
from lab.sandbox import measurable
from lab.sandbox.cell import cell as cell_module
from lab.sandbox.cell.cell import Cell
from lab.sandbox.jail.isolation_check import prove_isolated

CLIENT = Client(
    profile=Profile("thing", ("thing",), exclude=("user",)),
    version="1",
    digest="0" * 64,
    source="here",
    program=("thing",),
    readable=(),
)


def test_a_kernel_without_devices_keeps_the_network_from_being_varied(monkeypatch):
    monkeypatch.setattr(measurable, "find_device_kind", lambda: None)
    assert measurable.find_unmeasurable_factors(CLIENT)["network"].startswith(
        "this kernel has no device"
    )
    monkeypatch.setattr(measurable, "find_device_kind", lambda: "dummy")
    assert "network" not in measurable.find_unmeasurable_factors(CLIENT)


def test_what_the_profile_excludes_is_not_varied():
    assert (
        measurable.find_unmeasurable_factors(CLIENT)["user"] == "the client's profile excludes it"
    )


@pytest.mark.cell
def test_without_devices_the_controls_addresses_are_on_lo(monkeypatch, runner):
    monkeypatch.setattr(cell_module, "find_device_kind", lambda: None)
    with Cell.open() as opened:
        assert prove_isolated(opened)[0] == "the cell has one interface, lo"
        shown = runner(opened)("ip", "-oneline", "address").stdout.decode()
        assert "lo    inet 192.168.1.23/24" in shown
        assert "2600:1700" in shown
        with pytest.raises(MachineError, match="leave out the factor network"):
            runner(opened)("true", network=Network((Interface("wlan0"),), ""))
