"""The machine and its accounts: the results of system calls, and the user database.

The user database is the client's own /etc/passwd and /etc/group, as in a jail.
"""

from __future__ import annotations

import errno
import grp
import os
import platform
import pwd
import socket
import uuid
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from lab.factors.host_spec import BARE, HostSpec
from lab.sandbox.jail.files.facts import LOADS
from lab.sandbox.twin.files.filesystem import SimulatedFilesystem
from lab.sandbox.twin.patching.patches import Patches

__all__ = ["MachineIdentity"]

Entry = TypeVar("Entry")

_PRIVILEGED_CALLS = (
    "setegid",
    "seteuid",
    "setgid",
    "setgroups",
    "setregid",
    "setresgid",
    "setresuid",
    "setreuid",
    "setuid",
)
PAGE = os.sysconf("SC_PAGE_SIZE")
_sysconf = os.sysconf
_ARCHITECTURE = os.uname().machine


class MachineIdentity:
    """The machine of one trial."""

    def __init__(self, files: SimulatedFilesystem) -> None:
        self._files = files
        self._host_spec: HostSpec = BARE

    def begin(self, host_spec: HostSpec) -> None:
        """Start a trial on this host."""
        self._host_spec = host_spec

    def patch(self, patches: Patches) -> None:
        """Register the replacements."""
        for name in ("getuid", "geteuid"):
            patches.add_function(os, name, lambda: self._host_spec.user.uid)
        for name in ("getgid", "getegid"):
            patches.add_function(os, name, lambda: self._host_spec.user.gid)
        patches.add_function(os, "getresuid", lambda: (self._host_spec.user.uid,) * 3)
        patches.add_function(os, "getresgid", lambda: (self._host_spec.user.gid,) * 3)
        patches.add_function(os, "getgroups", list)
        patches.add_function(os, "getlogin", _fail_without_login)
        for name in _PRIVILEGED_CALLS:
            patches.add_function(os, name, _fail_without_permission)
        patches.add_function(pwd, "getpwuid", self._find_password(2, int))
        patches.add_function(pwd, "getpwnam", self._find_password(0, str))
        patches.add_function(pwd, "getpwall", lambda: list(self._read_passwords()))
        patches.add_function(grp, "getgrgid", self._find_group(2, int))
        patches.add_function(grp, "getgrnam", self._find_group(0, str))
        patches.add_function(grp, "getgrall", lambda: list(self._read_groups()))
        patches.add_function(os, "uname", self._uname)
        patches.add_function(os, "cpu_count", lambda: self._host_spec.machine.cpus)
        patches.add_function(os, "process_cpu_count", lambda: self._host_spec.machine.cpus)
        patches.add_function(
            os, "sched_getaffinity", lambda _: set(range(self._host_spec.machine.cpus))
        )
        patches.add_function(os, "sched_setaffinity", lambda *_: None)
        patches.add_function(os, "getloadavg", lambda: LOADS)
        patches.add_function(os, "sysconf", self._sysconf)
        patches.add_function(uuid, "getnode", self._mac_number)
        patches.add_attribute(uuid, "_generate_time_safe", None)
        patches.add_function(platform, "_syscmd_file", lambda *_: "")
        patches.add_attribute(platform._Processor, "from_subprocess", staticmethod(str))  # type: ignore[attr-defined]
        patches.add_function(socket, "gethostname", lambda: self._host_spec.hostname)
        patches.add_function(socket, "sethostname", _fail_without_permission)

    def _uname(self) -> os.uname_result:
        kernel = self._host_spec.platform.kernel
        words = ("Linux", self._host_spec.hostname, kernel.release, kernel.version)
        return os.uname_result((*words, _ARCHITECTURE))

    def _sysconf(self, name: str | int) -> int:
        machine = self._host_spec.machine
        number = os.sysconf_names.get(name, -1) if isinstance(name, str) else name
        known = {
            "SC_NPROCESSORS_CONF": machine.cpus,
            "SC_NPROCESSORS_ONLN": machine.cpus,
            "SC_PHYS_PAGES": machine.memory_kib * 1024 // PAGE,
            "SC_AVPHYS_PAGES": machine.memory_kib * 33 // 100 * 1024 // PAGE,
        }
        for each, value in known.items():
            if os.sysconf_names.get(each) == number:
                return value
        return _sysconf(name)

    def _mac_number(self) -> int:
        return int(self._host_spec.machine.mac.replace(":", ""), 16)

    def _find_password(self, field: int, kind: type) -> Callable[[Any], pwd.struct_passwd]:
        name = "getpwuid(): uid" if kind is int else "getpwnam(): name"
        return lambda wanted: _find_entry(self._read_passwords(), field, kind, wanted, name)

    def _find_group(self, field: int, kind: type) -> Callable[[Any], grp.struct_group]:
        name = "getgrgid(): gid" if kind is int else "getgrnam(): name"
        return lambda wanted: _find_entry(self._read_groups(), field, kind, wanted, name)

    def _read_passwords(self) -> Iterable[pwd.struct_passwd]:
        for fields in self._read_lines("/etc/passwd", 7):
            name, password, uid, gid, *rest = fields
            yield pwd.struct_passwd((name, password, int(uid), int(gid), *rest))

    def _read_groups(self) -> Iterable[grp.struct_group]:
        for name, password, gid, members in self._read_lines("/etc/group", 4):
            yield grp.struct_group(
                (name, password, int(gid), [each for each in members.split(",") if each])
            )

    def _read_lines(self, path: str, fields: int) -> Iterable[list[str]]:
        text = (self._files.read_file(path) or b"").decode("utf-8", "surrogateescape")
        for line in text.splitlines():
            words = line.split(":")
            if len(words) == fields:
                yield words


def _find_entry(entries: Iterable[Entry], field: int, kind: type, wanted: Any, name: str) -> Entry:
    if not isinstance(wanted, kind):
        raise TypeError(f"{name.partition('(')[0]}() takes {kind.__name__}, not {wanted!r}")
    for each in entries:
        if each[field] == wanted:  # type: ignore[index]
            return each
    raise KeyError(f"{name} not found: {wanted if kind is int else repr(wanted)}")


def _fail_without_login() -> str:
    raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))


def _fail_without_permission(*_: Any) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
