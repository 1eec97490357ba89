"""The jail: what the client sees of a machine, as a list of files and of mounts.

Everything here is a pure function of a :class:`Jail` and of the :class:`HostFacts` (the few
facts about the host that matter), so that it can be tested without starting anything.
:mod:`lab.sandbox.cell.cell` makes it real.

Layout.  One size-limited tmpfs, new for every trial, holds the whole root directory except
``/usr``.  It is shown read-only, as an ordinary user finds it; the places where a user can
write are bound again, writable.  So one number bounds what a client can write in all places
together, and nothing of it is left afterwards.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

import msgspec

from lab.errors import UsageError
from lab.factors.host_spec import Directory, File, HostSpec, Link
from lab.sandbox.cell.network_plan import plan_network
from lab.sandbox.jail.files.etc import build_etc
from lab.sandbox.jail.files.facts import MachineFacts
from lab.sandbox.jail.files.procfs import build_procfs, format_own_cgroup
from lab.sandbox.jail.files.sysfs import build_sysfs
from lab.sandbox.jail.init import CAPABILITIES, encode_start_file
from lab.sandbox.jail.proc_mounts import STAGE, ProcEntry, plan_proc_mounts
from lab.sandbox.jail.syscall_answers import SyscallAnswers, build_answers

__all__ = [
    "HostFacts",
    "Jail",
    "JailPlan",
    "Limits",
    "Mount",
    "add_login_variables",
    "is_within",
    "list_writable_paths",
    "plan_jail",
]

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30

FORBIDDEN_PATHS = ("/proc", "/sys", "/dev", "/etc")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "core": "/proc/kcore",
    "ptmx": "pts/ptmx",
}
USR_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
LOADER_CACHE = "/etc/ld.so.cache"


class Limits(msgspec.Struct, frozen=True):
    """What one trial may use; whoever exceeds a limit is ended, with a verdict that says so."""

    wall_s: float = 60.0
    output_bytes: int = 16 * MEBIBYTE
    """stdout and stderr together; of each, the first mebibyte is kept."""
    disk_bytes: int = 2 * GIBIBYTE
    """All writable places together."""
    processes: int = 512
    """Processes and threads."""
    memory_bytes: int = 8 * GIBIBYTE
    """Resident memory of all processes, without what they share."""


class Jail(msgspec.Struct, frozen=True):
    """One trial's place: surroundings (settled), command, and what of the host is shown.

    ``argv[0]`` may be a bare name, looked up on PATH inside.  ``readable`` names host
    folders and files shown read-only at the same path, ``shown`` those shown at another:
    pairs of a host folder and its path inside.  ``trust`` is the PEM text of the certificate
    authorities that the jail's system bundle holds.  ``hidden`` are host folders of which
    nothing is shown, wherever they lie: where a shown folder holds one, it is empty.
    """

    spec: HostSpec
    argv: tuple[str, ...]
    readable: tuple[str, ...] = ()
    ca_pem: bytes = b""
    limits: Limits = Limits()
    mapped_folders: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()


class Mount(msgspec.Struct, frozen=True):
    """A host path shown inside: a folder, a file, or (with ``target``) a symbolic link.

    ``path`` is where the jail has it; ``source`` is a folder's host path, if it is another.
    """

    path: str
    directory: bool = True
    target: str | None = None
    source: str | None = None


class HostFacts(msgspec.Struct, frozen=True):
    """What of the host a jail stands on.

    ``top`` tells for ``bin``, ``lib`` and their like, where they exist, whether they are
    links (into /usr) and whereto, or directories (None).  ``locales`` is the host folder
    that the jail sees as /usr/lib/locale.
    """

    root_entries: Mapping[str, str | None] = {}
    mounts: tuple[Mount, ...] = ()
    hidden_paths: tuple[str, ...] = ()
    """Paths inside over which an empty folder is put, after all else is shown."""
    proc_entries: Mapping[str, ProcEntry] = {}
    """What is in /proc beside the processes, by name."""
    has_cgroups: bool = False
    """Whether the kernel has control groups."""
    architecture: str = "x86_64"
    cpu_flags: frozenset[str] = frozenset()
    """What the processor can, by the names of /proc/cpuinfo."""
    can_answer_syscalls: bool = True
    """Whether the lab can answer system calls."""
    start_time: float = 0.0
    """The Unix time at which the client starts, as it sees it."""
    loader_cache: bytes | None = None
    has_alternatives: bool = False
    has_os_release: bool = False
    locales: str | None = None
    clock_files: Mapping[str, File] = {}
    """The files that give the jail another date."""


class JailPlan(msgspec.Struct, frozen=True):
    """A jail worked out: the tree to write, bubblewrap's arguments, and init's start file.

    ``covers`` are what is written below the tree's /sys before process 1 is told to go on.
    ``answers`` are what system calls are answered, where the lab can.

    ``folders`` are those of the host that are shown at another path.  The arguments expect
    them beside the tree's root, under their numbers, so that their own paths do not show;
    and beside them ``empty``, a folder.
    """

    tree: Mapping[str, File | Link | Directory]
    arguments: tuple[str, ...]
    start: bytes
    host_folders: tuple[str, ...] = ()
    staged_items: Mapping[str, File | Link | Directory] = {}
    syscall_answers: SyscallAnswers | None = None


def add_login_variables(
    surroundings: HostSpec, search_path: Iterable[str] = ("/usr/local/bin", "/usr/bin", "/bin")
) -> dict[str, str]:
    """The environment of a login: what the user and directory imply, under what is set."""
    user = surroundings.user
    implied = {
        "HOME": user.home,
        "LOGNAME": user.login,
        "PATH": ":".join(search_path),
        "PWD": surroundings.directory,
        "SHELL": user.shell,
        "USER": user.login,
    }
    return {**implied, **surroundings.variables}


def list_writable_paths(surroundings: HostSpec) -> tuple[str, ...]:
    """Where the client's user can write, outermost first, none inside another."""
    wanted = {"/tmp", "/var", "/run", surroundings.user.home, surroundings.directory}
    return tuple(
        place
        for place in sorted(_normalise(place) for place in wanted)
        if not any(is_within(place, other) for other in wanted if _normalise(other) != place)
    )


