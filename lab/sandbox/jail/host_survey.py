"""Collection of the facts about the real host that a jail depends on, once a trial."""

from __future__ import annotations

import os
import platform
import posixpath
import stat
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from lab.clients.lab_folders import refuse_lab_folders
from lab.errors import UsageError
from lab.sandbox.jail import seccomp_notify
from lab.sandbox.jail.clock_preload import make_clock_files
from lab.sandbox.jail.host_facts import HostFacts, Mount
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.locales import make_locale_folder
from lab.sandbox.jail.paths import (
    FORBIDDEN_PATHS,
    LOADER_CACHE,
    USR_LINKS,
    is_within,
    list_writable_paths,
    normalise,
)
from lab.sandbox.jail.proc_mounts import ProcEntry

__all__ = ["survey_host"]


def survey_host(jail: Jail, locales: Path, now: float) -> HostFacts:
    """Collect the facts about the host that this jail depends on.

    Args:
        jail: The trial's input.
        locales: Folder for compiled locales.
        now: The host's Unix time.

    Raises:
        UsageError: A path of the host cannot be mounted in a jail.
        MachineError: This machine cannot simulate the date or a locale.
    """
    start = jail.spec.clock
    root_entries: dict[str, str | None] = {}
    for name in USR_LINKS:
        if os.path.islink(f"/{name}"):
            root_entries[name] = os.readlink(f"/{name}")
        elif os.path.isdir(f"/{name}"):
            root_entries[name] = None
    loader_cache = None
    if os.path.exists(LOADER_CACHE):
        with open(LOADER_CACHE, "rb") as file:
            loader_cache = file.read()
    reserved = [jail.spec.user.home, jail.spec.directory]
    reserved += [*list_writable_paths(jail.spec), "/var/tmp"]
    hidden = [os.path.realpath(folder) for folder in jail.hidden if os.path.isdir(folder)]
    refuse_lab_folders(jail.readable, hidden)
    mounts = [
        each
        for each in _plan_mounts(jail.readable, reserved, jail.mapped_folders)
        if not _is_hidden(each, hidden)
    ]
    mapped = _plan_mapped_folders(jail.mapped_folders)
    system = [
        Mount("/usr"),
        *(Mount(f"/{name}") for name in root_entries if root_entries[name] is None),
    ]
    return HostFacts(
        root_entries=root_entries,
        mounts=(*mounts, *mapped),
        hidden_paths=_find_hidden_paths((*system, *mounts, *mapped), hidden),
        proc_entries=_list_proc_entries(Path("/proc"), root=os.geteuid() == 0),
        has_cgroups=os.path.exists("/proc/self/cgroup"),
        architecture=platform.machine(),
        cpu_flags=_read_cpu_flags(),
        can_answer_syscalls=seccomp_notify.can_answer_syscalls(),
        start_time=now if start is None else start,
        loader_cache=loader_cache,
        has_alternatives=os.path.isdir("/etc/alternatives"),
        has_os_release=os.path.exists("/usr/lib/os-release"),
        locales=str(make_locale_folder(jail.spec.locales, locales)),
        clock_files={} if start is None else make_clock_files(start, now),
    )


def _plan_mounts(
    readable: Iterable[str], reserved: list[str], mapped: Iterable[tuple[str, str]]
) -> list[Mount]:
    """Plan mounts of the readable paths, without those that lie within others."""
    inner_paths = [path for _, path in mapped]
    found: dict[str, Mount] = {}
    for path in sorted({normalise(path) for path in readable}):
        if any(is_within(path, inner) for inner in inner_paths):
            raise UsageError(
                f"{path} cannot be shown to the client: the jail has the client itself there"
            )
        if any(is_within(path, other) for other, mount in found.items() if mount.target is None):
            continue
        for mount in _expand_path(path, [*reserved, *inner_paths]):
            # Skip what the host has at a path that the jail uses otherwise.
            if not any(is_within(mount.path, inner) for inner in inner_paths):
                found[mount.path] = mount
    return list(found.values())


