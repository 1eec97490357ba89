"""Paths inside a jail: which are the system's, which are writable, which contain others."""

from __future__ import annotations

import posixpath

from lab.factors.host_spec import HostSpec

__all__ = [
    "FORBIDDEN_PATHS",
    "LOADER_CACHE",
    "USR_LINKS",
    "is_within",
    "list_writable_paths",
    "normalise",
]

FORBIDDEN_PATHS = ("/proc", "/sys", "/dev", "/etc")
"""Folders of which nothing of the host is mounted."""
USR_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Names in ``/`` that are links into /usr on most systems."""
LOADER_CACHE = "/etc/ld.so.cache"


def normalise(path: str) -> str:
    """Remove ``.``, ``..`` and doubled slashes from a path.

    POSIX lets a system give two leading slashes a meaning of their own, so normpath keeps them;
    Linux does not.
    """
    normal = posixpath.normpath(path)
    return normal[1:] if normal.startswith("//") else normal


def is_within(path: str, outer: str) -> bool:
    """Whether ``path`` is ``outer`` or below it."""
    path, outer = normalise(path), normalise(outer)
    return path == outer or path.startswith(outer.rstrip("/") + "/")


def list_writable_paths(spec: HostSpec) -> tuple[str, ...]:
    """List the folders in which the client's user can write, sorted, none within another."""
    wanted = {"/tmp", "/var", "/run", spec.user.home, spec.directory}
    return tuple(
        path
        for path in sorted(normalise(path) for path in wanted)
        if not any(is_within(path, other) for other in wanted if normalise(other) != path)
    )