def plan_jail(jail: Jail, ground: HostFacts, tree: str) -> JailPlan:
    """Work the jail out; ``tree`` is where the tree is mounted.  UsageError if it cannot be."""
    surroundings = jail.spec
    places = list_writable_paths(surroundings)
    items = _build_skeleton(surroundings, ground)
    items.update(build_etc(surroundings, jail.ca_pem))
    items.update(ground.clock_files)
    if ground.loader_cache is not None:
        items[LOADER_CACHE] = File(ground.loader_cache)
    for path in (surroundings.user.home, surroundings.directory):
        _check_path(path, ground)
    for path in surroundings.directories:
        _check_path(path, ground)
        items[_normalise(path)] = Directory()
    for path, item in surroundings.files.items():
        _check_path(path, ground)
        items[_normalise(path)] = item
    arguments = ["--ro-bind", f"{tree}/root", "/", "--ro-bind", "/usr", "/usr"]
    for name, target in ground.root_entries.items():
        if target is None:
            arguments += ["--ro-bind", f"/{name}", f"/{name}"]
    if ground.has_alternatives:
        items["/etc/alternatives"] = Directory()
        arguments += ["--ro-bind", "/etc/alternatives", "/etc/alternatives"]
    if ground.has_os_release:
        arguments += ["--ro-bind", f"{tree}/root/etc/os-release", "/usr/lib/os-release"]
    folders: list[str] = []
    if ground.locales is not None:
        arguments += ["--ro-bind", f"{tree}/{len(folders)}", "/usr/lib/locale"]
        folders.append(ground.locales)
    arguments += ["--proc", "/proc"]
    for device in DEVICES:
        items[f"/dev/{device}"] = File()
        arguments += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    arguments += ["--dev-bind", f"{tree}/pts", "/dev/pts"]
    for place in (*places, "/dev/shm"):
        arguments += ["--bind", f"{tree}/root{place}", place]
    for shown in ground.mounts:
        if shown.target is not None:
            items.setdefault(shown.path, Link(shown.target))
            continue
        items[shown.path] = Directory() if shown.directory else File()
        if shown.source is None:
            arguments += ["--ro-bind", shown.path, shown.path]
        else:
            arguments += ["--ro-bind", f"{tree}/{len(folders)}", shown.path]
            folders.append(shown.source)
    for path in ground.hidden_paths:
        arguments += ["--ro-bind", f"{tree}/empty", path]
    facts = _build_machine_facts(surroundings, ground)
    wired = plan_network(surroundings.network, surroundings.machine.mac, pretending=True)
    groups = (facts.platform.cgroup, format_own_cgroup(facts)) if ground.has_cgroups else None
    covered = plan_proc_mounts(
        ground.proc_entries, build_procfs(facts), build_sysfs(facts, dict(wired.devices)), groups
    )
    user = surroundings.user
    arguments += ["--unshare-user", "--uid", str(user.uid), "--gid", str(user.gid)]
    arguments += ["--unshare-pid", "--as-pid-1", "--unshare-ipc", "--unshare-cgroup-try"]
    arguments += ["--unshare-uts", "--hostname", surroundings.hostname]
    arguments += ["--cap-drop", "ALL"]
    for right in CAPABILITIES:
        arguments += ["--cap-add", right]
    arguments += ["--seccomp", "7", "--chdir", surroundings.directory]
    start = encode_start_file(
        jail.argv,
        surroundings.variables,
        terminal=surroundings.terminal.kind == "tty",
        covers=covered,
        answered=ground.can_answer_syscalls,
    )
    return JailPlan(
        tree=_add_parents(items),
        arguments=tuple(arguments),
        start=start,
        host_folders=tuple(folders),
        staged_items=_add_parents(covered.items, STAGE),
        syscall_answers=build_answers(facts) if ground.can_answer_syscalls else None,
    )


