"""What of the host a jail stands on: looked up once a trial, and nothing else is read."""

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
)
from lab.sandbox.jail.proc_mounts import ProcEntry

__all__ = ["survey_host"]


def survey_host(jail: Jail, locales: Path, now: float) -> HostFacts:
    """The ground of this jail, at this time; UsageError where a path cannot be shown.

    ``locales`` is the folder for compiled locales.
    """
    start = jail.spec.clock
    top: dict[str, str | None] = {}
    for name in USR_LINKS:
        if os.path.islink(f"/{name}"):
            top[name] = os.readlink(f"/{name}")
        elif os.path.isdir(f"/{name}"):
            top[name] = None
    loader_cache = None
    if os.path.exists(LOADER_CACHE):
        with open(LOADER_CACHE, "rb") as file:
            loader_cache = file.read()
    kept = [jail.spec.user.home, jail.spec.directory]
    kept += [*list_writable_paths(jail.spec), "/var/tmp"]
    hidden = [os.path.realpath(folder) for folder in jail.hidden if os.path.isdir(folder)]
    refuse_lab_folders(jail.readable, hidden)
    shown = [
        each
        for each in _plan_mounts(jail.readable, kept, jail.mapped_folders)
        if not _is_hidden(each, hidden)
    ]
    moved = _plan_mapped_folders(jail.mapped_folders)
    system = [Mount("/usr"), *(Mount(f"/{name}") for name in top if top[name] is None)]
    return HostFacts(
        root_entries=top,
        mounts=(*shown, *moved),
        hidden_paths=_find_hidden_paths((*system, *shown, *moved), hidden),
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
    readable: Iterable[str], kept: list[str], moved: Iterable[tuple[str, str]]
) -> list[Mount]:
    """The readable paths as mounts, without those that others cover."""
    places = [place for _, place in moved]
    found: dict[str, Mount] = {}
    for path in sorted({posixpath.normpath(path) for path in readable}):
        if any(is_within(path, place) for place in places):
            raise UsageError(
                f"{path} cannot be shown to the client: the jail has the client itself there"
            )
        if any(is_within(path, other) for other, shown in found.items() if shown.target is None):
            continue
        for shown in _expand_path(path, [*kept, *places]):
            # What the host happens to have where the jail puts something else.
            if not any(is_within(shown.path, place) for place in places):
                found[shown.path] = shown
    return list(found.values())


def _plan_mapped_folders(pairs: Iterable[tuple[str, str]]) -> list[Mount]:
    """What is shown at another path, as mounts."""
    found = []
    for source, place in pairs:
        if not os.path.isdir(source):
            raise UsageError(f"{source} cannot be shown to the client: it is not a folder")
        if not place.startswith("/") or any(
            is_within(place, outer) for outer in (*FORBIDDEN_PATHS, "/usr")
        ):
            raise UsageError(f"nothing of the host can be shown to the client as {place}")
        found.append(Mount(place, source=source))
    return found


@cache
def _list_proc_entries(proc: Path, *, root: bool) -> dict[str, ProcEntry]:
    """What is in /proc beside the processes, which does not change while a kernel runs.

    What only root may read is left out for the others, to whom the kernel refuses it.
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
    """What the processor can: of the first, for the others are alike."""
    found: set[str] = set()
    with open("/proc/cpuinfo") as processors:
        for line in processors:
            name, _, words = line.partition(":")
            if name.strip() in {"flags", "Features"}:
                found.update(words.split())
                break
    return frozenset(found)


def _is_hidden(shown: Mount, hidden: Iterable[str]) -> bool:
    """Whether this is an entry of a hidden folder; a link counts as where it stands."""
    path = os.path.realpath(shown.path)
    if shown.target is not None:
        parent, name = posixpath.split(shown.path)
        path = posixpath.join(os.path.realpath(parent), name)
    return any(is_within(path, folder) for folder in hidden)


def _find_hidden_paths(mounts: Iterable[Mount], hidden: Iterable[str]) -> tuple[str, ...]:
    """Where, inside these mounts, the hidden folders would show."""
    found = set()
    for shown in mounts:
        if shown.target is not None:
            continue
        real = os.path.realpath(shown.source or shown.path)
        for folder in hidden:
            if is_within(folder, real):
                found.add(posixpath.normpath(f"{shown.path}/{posixpath.relpath(folder, real)}"))
    return tuple(
        path for path in sorted(found) if not any(_is_below(path, other) for other in found)
    )


def _is_below(path: str, outer: str) -> bool:
    return path != outer and is_within(path, outer)


def _expand_path(path: str, kept: list[str]) -> list[Mount]:
    """This path, or its entries where the path itself must stay the jail's own."""
    if not path.startswith("/"):
        raise UsageError(f"{path} cannot be shown to the client: give the absolute path")
    if path == "/" or any(is_within(path, outer) for outer in FORBIDDEN_PATHS):
        raise UsageError(
            f"{path} cannot be shown to the client: it would tell it about this machine; "
            "put what it needs into a folder of its own"
        )
    if is_within(path, "/usr") or any(is_within(path, f"/{name}") for name in USR_LINKS):
        return []
    if any(is_within(place, path) for place in kept):
        if not os.path.isdir(path):
            return []
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        return [
            shown
            for entry in entries
            for shown in (
                [Mount(entry.path, target=os.readlink(entry.path))]
                if entry.is_symlink()
                else _expand_path(entry.path, kept)
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
