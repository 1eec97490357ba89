"""The facts about the real host that a jail depends on.

:mod:`lab.sandbox.jail.host_survey` collects them; everything else in the plan of a jail is a
pure function of them and of the jail.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from lab.factors.host_spec import File, HostSpec
from lab.sandbox.jail.files.facts import MachineFacts
from lab.sandbox.jail.proc_mounts import ProcEntry

__all__ = ["HostFacts", "Mount", "build_machine_facts"]


class Mount(msgspec.Struct, frozen=True):
    """A path of the host in the jail: a folder, a file, or (with ``target``) a symbolic link.

    ``path`` is the path inside; ``source`` is a folder's host path, where it is another.
    """

    path: str
    directory: bool = True
    target: str | None = None
    source: str | None = None


class HostFacts(msgspec.Struct, frozen=True):
    """What of the host a jail uses or has to hide."""

    root_entries: Mapping[str, str | None] = {}
    """``bin``, ``lib`` and similar names that exist in ``/``: the target of a link into /usr,
    or None for a directory."""
    mounts: tuple[Mount, ...] = ()
    hidden_paths: tuple[str, ...] = ()
    """Paths inside over which an empty folder is mounted, after all other mounts."""
    proc_entries: Mapping[str, ProcEntry] = {}
    """Names in /proc, without the processes."""
    has_cgroups: bool = False
    architecture: str = "x86_64"
    cpu_flags: frozenset[str] = frozenset()
    """The processor's features, by their names in /proc/cpuinfo."""
    can_answer_syscalls: bool = True
    start_time: float = 0.0
    """Unix time of the client's start, by the jail's clock."""
    loader_cache: bytes | None = None
    """The content of /etc/ld.so.cache."""
    has_alternatives: bool = False
    """Whether /etc/alternatives exists."""
    has_os_release: bool = False
    """Whether /usr/lib/os-release exists."""
    locales: str | None = None
    """The host folder that the jail has as /usr/lib/locale."""
    clock_files: Mapping[str, File] = {}
    """The files that give the jail another date."""


def build_machine_facts(spec: HostSpec, host: HostFacts) -> MachineFacts:
    """Combine the simulated host with what must agree with the real one."""
    return MachineFacts(
        machine=spec.machine,
        platform=spec.platform,
        network=spec.network,
        hostname=spec.hostname,
        uid=spec.user.uid,
        architecture=host.architecture,
        start_time=host.start_time,
        cpu_flags=host.cpu_flags,
    )