def _build_machine_facts(surroundings: HostSpec, ground: HostFacts) -> MachineFacts:
    return MachineFacts(
        machine=surroundings.machine,
        platform=surroundings.platform,
        network=surroundings.network,
        hostname=surroundings.hostname,
        uid=surroundings.user.uid,
        architecture=ground.architecture,
        start_time=ground.start_time,
        cpu_flags=ground.cpu_flags,
    )


def _build_skeleton(
    surroundings: HostSpec, ground: HostFacts
) -> dict[str, File | Link | Directory]:
    items: dict[str, File | Link | Directory] = {
        f"/{name}": Directory()
        for name in ("boot", "dev", "etc", "home", "media", "mnt", "opt", "proc", "run", "srv")
    }
    for name in ("usr", "var", "sys", "dev/pts", "run/lock", "var/lib", "var/cache", "var/log"):
        items[f"/{name}"] = Directory()
    for name in ("tmp", "var/tmp", "dev/shm"):
        items[f"/{name}"] = Directory(0o1777)
    items["/root"] = Directory(0o700)
    items[f"/run/user/{surroundings.user.uid}"] = Directory(0o700)
    items["/var/run"] = Link("/run")
    items["/var/lock"] = Link("/run/lock")
    for name, link in DEVICE_LINKS.items():
        items[f"/dev/{name}"] = Link(link)
    for name, target in ground.root_entries.items():
        items[f"/{name}"] = Directory() if target is None else Link(target)
    items[_normalise(surroundings.user.home)] = Directory(0o700)
    items[_normalise(surroundings.directory)] = Directory(0o755)
    return items


def _check_path(path: str, ground: HostFacts) -> None:
    if not path.startswith("/") or "\0" in path:
        raise UsageError(f"{path!r} is not an absolute path, so the jail cannot hold it")
    if _normalise(path) == "/":
        raise UsageError("the jail's root directory itself cannot be a home or a project")
    read_only = ["/usr", "/proc", "/sys", "/dev", *(f"/{name}" for name in USR_LINKS)]
    read_only += [shown.path for shown in ground.mounts]
    for outer in read_only:
        if is_within(path, outer):
            raise UsageError(f"{path} cannot be placed in the jail: {outer} is read-only there")


def _add_parents(
    items: Mapping[str, File | Link | Directory], top: str = ""
) -> dict[str, File | Link | Directory]:
    """The items with the directories that they need below ``top``, parents before children."""
    complete = dict(items)
    for path in items:
        parent = path.rpartition("/")[0]
        while parent != top and parent not in complete:
            complete[parent] = Directory()
            parent = parent.rpartition("/")[0]
    return dict(sorted(complete.items(), key=lambda pair: pair[0].split("/")))


def _normalise(path: str) -> str:
    return posixpath.normpath(path)


def is_within(path: str, outer: str) -> bool:
    """Whether ``path`` is ``outer`` or below it."""
    path, outer = _normalise(path), _normalise(outer)
    return path == outer or path.startswith(outer.rstrip("/") + "/")
