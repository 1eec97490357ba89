"""Installation of the system packages that the lab needs, on Debian and its derivatives."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

from lab.errors import MachineError
from lab.sandbox.cell.kernel_support import SEARCH_PATH, RunTool, run_tool
from lab.sandbox.requirements import Requirement

__all__ = ["install_packages"]


def install_packages(needed: Iterable[Requirement], run: RunTool = run_tool) -> tuple[str, ...]:
    """Install the packages of what is missing.

    Args:
        needed: The requirements, as they were found.
        run: Runs a program of the system.

    Returns:
        The names of the packages.

    Raises:
        MachineError: The system has no apt-get, the user has no rights, or apt-get fails.
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
        reason = lines[-1] if lines else f"exit code {ended.returncode}"
        raise MachineError(f"apt-get could not install {' '.join(packages)}: {reason}")
    return tuple(packages)
