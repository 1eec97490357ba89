"""What of the host a jail stands on: looked up once a trial, and nothing else is read."""

from __future__ import annotations

import os
import platform
import posixpath
import stat
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from lab.clients.lab_folders import refuse_within
from lab.errors import UsageError
from lab.sandbox.jail import seccomp_notify
from lab.sandbox.jail.clock_preload import clock_files
from lab.sandbox.jail.locales import locale_folder
from lab.sandbox.jail.plan import (
    CACHE,
    FORBIDDEN,
    USR_LINKS,
    Ground,
    Jail,
    Shown,
    inside,
    writable_places,
)
from lab.sandbox.jail.proc_mounts import Entry

__all__ = ["survey"]


def survey(jail: Jail, locales: Path, now: float) -> Ground:
    """The ground of this jail, at this time; UsageError where a path cannot be shown.

    ``locales`` is the folder for compiled locales.
    """
    start = jail.surroundings.clock
    top: dict[str, str | None] = {}
    for name in USR_LINKS:
        if os.path.islink(f"/{name}"):
            top[name] = os.readlink(f"/{name}")
        elif os.path.isdir(f"/{name}"):
            top[name] = None
    loader_cache = None
    if os.path.exists(CACHE):
        with open(CACHE, "rb") as file:
            loader_cache = file.read()
    kept = [jail.surroundings.user.home, jail.surroundings.directory]
    kept += [*writable_places(jail.surroundings), "/var/tmp"]
    hidden = [os.path.realpath(folder) for folder in jail.hidden if os.path.isdir(folder)]
    refuse_within(jail.readable, hidden)
    shown = [each for each in _shown(jail.readable, kept, jail.shown) if not _lies_in(each, hidden)]
    moved = _moved(jail.shown)
    system = [Shown("/usr"), *(Shown(f"/{name}") for name in top if top[name] is None)]
    return Ground(
        top=top,
        shown=(*shown, *moved),
        covered=_covered((*system, *shown, *moved), hidden),
        proc=_entries(Path("/proc"), root=os.geteuid() == 0),
        groups=os.path.exists("/proc/self/cgroup"),
        architecture=platform.machine(),
        instructions=_instructions(),
        answered=seccomp_notify.supported(),
        started=now if start is None else start,
        loader_cache=loader_cache,
        alternatives=os.path.isdir("/etc/alternatives"),
        os_release=os.path.exists("/usr/lib/os-release"),
        locales=str(locale_folder(jail.surroundings.locales, locales)),
        clock={} if start is None else clock_files(start, now),
    )


def _shown(
    readable: Iterable[str], kept: list[str], moved: Iterable[tuple[str, str]]
) -> list[Shown]:
    """The readable paths as mounts, without those that others cover."""
    places = [place for _, place in moved]
    found: dict[str, Shown] = {}
    for path in sorted({posixpath.normpath(path) for path in readable}):
        if any(inside(path, place) for place in places):
            raise UsageError(
                f"{path} cannot be shown to the client: the jail has the client itself there"
            )
        if any(inside(path, other) for other, shown in found.items() if shown.target is None):
            continue
        for shown in _expanded(path, [*kept, *places]):
            # What the host happens to have where the jail puts something else.
            if not any(inside(shown.path, place) for place in places):
                found[shown.path] = shown
    return list(found.values())


def _moved(pairs: Iterable[tuple[str, str]]) -> list[Shown]:
    """What is shown at another path, as mounts."""
    found = []
    for source, place in pairs:
        if not os.path.isdir(source):
            raise UsageError(f"{source} cannot be shown to the client: it is not a folder")
        if not place.startswith("/") or any(inside(place, outer) for outer in (*FORBIDDEN, "/usr")):
            raise UsageError(f"nothing of the host can be shown to the client as {place}")
        found.append(Shown(place, source=source))
    return found


@cache
def _entries(proc: Path, *, root: bool) -> dict[str, Entry]:
    """What is in /proc beside the processes, which does not change while a kernel runs.

    What only root may read is left out for the others, to whom the kernel refuses it.
    """
    found: dict[str, Entry] = {}
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
def _instructions() -> frozenset[str]:
    """What the processor can: of the first, for the others are alike."""
    found: set[str] = set()
    with open("/proc/cpuinfo") as processors:
        for line in processors:
            name, _, words = line.partition(":")
            if name.strip() in {"flags", "Features"}:
                found.update(words.split())
                break
    return frozenset(found)


def _lies_in(shown: Shown, hidden: Iterable[str]) -> bool:
    """Whether this is an entry of a hidden folder; a link counts as where it stands."""
    path = os.path.realpath(shown.path)
    if shown.target is not None:
        parent, name = posixpath.split(shown.path)
        path = posixpath.join(os.path.realpath(parent), name)
    return any(inside(path, folder) for folder in hidden)


def _covered(mounts: Iterable[Shown], hidden: Iterable[str]) -> tuple[str, ...]:
    """Where, inside these mounts, the hidden folders would show."""
    found = set()
    for shown in mounts:
        if shown.target is not None:
            continue
        real = os.path.realpath(shown.source or shown.path)
        for folder in hidden:
            if inside(folder, real):
                found.add(posixpath.normpath(f"{shown.path}/{posixpath.relpath(folder, real)}"))
    return tuple(path for path in sorted(found) if not any(_below(path, other) for other in found))


def _below(path: str, outer: str) -> bool:
    return path != outer and inside(path, outer)


def _expanded(path: str, kept: list[str]) -> list[Shown]:
    """This path, or its entries where the path itself must stay the jail's own."""
    if not path.startswith("/"):
        raise UsageError(f"{path} cannot be shown to the client: give the absolute path")
    if path == "/" or any(inside(path, outer) for outer in FORBIDDEN):
        raise UsageError(
            f"{path} cannot be shown to the client: it would tell it about this machine; "
            "put what it needs into a folder of its own"
        )
    if inside(path, "/usr") or any(inside(path, f"/{name}") for name in USR_LINKS):
        return []
    if any(inside(place, path) for place in kept):
        if not os.path.isdir(path):
            return []
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        return [
            shown
            for entry in entries
            for shown in (
                [Shown(entry.path, target=os.readlink(entry.path))]
                if entry.is_symlink()
                else _expanded(entry.path, kept)
                if entry.is_file() or entry.is_dir()
                else []
            )
        ]
    if os.path.isdir(path):
        return [Shown(path, source=path)]
    if os.path.isfile(path):
        return [Shown(path, directory=False)]
    if os.path.exists(path):
        raise UsageError(
            f"{path} cannot be shown to the client: it is neither a file nor a folder, "
            "and would lead out of the jail"
        )
    raise UsageError(f"{path} cannot be shown to the client: it does not exist")
