"""Kinds of machines that clients of developers run on, as the system reports them.

A kind changes hardware only.  The machine's id and the last three bytes of the network card's
address stay those of the control, so that their effects can be distinguished from those of the
kind.  The first three bytes are those of the card's maker.

The texts are those of real firmware and hypervisors.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.factors.host_spec import Machine

__all__ = ["EC2_INSTANCE", "KINDS", "find_cpu_vendor", "to_kibibytes"]

EC2_INSTANCE = "i-0a4d7c1e93b25f680"
"""The instance's id, which Amazon's virtual machines have in the board's asset tag."""

_CARD = Machine().mac[9:]
_INSTALLED_GIB = 16
"""The memory of the control; the kernel reserves a part of it."""

_VENDORS = {"AMD": "AuthenticAMD", "Hygon": "HygonGenuine", "VIA": "CentaurHauls"}


def to_kibibytes(gib: int) -> int:
    """MemTotal of a machine with so much installed, less the same part as in the control."""
    return gib * Machine().memory_kib // _INSTALLED_GIB


def find_cpu_vendor(cpu_model: str) -> str:
    """The vendor_id of a processor of x86 whose model is called this; Intel if nothing else."""
    return _VENDORS.get(cpu_model.split(" ")[0], "GenuineIntel")


def _machine(
    card: str, cpu_model: str, cpus: int, gib: int, dmi: tuple[tuple[str, str], ...]
) -> Machine:
    return Machine(
        mac=f"{card}:{_CARD}",
        cpu_vendor=find_cpu_vendor(cpu_model),
        cpu_model=cpu_model,
        cpus=cpus,
        memory_kib=to_kibibytes(gib),
        dmi=dmi,
    )


def _dmi(
    maker: str, product: str, board: str, bios: str, chassis: str, **more: str
) -> tuple[tuple[str, str], ...]:
    fixed = {
        "sys_vendor": maker,
        "product_name": product,
        "board_vendor": board,
        "bios_vendor": bios,
        "chassis_type": chassis,
    }
    return tuple((fixed | more).items())


KINDS: Mapping[str, Machine] = {
    "desktop": Machine(),
    "laptop": _machine(
        "f8:5e:a0", "AMD Ryzen 7 PRO 7840U w/ Radeon 780M Graphics", 16, 32,
        _dmi("LENOVO", "21F8CTO1WW", "LENOVO", "LENOVO", "10",
             product_version="ThinkPad T14s Gen 4"),
    ),
    "server": _machine(
        "b0:7b:25", "AMD EPYC 7763 64-Core Processor", 128, 512,
        _dmi("Dell Inc.", "PowerEdge R7525", "Dell Inc.", "Dell Inc.", "23"),
    ),
    "amazon-ec2": _machine(
        "0a:ff:c2", "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", 2, 4,
        _dmi("Amazon EC2", "t3.medium", "Amazon EC2", "Amazon EC2", "1",
             board_asset_tag=EC2_INSTANCE),
    ),
    "google-compute": _machine(
        "42:01:0a", "Intel(R) Xeon(R) CPU @ 2.20GHz", 2, 4,
        _dmi("Google", "Google Compute Engine", "Google", "Google", "1"),
    ),
    "azure": _machine(
        "00:0d:3a", "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", 2, 8,
        _dmi("Microsoft Corporation", "Virtual Machine", "Microsoft Corporation",
             "Microsoft Corporation", "3",
             chassis_asset_tag="7783-7084-3265-9085-8269-3286-77"),
    ),
    "kvm": _machine(
        "52:54:00", "Intel Xeon Processor (Skylake, IBRS)", 4, 8,
        (("sys_vendor", "QEMU"), ("product_name", "Standard PC (Q35 + ICH9, 2009)"),
         ("bios_vendor", "SeaBIOS"), ("chassis_type", "1")),
    ),
    "virtualbox": _machine(
        "08:00:27", "Intel(R) Core(TM) i7-10750H CPU @ 2.60GHz", 2, 4,
        _dmi("innotek GmbH", "VirtualBox", "Oracle Corporation", "innotek GmbH", "1"),
    ),
    "vmware": _machine(
        "00:0c:29", "12th Gen Intel(R) Core(TM) i7-12700H", 4, 8,
        _dmi("VMware, Inc.", "VMware Virtual Platform", "Intel Corporation",
             "Phoenix Technologies LTD", "1"),
    ),
    "microvm": _machine("06:00:ac", "Intel(R) Xeon(R) Processor @ 2.90GHz", 2, 2, ()),
    "wsl2": _machine("00:15:5d", Machine().cpu_model, 4, 8, ()),
}  # fmt: skip
"""Kinds by name.  A ``microvm`` (Firecracker) and the machine that WSL 2 runs in have no DMI."""
