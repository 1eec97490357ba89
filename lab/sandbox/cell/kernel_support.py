"""What this kernel and this user's rights allow: namespaces, and devices for interfaces.

Each capability is tried, not looked up: a kernel that can do a thing may still forbid it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

__all__ = [
    "DEVICE_KINDS",
    "SEARCH_PATH",
    "RunTool",
    "find_device_kind",
    "run_tool",
    "try_device_kinds",
    "user_namespace_options",
]

SEARCH_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
"""Ordinary users' PATH often lacks the folders in which ip and nft are."""

ENVIRONMENT = {"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
TIMEOUT_S = 900

NEEDED_CAPABILITIES = 1 << 12 | 1 << 21
"""CAP_NET_ADMIN and CAP_SYS_ADMIN; see capabilities(7)."""

DEVICE_KINDS = ("dummy", "ifb")
"""Kinds of network devices that discard what is sent through them and have no peer."""

RunTool = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


def run_tool(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of the system to its end; one that does not exist has exit code 127."""
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        return subprocess.CompletedProcess(command, 127, "", str(failure))


def user_namespace_options() -> tuple[str, ...]:
    """Return unshare's options for a user namespace, where one is needed.

    Root needs none, except in a container that leaves root without the capabilities.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            held = int(line.split()[1], 16)
            if held & NEEDED_CAPABILITIES == NEEDED_CAPABILITIES:
                return ()
    return ("--user", "--map-root-user")


@cache
def find_device_kind() -> str | None:
    """Return the kind of device that simulates network interfaces in cells.

    None where the kernel has none of :data:`DEVICE_KINDS`.
    """
    return try_device_kinds(run_tool)


def try_device_kinds(run: RunTool) -> str | None:
    """Return the first kind of device that can be created in a network namespace, or None."""
    for kind in DEVICE_KINDS:
        create = ["ip", "link", "add", "name", "eth0", "type", kind]
        if run(["unshare", *user_namespace_options(), "--net", *create]).returncode == 0:
            return kind
    return None
