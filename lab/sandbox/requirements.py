"""What the lab needs from the machine, what is there, and how to get the rest.

Each need is *tried*, not looked up: a kernel that can do a thing may still forbid it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import msgspec

from lab.errors import MachineError
from lab.sandbox.jail import clock_preload, seccomp_notify
from lab.sandbox.jail.init import PERL

__all__ = [
    "Requirement",
    "check_requirements",
    "describe_missing",
    "find_device_kind",
    "install_packages",
    "require_all",
    "user_namespace_options",
]

SEARCH_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
"""Ordinary users' PATH often lacks the folders in which ip and nft are."""

ENVIRONMENT = {"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}

NEEDED_CAPABILITIES = 1 << 12 | 1 << 21
"""CAP_NET_ADMIN and CAP_SYS_ADMIN; see capabilities(7)."""

LOCALES = Path("/usr/share/i18n/locales/en_US")
ZONES = Path("/usr/share/zoneinfo/Europe/Berlin")
"""Files that stand for their packages; images of containers often lack both."""

DEVICES = ("dummy", "ifb")
"""Kinds of network devices that discard what is sent through them, and have no other end."""

RunTool = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


class Requirement(msgspec.Struct, frozen=True):
    """One thing that the machine must have (or, where not ``required``, should)."""

    name: str
    why: str
    package: str | None
    """The Debian package that brings it; None where no package can."""
    present: bool
    detail: str = ""
    required: bool = True


def run_tool(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; a program that does not exist ends with 127."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, env=ENVIRONMENT, timeout=900, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        return subprocess.CompletedProcess(command, 127, "", str(failure))


def check_requirements(run: RunTool = run_tool) -> tuple[Requirement, ...]:
    """Everything that the lab needs, each tried on this machine."""
    found = [_check_linux()]
    found += [
        _check_program("unshare", "makes the namespaces of a cell", "util-linux"),
        _check_program("ip", "sets up a cell's network", "iproute2"),
        _check_program("nft", "brings all traffic of a cell to the lab", "nftables"),
        _check_program("bwrap", "makes the jail in which a client runs", "bubblewrap"),
        _check_file("perl", "is the first process in a jail", "perl-base", Path(PERL)),
        _check_program("localedef", "makes the locales that are tried", "libc-bin"),
        _check_file("locale sources", "are what locales are made of", "locales", LOCALES),
        _check_file("time zones", "are what a client's zone is chosen from", "tzdata", ZONES),
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
            "lets system calls tell of another kernel, other processors and memory",
            None,
            obstacle is None,
            obstacle or "",
            required=False,
        )
    )
    found += [
        _check_program("npm", "installs clients that come from npm", "npm", required=False),
        _check_program(
            "node", "runs clients that are written in JavaScript", "nodejs", required=False
        ),
        _check_program("git", "clients use it in their working copy", "git", required=False),
        _check_program(
            "strace", "shows what a client reads, for explanations", "strace", required=False
        ),
    ]
    return tuple(found)


def describe_missing(needed: Iterable[Requirement]) -> str | None:
    """One line that names the first required thing that is missing; None where nothing is."""
    for need in needed:
        if need.required and not need.present:
            reason = f" ({need.detail})" if need.detail else ""
            return f"missing: {need.name}{reason}, which {need.why}; see: lab doctor --install"
    return None


def require_all(run: RunTool = run_tool) -> None:
    """MachineError that names the first required thing that is missing, if one is.

    It takes a few milliseconds, so that a command can ask before anything takes long.
    """
    reason = describe_missing(check_requirements(run))
    if reason is not None:
        raise MachineError(reason)


def user_namespace_options() -> tuple[str, ...]:
    """The options with which unshare must make a user namespace first, where it must.

    Not for root, unless in a container that leaves root without the rights.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            held = int(line.split()[1], 16)
            if held & NEEDED_CAPABILITIES == NEEDED_CAPABILITIES:
                return ()
    return ("--user", "--map-root-user")


@cache
def find_device_kind() -> str | None:
    """The kind of device with which a cell pretends network interfaces.

    None where the kernel has none of :data:`DEVICES`.
    """
    return _try_device_kinds(run_tool)


def install_packages(needed: Iterable[Requirement], run: RunTool = run_tool) -> tuple[str, ...]:
    """Install the packages of what is missing; their names.

    MachineError where that needs rights that this user has not, or fails.
    """
    packages = sorted({need.package for need in needed if not need.present and need.package})
    if not packages:
        return ()
    if shutil.which("apt-get", path=SEARCH_PATH) is None:
        raise MachineError(
            "only Debian's apt-get is known to the lab; "
            f"install with this system's own package manager: {' '.join(packages)}"
        )
    prefix: list[str] = []
    if os.geteuid() != 0:
        if run(["sudo", "-n", "true"]).returncode:
            raise MachineError(
                "installing packages needs root, and sudo asks for a password; "
                f"run: sudo apt-get install {' '.join(packages)}"
            )
        prefix = ["sudo", "-n"]
    install_now = [*prefix, "apt-get", "install", "--yes", "--no-install-recommends", *packages]
    updated = run([*prefix, "apt-get", "update"])
    ended = run(install_now)
    if ended.returncode:
        lines = (ended.stderr or updated.stderr).strip().splitlines()
        said = lines[-1] if lines else f"exit code {ended.returncode}"
        raise MachineError(f"apt-get could not install {' '.join(packages)}: {said}")
    return tuple(packages)


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
    why = "lets a client be cut off from machine and network"
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
    """Which setting of the kernel forbids ordinary users their namespaces, if one does."""
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
    """Whether the kernel's nftables can intercept: tried in a namespace of its own."""
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
    said = ended.stderr.strip().splitlines()
    return Requirement(
        "tproxy",
        "brings all traffic of a cell to the lab (kernel modules nft_tproxy, nf_tables)",
        None,
        ended.returncode == 0,
        said[0] if said else "",
    )


def _check_interfaces(run: RunTool) -> Requirement:
    found = _try_device_kinds(run)
    return Requirement(
        "network interfaces",
        "gives clients interfaces and hardware addresses (kernel module dummy or ifb)",
        None,
        found is not None,
        found or "the factor network is not measured",
        required=False,
    )


def _try_device_kinds(run: RunTool) -> str | None:
    """The first kind of device that can be made, each tried in a namespace of its own."""
    for kind in DEVICES:
        making = ["ip", "link", "add", "name", "eth0", "type", kind]
        if run(["unshare", *user_namespace_options(), "--net", *making]).returncode == 0:
            return kind
    return None


def _check_overlays(run: RunTool) -> Requirement:
    """Whether folders can be shown without their paths: tried in a namespace of its own."""
    script = """
        mount -t tmpfs none /sys && mkdir /sys/files /sys/empty /sys/shown &&
        mount -t overlay -o ro,lowerdir=/sys/files:/sys/empty overlay /sys/shown
    """
    ended = run(["unshare", *user_namespace_options(), "--mount", "sh", "-c", script])
    said = ended.stderr.strip().splitlines()
    return Requirement(
        "overlayfs",
        "hides from a client where on this machine its files lie",
        None,
        ended.returncode == 0,
        said[0] if said else "",
        required=False,
    )
