"""The platform: the distribution, its kernel, and the marks of a container, WSL or cloud.

A level is a distribution (``ubuntu``), a mark (``docker``, which means in Debian), or both
(``ubuntu+docker``).  :mod:`lab.factors.data.distributions` has the distributions,
:mod:`lab.factors.data.containers` and :mod:`lab.factors.data.clouds` the marks.

The control is ``debian`` without marks, the system of the lab's own jail.  The named levels: four
distributions of other families (Debian's most used child; the one with Red Hat's newest
software; the usual base of container images, with another C library; the one without releases),
and each way in which Linux does not run on a computer of its own: the two container programs of
developers, that of services, Windows, and a virtual machine in the largest cloud.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from lab.factors.data.clouds import CLOUDS
from lab.factors.data.container_mark import ContainerMark
from lab.factors.data.containers import MARKS
from lab.factors.data.distributions import DISTRIBUTIONS, Distribution, read_os_release_entry
from lab.factors.data.machine_kinds import KINDS
from lab.factors.factor import Constraint, Factor
from lab.factors.host_spec import HostSpec, Platform
from lab.factors.machine import FACTOR as MACHINE
from lab.factors.machine import find_kind
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["ALL_MARKS", "FACTOR"]

CONTROL = "debian"

LEVELS = (
    "ubuntu",
    "fedora",
    "alpine",
    "docker",
    "kubernetes",
    "wsl2",
    "amazon-ec2",
    "arch",
    "podman",
)

ALL_MARKS: Mapping[str, Callable[[Distribution], ContainerMark]] = {**MARKS, **CLOUDS}
"""Every mark by name; no mark has the name of a distribution."""

_MIN_NEEDLE_LENGTH = 5
"""A shorter name, such as arch, is part of too many other words to be a sign of a copy."""


def _parse_names(level: str) -> tuple[str, str]:
    """Names of the distribution and of the mark, empty if none; ValueError otherwise."""
    named = {"distribution": "", "mark": ""}
    for name in level.split("+"):
        if name not in DISTRIBUTIONS and name not in ALL_MARKS:
            known = nearest(name, (*DISTRIBUTIONS, *ALL_MARKS))
            raise ValueError(f"{name!r} is neither a distribution nor a mark; nearest: {known}")
        what = "distribution" if name in DISTRIBUTIONS else "mark"
        if named[what]:
            raise ValueError(f"write one {what}, not both {named[what]} and {name}")
        named[what] = name
    return named["distribution"] or CONTROL, named["mark"]


def _parts(level: str) -> tuple[Distribution, ContainerMark]:
    distribution, mark = _parse_names(level)
    chosen = DISTRIBUTIONS[distribution]
    return chosen, ALL_MARKS[mark](chosen) if mark else ContainerMark()


def _build_platform(distribution: Distribution, mark: ContainerMark) -> Platform:
    plain = distribution.platform
    return Platform(
        os_release=plain.os_release,
        release_files=(*plain.release_files, *mark.release_files),
        kernel=plain.kernel if mark.kernel is None else mark.kernel,
        cgroup=plain.cgroup if mark.cgroup is None else mark.cgroup,
        command_line=mark.command_line,
        proc_files=mark.proc_files,
        usr_files=mark.usr_files,
    )


def parse(level: str) -> str:
    """The canonical spelling: distribution before mark, Debian left out before a mark."""
    distribution, mark = _parse_names(level)
    if not mark:
        return distribution
    return mark if distribution == CONTROL else f"{distribution}+{mark}"


def realise(level: str, spec: HostSpec) -> HostSpec:
    """The distribution's texts and kernel, and the mark's files and variables."""
    distribution, mark = _parts(level)
    folders = dict.fromkeys((*spec.directories, *mark.directories))
    return msgspec.structs.replace(
        spec.with_variables(**mark.variables).with_files(mark.files),
        platform=_build_platform(distribution, mark),
        directories=tuple(folders),
    )


def strategy() -> SearchStrategy[str]:
    """Any distribution with or without any mark; shrinks to a distribution alone."""
    from hypothesis import strategies as st

    distributions = st.sampled_from(tuple(DISTRIBUTIONS))
    marks = st.sampled_from(tuple(ALL_MARKS))
    return st.one_of(distributions, marks, st.builds("{}+{}".format, distributions, marks)).map(
        parse
    )


def needles(level: str) -> tuple[str, ...]:
    """The distribution's full name, kernel, version and id, then texts of the mark."""
    distribution, mark = _parts(level)
    kernel = _build_platform(distribution, mark).kernel
    os_release = distribution.platform.os_release
    names = [read_os_release_entry(os_release, "ID"), _parse_names(level)[1]]
    found = (
        read_os_release_entry(os_release, "PRETTY_NAME"),
        kernel.release,
        kernel.version,
        read_os_release_entry(os_release, "VERSION_ID"),
        *mark.needles,
        *(name for name in names if len(name) >= _MIN_NEEDLE_LENGTH),
    )
    return tuple(dict.fromkeys(text for text in found if text))


def _is_on_other_machine(own: str, machine: str) -> bool:
    """Whether the mark belongs to a kind of machine, and this is of another kind.

    The control of the machine, also with changed settings, goes with every mark.
    """
    mark = _parse_names(own)[1]
    return mark in KINDS and find_kind(machine) not in (MACHINE.control, mark)


FACTOR = Factor(
    name="platform",
    summary="distribution, kernel, and marks of containers, WSL and clouds",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    constraints=(
        Constraint(
            "machine",
            _is_on_other_machine,
            "a cloud and WSL show the hardware of their own virtual machines",
        ),
    ),
)
