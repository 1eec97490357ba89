"""Kinds of machines differ in hardware only, and their parts agree with each other."""

import pytest

from lab.factors.data.machine_kinds import KINDS, find_cpu_vendor, to_kibibytes
from lab.factors.host_spec import Machine

EACH = pytest.mark.parametrize("name", KINDS)


@EACH
def test_ids_and_the_end_of_the_mac_are_those_of_the_control(name):
    machine, control = KINDS[name], Machine()
    assert (machine.machine_id, machine.dbus_id) == (control.machine_id, control.dbus_id)
    assert machine.mac[8:] == control.mac[8:]


@EACH
def test_the_vendor_follows_from_the_model(name):
    assert find_cpu_vendor(KINDS[name].cpu_model) == KINDS[name].cpu_vendor


def test_the_kernel_reserves_the_same_part_of_any_memory():
    assert to_kibibytes(16) == Machine().memory_kib
    assert to_kibibytes(32) == 2 * Machine().memory_kib


def test_an_unknown_model_is_intels():
    assert find_cpu_vendor("AMD EPYC 7763") == "AuthenticAMD"
    assert find_cpu_vendor("Something") == "GenuineIntel"
