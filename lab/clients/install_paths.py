"""Paths of an installed client, on the host and inside its jail.

The host path of an installed client differs between machines and would reveal the lab.  So
its jail mounts it below ``/opt``, the place of add-on software (Filesystem Hierarchy Standard
3.0, section 3.13), at the same path on every machine and for every version.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

__all__ = ["Mounts", "jail_install_path", "to_host_path", "to_jail_path"]

Mounts = Iterable[tuple[str, str]]
"""Pairs of a host folder and its path inside the jail."""


def jail_install_path(name: str) -> str:
    """The folder inside the jail of the installed client of this name."""
    return f"/opt/{name}"


def to_jail_path(path: str, mounts: Mounts) -> str:
    """The path inside the jail of a host path; unchanged outside of all mounts."""
    return _map_path(path, mounts)


def to_host_path(path: str, mounts: Mounts) -> str:
    """The host path of a path inside the jail; unchanged outside of all mounts."""
    return _map_path(path, ((there, here) for here, there in mounts))


def _map_path(path: str, pairs: Mounts) -> str:
    for source, target in pairs:
        if PurePosixPath(path).is_relative_to(source):
            return str(PurePosixPath(target) / PurePosixPath(path).relative_to(source))
    return path