def _plan_mapped_folders(pairs: Iterable[tuple[str, str]]) -> list[Mount]:
    """Plan mounts of host folders at another path."""
    found = []
    for source, path in pairs:
        if not os.path.isdir(source):
            raise UsageError(f"{source} cannot be shown to the client: it is not a folder")
        if not path.startswith("/") or any(
            is_within(path, outer) for outer in (*FORBIDDEN_PATHS, "/usr")
        ):
            raise UsageError(f"nothing of the host can be shown to the client as {path}")
        found.append(Mount(path, source=source))
    return found


@cache
def _list_proc_entries(proc: Path, *, root: bool) -> dict[str, ProcEntry]:
    """List what is in /proc except processes; it does not change while a kernel runs.

    For ordinary users, files that only root can read are omitted: the kernel refuses them.
    """
    found: dict[str, ProcEntry] = {}
    for entry in sorted(os.scandir(proc), key=lambda entry: entry.name):
        if entry.name.isdecimal() or entry.is_symlink():
            continue
        if entry.is_dir():
            found[entry.name] = "folder"
        elif entry.stat().st_mode & stat.S_IROTH:
            found[entry.name] = "file"
        elif root:
            found[entry.name] = "closed"
    return found


@cache
def _read_cpu_flags() -> frozenset[str]:
    """Read the features of the first processor; the others have the same."""
    found: set[str] = set()
    with open("/proc/cpuinfo") as processors:
        for line in processors:
            name, _, words = line.partition(":")
            if name.strip() in {"flags", "Features"}:
                found.update(words.split())
                break
    return frozenset(found)


def _is_hidden(mount: Mount, hidden: Iterable[str]) -> bool:
    """Whether this lies in a hidden folder; a link counts at its own path, not its target's."""
    path = os.path.realpath(mount.path)
    if mount.target is not None:
        parent, name = posixpath.split(mount.path)
        path = posixpath.join(os.path.realpath(parent), name)
    return any(is_within(path, folder) for folder in hidden)


def _find_hidden_paths(mounts: Iterable[Mount], hidden: Iterable[str]) -> tuple[str, ...]:
    """List the paths inside at which these mounts contain hidden folders."""
    found = set()
    for mount in mounts:
        if mount.target is not None:
            continue
        real = os.path.realpath(mount.source or mount.path)
        for folder in hidden:
            if is_within(folder, real):
                found.add(normalise(f"{mount.path}/{posixpath.relpath(folder, real)}"))
    return tuple(
        path for path in sorted(found) if not any(_is_below(path, other) for other in found)
    )


def _is_below(path: str, outer: str) -> bool:
    return path != outer and is_within(path, outer)


def _expand_path(path: str, reserved: list[str]) -> list[Mount]:
    """Plan mounts of a path, or of its entries where the jail has a folder of its own there."""
    if not path.startswith("/"):
        raise UsageError(f"{path} cannot be shown to the client: give the absolute path")
    if path == "/" or any(is_within(path, outer) for outer in FORBIDDEN_PATHS):
        raise UsageError(
            f"{path} cannot be shown to the client: it would reveal this machine; "
            "put what it needs into a folder of its own"
        )
    if is_within(path, "/usr") or any(is_within(path, f"/{name}") for name in USR_LINKS):
        return []
    if any(is_within(inner, path) for inner in reserved):
        if not os.path.isdir(path):
            return []
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        return [
            mount
            for entry in entries
            for mount in (
                [Mount(entry.path, target=os.readlink(entry.path))]
                if entry.is_symlink()
                else _expand_path(entry.path, reserved)
                if entry.is_file() or entry.is_dir()
                else []
            )
        ]
    if os.path.isdir(path):
        return [Mount(path, source=path)]
    if os.path.isfile(path):
        return [Mount(path, directory=False)]
    if os.path.exists(path):
        raise UsageError(
            f"{path} cannot be shown to the client: it is neither a file nor a folder, "
            "and would lead out of the jail"
        )
    raise UsageError(f"{path} cannot be shown to the client: it does not exist")
