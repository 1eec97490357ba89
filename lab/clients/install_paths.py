"""Where a jailed client finds itself.

An installed client lies on the host wherever the lab keeps it, which differs between
machines and would tell the client about the lab.  So its jail shows it where software that
belongs to no distribution ordinarily lies, the same on every machine and for every version
(Filesystem Hierarchy Standard 3.0, section 3.13).  ``shown`` pairs, here and in
:class:`~lab.clients.profile.Client`, are a host folder and its path inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

__all__ = ["Mounts", "jail_install_path", "to_host_path", "to_jail_path"]

Mounts = Iterable[tuple[str, str]]


def jail_install_path(name: str) -> str:
    """The folder in which the jail shows the installed client of this name."""
    return f"/opt/{name}"


def to_jail_path(path: str, shown: Mounts) -> str:
    """How a jail knows a host path; the same, where no pair moves it."""
    return _map_path(path, shown)


def to_host_path(path: str, shown: Mounts) -> str:
    """Where on the host that is which a jail knows by this path."""
    return _map_path(path, ((there, here) for here, there in shown))


def _map_path(path: str, pairs: Mounts) -> str:
    for source, target in pairs:
        if PurePosixPath(path).is_relative_to(source):
            return str(PurePosixPath(target) / PurePosixPath(path).relative_to(source))
    return path
