"""What the lab needs of this machine, and which of it is missing.

Each requirement is tried, not looked up: a kernel that can do a thing may still forbid it.
:mod:`lab.sandbox.package_install` installs the packages of what is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from lab.errors import MachineError
from lab.sandbox.cell.exec_jail import PERL
from lab.sandbox.cell.kernel_support import (
    SEARCH_PATH,
    RunTool,
    run_tool,
    try_device_kinds,
    user_namespace_options,
)
from lab.sandbox.jail import clock_preload, seccomp_notify

__all__ = ["Requirement", "check_requirements", "describe_missing", "diagnose", "require_all"]

LOCALES = Path("/usr/share/i18n/locales/en_US")
ZONES = Path("/usr/share/zoneinfo/Europe/Berlin")
"""Files that stand for their packages; images of containers often lack both."""


class Requirement(msgspec.Struct, frozen=True):
    """One thing that the machine must have or, where not ``required``, should have."""

    name: str
    why: str
    package: str | None
    """The Debian package that contains it; None where no package can help."""
    present: bool
    detail: str = ""
    required: bool = True


def check_requirements(run: RunTool = run_tool) -> tuple[Requirement, ...]:
    """Try everything that the lab needs; ``run`` runs a program of the system."""
    found = [_check_linux()]
    found += [
        _check_program("unshare", "makes the namespaces of a cell", "util-linux"),
        _check_program("ip", "sets up a cell's network", "iproute2"),
        _check_program("nft", "redirects all traffic of a cell to the lab", "nftables"),
        _check_program("bwrap", "makes the jail in which a client runs", "bubblewrap"),
        _check_file("perl", "runs process 1 of a jail", "perl-base", Path(PERL)),
        _check_program("localedef", "compiles the locales of simulated hosts", "libc-bin"),
        _check_file("locale sources", "are compiled to locales", "locales", LOCALES),
        _check_file("time zones", "are the time zones of simulated hosts", "tzdata", ZONES),
    ]
    present = {need.name for need in found if need.present}
    found.append(_check_namespaces(run, "unshare" in present))
    if {"unshare", "ip", "nft"} <= present and found[-1].present:
        found.append(_check_interception(run))
    if found[-1].present:
        found.append(_check_interfaces(run))
        found.append(_check_overlays(run))
    found.append(
        Requirement(
            "clock",
            "gives clients another date",
            None,
            clock_preload.is_clock_supported(),
            ""
            if clock_preload.is_clock_supported()
            else "only on x86-64; the factor clock is not measured",
            required=False,
        )
    )
    obstacle = seccomp_notify.find_obstacle()
    found.append(
        Requirement(
            "answers",
            "lets system calls report another kernel, other processors and memory",
            None,
            obstacle is None,
            obstacle or "",
            required=False,
        )
    )
    found += [
        _check_program("npm", "installs clients that are npm packages", "npm", required=False),
        _check_program(
            "node", "runs clients that are written in JavaScript", "nodejs", required=False
        ),
        _check_program("git", "is used by clients in their working copy", "git", required=False),
        _check_program("strace", "traces what a client reads", "strace", required=False),
    ]
    return tuple(found)


def describe_missing(needed: Iterable[Requirement]) -> str | None:
    """Return one line that names the first missing requirement, or None."""
    for need in needed:
        if need.required and not need.present:
            reason = f" ({need.detail})" if need.detail else ""
            return f"missing: {need.name}{reason}, which {need.why}; see: lab doctor --install"
    return None


def require_all(run: RunTool = run_tool) -> None:
    """Check every requirement, in a few milliseconds, before anything takes long.

    Raises:
        MachineError: Something required is missing; the message names the first.
    """
    reason = describe_missing(check_requirements(run))
    if reason is not None:
        raise MachineError(reason)


def diagnose() -> str | None:
    """Return one line that names what this machine lacks to open a cell, or None."""
    return describe_missing(check_requirements())


def _check_linux() -> Requirement:
    system = os.uname()
    return Requirement(
        "Linux",
        "has the namespaces that cells are made of",
        None,
        system.sysname == "Linux",
        f"{system.sysname} {system.release}",
    )


def _check_program(name: str, why: str, package: str, *, required: bool = True) -> Requirement:
    found = shutil.which(name, path=SEARCH_PATH)
    return Requirement(name, why, package, found is not None, found or "", required)


def _check_file(name: str, why: str, package: str, path: Path) -> Requirement:
    return Requirement(name, why, package, path.exists(), str(path) if path.exists() else "")


def _check_namespaces(run: RunTool, possible: bool) -> Requirement:
    why = "isolates a client from machine and network"
    name = "namespaces"
    if not possible:
        return Requirement(name, why, "util-linux", False, "cannot be tried without unshare")
    ended = run(
        [
            "unshare",
            *user_namespace_options(),
            "--net",
            "--mount",
            "--ipc",
            "--pid",
            "--fork",
            "true",
        ]
    )
    if ended.returncode == 0:
        return Requirement(name, why, None, True)
    return Requirement(name, why, None, False, ended.stderr.strip() + _explain_denial())


def _explain_denial() -> str:
    """Name the kernel setting that forbids namespaces to ordinary users, if one does."""
    for path, forbidding, cure in (
        ("kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=15000"),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ):
        setting = Path("/proc/sys", path)
        if setting.exists() and setting.read_text().strip() == forbidding:
            return f"; root can allow it with: {cure}"
    return "; a container must be started with the right to make namespaces"


def _check_interception(run: RunTool) -> Requirement:
    """Whether nftables can intercept, tried in a network namespace."""
    rules = """
        table inet trial {
            chain prerouting {
                type filter hook prerouting priority mangle;
                meta l4proto { tcp, udp } tproxy ip to 192.0.2.1:1
                meta l4proto { tcp, udp } tproxy ip6 to [100::1]:1
            }
        }
    """
    ended = run(["unshare", *user_namespace_options(), "--net", "nft", rules])
    errors = ended.stderr.strip().splitlines()
    return Requirement(
        "tproxy",
        "redirects all traffic of a cell to the lab (kernel modules nft_tproxy, nf_tables)",
        None,
        ended.returncode == 0,
        errors[0] if errors else "",
    )


def _check_interfaces(run: RunTool) -> Requirement:
    found = try_device_kinds(run)
    return Requirement(
        "network interfaces",
        "gives clients interfaces and hardware addresses (kernel module dummy or ifb)",
        None,
        found is not None,
        found or "the factor network is not measured",
        required=False,
    )


def _check_overlays(run: RunTool) -> Requirement:
    """Whether folders can be mounted without their host paths, tried in a mount namespace."""
    script = """
        mount -t tmpfs none /sys && mkdir /sys/files /sys/empty /sys/merged &&
        mount -t overlay -o ro,lowerdir=/sys/files:/sys/empty overlay /sys/merged
    """
    ended = run(["unshare", *user_namespace_options(), "--mount", "sh", "-c", script])
    errors = ended.stderr.strip().splitlines()
    return Requirement(
        "overlayfs",
        "hides the host paths of a client's files from it",
        None,
        ended.returncode == 0,
        errors[0] if errors else "",
        required=False,
    )
