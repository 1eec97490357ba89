"""The plan of a jail: the files and mounts that make a simulated host of the real one.

Everything here is a pure function of a :class:`~lab.sandbox.jail.jail.Jail` and of the
:class:`~lab.sandbox.jail.host_facts.HostFacts`, so that it can be tested without starting
anything.  :mod:`lab.sandbox.jail.execute` carries the plan out.

Layout.  One size-limited tmpfs, new for every trial, holds the whole root directory except
``/usr``.  It is mounted read-only, as an ordinary user finds it; the paths at which a user can
write are mounted again, writable.  So one number limits what a client can write at all paths
together, and nothing of it is left afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from lab.errors import UsageError
from lab.factors.host_spec import Directory, File, HostSpec, Link
from lab.sandbox.cell.network_plan import plan_network
from lab.sandbox.cell.tree_mounts import WITH_LAYER
from lab.sandbox.jail.files.etc import build_etc
from lab.sandbox.jail.files.facts import MachineFacts
from lab.sandbox.jail.files.procfs import build_procfs, format_own_cgroup
from lab.sandbox.jail.files.sysfs import build_sysfs
from lab.sandbox.jail.host_facts import HostFacts, build_machine_facts
from lab.sandbox.jail.init import CAPABILITIES, encode_start_file
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.paths import (
    LOADER_CACHE,
    USR_LINKS,
    is_within,
    list_writable_paths,
    normalise,
)
from lab.sandbox.jail.proc_mounts import STAGE, ProcMounts, plan_proc_mounts
from lab.sandbox.jail.syscall_answers import SyscallAnswers, build_answers

__all__ = ["DEVICES", "JailPlan", "plan_jail"]

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "core": "/proc/kcore",
    "ptmx": "pts/ptmx",
}

Items = dict[str, File | Link | Directory]


class JailPlan(msgspec.Struct, frozen=True):
    """Everything that starts a jail.

    ``tree`` is what is written below the tree's root, ``arguments`` are bubblewrap's, and
    ``start`` is the file that process 1 reads.  ``staged_items`` are written below the tree's
    /sys before process 1 goes on.  ``syscall_answers`` is None where the lab cannot answer.

    ``layer`` has the items that the host's /usr is shown with.  ``host_folders`` are mounted at
    another path; one that begins with WITH_LAYER is mounted with the layer over it.  The
    arguments expect them beside the tree's root, named by their numbers, so that their own paths
    are not visible inside; and beside them ``empty``, a folder.
    """

    tree: Mapping[str, File | Link | Directory]
    arguments: tuple[str, ...]
    start: bytes
    host_folders: tuple[str, ...] = ()
    layer: Mapping[str, File | Link | Directory] = {}
    staged_items: Mapping[str, File | Link | Directory] = {}
    syscall_answers: SyscallAnswers | None = None


def plan_jail(jail: Jail, host: HostFacts, tree: str) -> JailPlan:
    """Plan a jail.

    Args:
        jail: The trial's input.
        host: Facts about the real host.
        tree: Path at which the holder mounts the tree.

    Returns:
        The plan.

    Raises:
        UsageError: A path, a file or a name of the host spec cannot exist in a jail.
    """
    spec = jail.spec
    writable = list_writable_paths(spec)
    items = _build_skeleton(spec, host)
    items.update(build_etc(spec, jail.ca_pem))
    items.update(host.clock_files)
    if host.loader_cache is not None:
        items[LOADER_CACHE] = File(host.loader_cache)
    for path in (spec.user.home, spec.directory):
        _check_path(path, host)
    for path in spec.directories:
        _check_path(path, host)
        items[normalise(path)] = Directory()
    for path, item in spec.files.items():
        _check_path(path, host)
        items[normalise(path)] = item
    folders: list[str] = []
    arguments = ["--ro-bind", f"{tree}/root", "/"]
    usr_items = dict(spec.platform.usr_files)
    if usr_items:
        arguments += ["--ro-bind", f"{tree}/{len(folders)}", "/usr"]
        folders.append(f"{WITH_LAYER}/usr")
    else:
        arguments += ["--ro-bind", "/usr", "/usr"]
    for name, target in host.root_entries.items():
        if target is None:
            arguments += ["--ro-bind", f"/{name}", f"/{name}"]
    if host.has_alternatives:
        items["/etc/alternatives"] = Directory()
        arguments += ["--ro-bind", "/etc/alternatives", "/etc/alternatives"]
    if host.has_os_release:
        arguments += ["--ro-bind", f"{tree}/root/etc/os-release", "/usr/lib/os-release"]
    if host.locales is not None:
        arguments += ["--ro-bind", f"{tree}/{len(folders)}", "/usr/lib/locale"]
        folders.append(host.locales)
    arguments += ["--proc", "/proc"]
    for device in DEVICES:
        items[f"/dev/{device}"] = File()
        arguments += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    arguments += ["--dev-bind", f"{tree}/pts", "/dev/pts"]
    for path in (*writable, "/dev/shm"):
        arguments += ["--bind", f"{tree}/root{path}", path]
    for mount in host.mounts:
        if mount.target is not None:
            items.setdefault(mount.path, Link(mount.target))
            continue
        items[mount.path] = Directory() if mount.directory else File()
        if mount.source is None:
            arguments += ["--ro-bind", mount.path, mount.path]
        else:
            arguments += ["--ro-bind", f"{tree}/{len(folders)}", mount.path]
            folders.append(mount.source)
    for path in host.hidden_paths:
        arguments += ["--ro-bind", f"{tree}/empty", path]
    facts = build_machine_facts(spec, host)
    proc_mounts = _plan_proc_mounts(facts, host)
    user = spec.user
    arguments += ["--unshare-user", "--uid", str(user.uid), "--gid", str(user.gid)]
    arguments += ["--unshare-pid", "--as-pid-1", "--unshare-ipc", "--unshare-cgroup-try"]
    arguments += ["--unshare-uts", "--hostname", spec.hostname]
    arguments += ["--cap-drop", "ALL"]
    for capability in CAPABILITIES:
        arguments += ["--cap-add", capability]
    arguments += ["--seccomp", "7", "--chdir", spec.directory]
    start = encode_start_file(
        jail.argv,
        spec.variables,
        terminal=spec.terminal.kind == "tty",
        mounts=proc_mounts,
        answers_syscalls=host.can_answer_syscalls,
    )
    return JailPlan(
        tree=_add_parents(items),
        arguments=tuple(arguments),
        start=start,
        host_folders=tuple(folders),
        layer=_add_parents({path.removeprefix("/usr"): item for path, item in usr_items.items()}),
        staged_items=_add_parents(proc_mounts.items, STAGE),
        syscall_answers=build_answers(facts) if host.can_answer_syscalls else None,
    )


def _plan_proc_mounts(facts: MachineFacts, host: HostFacts) -> ProcMounts:
    network = plan_network(facts.network, facts.machine.mac, has_device=True)
    cgroups = (facts.platform.cgroup, format_own_cgroup(facts)) if host.has_cgroups else None
    return plan_proc_mounts(
        host.proc_entries,
        build_procfs(facts),
        build_sysfs(facts, dict(network.devices)),
        cgroups,
    )


def _build_skeleton(spec: HostSpec, host: HostFacts) -> Items:
    items: Items = {
        f"/{name}": Directory()
        for name in ("boot", "dev", "etc", "home", "media", "mnt", "opt", "proc", "run", "srv")
    }
    for name in ("usr", "var", "sys", "dev/pts", "run/lock", "var/lib", "var/cache", "var/log"):
        items[f"/{name}"] = Directory()
    for name in ("tmp", "var/tmp", "dev/shm"):
        items[f"/{name}"] = Directory(0o1777)
    items["/root"] = Directory(0o700)
    items[f"/run/user/{spec.user.uid}"] = Directory(0o700)
    items["/var/run"] = Link("/run")
    items["/var/lock"] = Link("/run/lock")
    for name, link in DEVICE_LINKS.items():
        items[f"/dev/{name}"] = Link(link)
    for name, target in host.root_entries.items():
        items[f"/{name}"] = Directory() if target is None else Link(target)
    items[normalise(spec.user.home)] = Directory(0o700)
    items[normalise(spec.directory)] = Directory(0o755)
    return items


def _check_path(path: str, host: HostFacts) -> None:
    if not path.startswith("/") or "\0" in path:
        raise UsageError(f"{path!r} is not an absolute path, so the jail cannot hold it")
    if normalise(path) == "/":
        raise UsageError("the jail's root directory itself cannot be a home or a project")
    read_only = ["/usr", "/proc", "/sys", "/dev", *(f"/{name}" for name in USR_LINKS)]
    read_only += [mount.path for mount in host.mounts]
    for outer in read_only:
        if is_within(path, outer):
            raise UsageError(f"{path} cannot be placed in the jail: {outer} is read-only there")


def _add_parents(items: Mapping[str, File | Link | Directory], top: str = "") -> Items:
    """Add the directories that the items need below ``top``; parents come before children."""
    complete = dict(items)
    for path in items:
        parent = path.rpartition("/")[0]
        while parent != top and parent not in complete:
            complete[parent] = Directory()
            parent = parent.rpartition("/")[0]
    return dict(sorted(complete.items(), key=lambda pair: pair[0].split("/")))
