"""The machine: its ids, network card, processors, memory, and firmware texts.

A level is a kind of machine (``laptop``), settings joined by ``;`` that change the control
(``cpus=16;memory=64GiB``), or a kind and settings (``laptop;memory=64GiB``).  The settings:
``cpu=`` the processor's model, ``cpus=`` the number of processors, ``id=`` the machine id of
systemd and D-Bus, ``dbus=`` that of D-Bus alone, ``mac=`` the address of the first network card,
``memory=`` the installed memory, ``product=`` the product name in DMI.

The control is ``desktop``, an office computer.  The named levels are the kinds of machines that
developers use: a laptop; a server with many processors; a small machine in a cloud; a virtual
machine on a desktop computer; one so small that it has no DMI; the control with another machine
id, as after a new installation; and one whose D-Bus id differs, as after an image was copied.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lab.factors.data.machine_kinds import KINDS, find_cpu_vendor, to_kibibytes
from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec, Machine
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "find_kind", "parse_machine"]

CONTROL = "desktop"

LEVELS = (
    "laptop",
    "server",
    "amazon-ec2",
    "virtualbox",
    "microvm",
    "id=c41b7e90d2a64f3885e1b09f6d3a7c52",
    "dbus=5be2f7a4109c4d7ab3681e0f92c5d843",
)

_PATTERNS = {
    "cpu": (r"[!-:<-~](?:[ -:<-~]{0,45}[!-:<-~])?", "at most 47 plain letters, the space in CPUID"),
    "cpus": (r"[1-9][0-9]{0,2}", "a number from 1 to 999"),
    "dbus": (r"(?!0{32})[0-9a-f]{32}", "32 hexadecimal digits, not all zero"),
    "id": (r"(?!0{32})[0-9a-f]{32}", "32 hexadecimal digits, not all zero"),
    "mac": (
        r"(?!(?:00:){5}00)[0-9a-f][02468ace](?::[0-9a-f]{2}){5}",
        "six bytes of two hexadecimal digits with colons, of a single card and not all zero",
    ),
    "memory": (r"[1-9][0-9]{0,3}GiB", "whole gibibytes such as 64GiB"),
    "product": (r"[!-:<-~](?:[ -:<-~]{0,62}[!-:<-~])?", "at most 64 plain letters"),
}
_FOLDED = ("dbus", "id", "mac")


def _parse_settings(level: str) -> tuple[str, dict[str, str]]:
    first, *rest = level.split(";")
    named, parts = (CONTROL, [first, *rest]) if "=" in first else (first, rest)
    if named not in KINDS:
        raise ValueError(f"{named!r} is not a kind of machine; nearest: {nearest(named, KINDS)}")
    found: dict[str, str] = {}
    for part in parts:
        name, separator, value = part.partition("=")
        if not separator or name not in _PATTERNS:
            raise ValueError(
                f"{part!r} is not a setting of a machine; nearest: {nearest(name, _PATTERNS)} "
                "(write cpus=16, joined by ;)"
            )
        value = value.lower() if name in _FOLDED else value
        pattern, meaning = _PATTERNS[name]
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{name} is {meaning}, not {value!r}")
        found[name] = value
    return named, found


def parse_machine(level: str) -> Machine:
    """The machine that a level describes.

    Raises:
        ValueError: A kind, a setting or a value is not valid.
    """
    named, found = _parse_settings(level)
    base = KINDS[named]
    if "product" in found and not base.dmi:
        raise ValueError(f"a {named} has no DMI, so product= does not apply; leave it out")
    cpu_model = found.get("cpu", base.cpu_model)
    machine_id = found.get("id", base.machine_id)
    return Machine(
        machine_id=machine_id,
        dbus_id=found.get("dbus", machine_id),
        mac=found.get("mac", base.mac),
        cpu_vendor=find_cpu_vendor(cpu_model),
        cpu_model=cpu_model,
        cpus=int(found.get("cpus", base.cpus)),
        memory_kib=to_kibibytes(int(found["memory"].removesuffix("GiB")))
        if "memory" in found
        else base.memory_kib,
        dmi=tuple(
            (name, found.get("product", text) if name == "product_name" else text)
            for name, text in base.dmi
        ),
    )


def _setting_texts(machine_spec: Machine) -> dict[str, str]:
    """Every setting of a machine, as a level would write it."""
    return {
        "cpu": machine_spec.cpu_model,
        "cpus": str(machine_spec.cpus),
        "dbus": machine_spec.dbus_id,
        "id": machine_spec.machine_id,
        "mac": machine_spec.mac,
        "memory": f"{machine_spec.memory_kib // to_kibibytes(1)}GiB",
        "product": dict(machine_spec.dmi).get("product_name", ""),
    }


def _canonical_parts(named: str, machine_spec: Machine) -> list[str]:
    ordinary = _setting_texts(KINDS[named]) | {"dbus": machine_spec.machine_id}
    parts = [
        f"{name}={value}"
        for name, value in _setting_texts(machine_spec).items()
        if value != ordinary[name]
    ]
    return parts if named == CONTROL and parts else [named, *parts]


def _dmi_without_product(machine_spec: Machine) -> list[tuple[str, str]]:
    return [(name, text) for name, text in machine_spec.dmi if name != "product_name"]


def find_kind(level: str) -> str:
    """The kind of machine with which a level has the shortest spelling."""
    wanted = parse_machine(level)
    alike = [
        name for name in KINDS if _dmi_without_product(KINDS[name]) == _dmi_without_product(wanted)
    ]
    return min(alike, key=lambda name: len(_canonical_parts(name, wanted)))


def parse(level: str) -> str:
    """The canonical spelling: the kind but for the control's, then what differs, in order."""
    return ";".join(_canonical_parts(find_kind(level), parse_machine(level)))


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the machine; the sandbox derives files and answers of system calls from it."""
    return msgspec.structs.replace(spec, machine=parse_machine(level))


def strategy() -> SearchStrategy[str]:
    """One setting, a kind, or a machine invented from end to end; shrinks to few processors."""
    from hypothesis import strategies as st

    number = st.integers(0, 9)
    cpus = st.sampled_from((1, 2, 6, 8, 12, 20, 32, 64, 96)).map("cpus={}".format)
    memory = st.sampled_from((1, 2, 8, 12, 24, 48, 64, 128, 256)).map("memory={}GiB".format)
    machine_id = st.uuids(version=4).map(lambda value: f"id={value.hex}")
    dbus_id = st.uuids(version=4).map(lambda value: f"dbus={value.hex}")
    mac = st.builds(
        lambda maker, card: f"mac={maker}:{card >> 16:02x}:{card >> 8 & 255:02x}:{card & 255:02x}",
        st.sampled_from(("00:1b:21", "18:c0:4d", "2c:f0:5d", "70:85:c2", "a8:a1:59", "dc:a6:32")),
        st.integers(0, 0xFFFFFF),
    )
    cpu = st.one_of(
        st.builds("cpu=Intel(R) Core(TM) i{}-1{}{}00 CPU @ 3.{}0GHz".format,
                  st.sampled_from((3, 5, 7, 9)), number, number, number),
        st.builds("cpu=AMD Ryzen {} {}{}00X 8-Core Processor".format,
                  st.sampled_from((3, 5, 7, 9)), st.integers(1, 9), number),
        st.builds("cpu=Intel(R) Xeon(R) Gold 6{}{}{} CPU @ 2.{}0GHz".format,
                  number, number, number, number),
        st.builds("cpu=AMD EPYC 7{}{}3 32-Core Processor".format, number, number),
    )  # fmt: skip
    product = st.builds(
        "product={} {}{}{}0".format,
        st.sampled_from(("OptiPlex", "Precision", "Vostro", "XPS")),
        st.integers(1, 9), number, number,
    )  # fmt: skip
    whole = st.tuples(cpu, cpus, machine_id, mac, memory, product).map(";".join)
    return st.one_of(
        cpus,
        memory,
        cpu,
        product,
        mac,
        machine_id,
        dbus_id,
        st.sampled_from(tuple(KINDS)[1:]),
        whole,
    ).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """Ids, card, processor, product texts of DMI, and memory in KiB and bytes."""
    spec = parse_machine(level)
    dmi = dict(spec.dmi)
    product = (dmi.get(name, "") for name in ("product_name", "product_version", "board_asset_tag"))
    memory = (str(spec.memory_kib), str(spec.memory_kib * 1024))
    found = (spec.machine_id, spec.dbus_id, spec.mac, spec.cpu_model, *product, *memory)
    return tuple(dict.fromkeys(text for text in found if text))


FACTOR = Factor(
    name="machine",
    summary="machine id, network card, processors, memory, firmware",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
)
