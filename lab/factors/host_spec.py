"""The host spec: everything that a client can see of its simulated host.

Factors build this value; the sandbox realises it.  A factor's ``realise`` is a pure function
from a spec to a spec, so an environment is realised by folding all factors over :data:`BARE`
and then calling :meth:`HostSpec.settled`.

Paths are as seen inside the jail.  Until settled, a path may begin with ``~/`` (the user's
home) or ``./`` (the working directory), because the factors that decide those two are
applied in no particular order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from lab.factors.filetree import Directory, File, Item, Link

__all__ = [
    "BARE",
    "Directory",
    "Endpoint",
    "File",
    "HostSpec",
    "Interface",
    "Kernel",
    "Link",
    "Machine",
    "Network",
    "Platform",
    "Terminal",
    "User",
]


class User(msgspec.Struct, frozen=True):
    """Who the client runs as."""

    login: str = "dev"
    real_name: str = ""
    uid: int = 1000
    gid: int = 1000
    home: str = "/home/dev"
    shell: str = "/bin/bash"


class Terminal(msgspec.Struct, frozen=True):
    """What stdin, stdout and stderr are connected to."""

    kind: Literal["pipe", "tty"] = "pipe"
    columns: int = 80
    rows: int = 24


class Machine(msgspec.Struct, frozen=True):
    """The hardware as /proc, /sys and the system calls report it.

    ``dmi`` pairs the file names of /sys/class/dmi/id with their content; without any, the
    machine has no such folder.  ``dbus_id`` is D-Bus's own machine id, usually the same.
    """

    machine_id: str = "8f3c1e5a7b094d6e9a2f4c8d1b6e0357"
    dbus_id: str = "8f3c1e5a7b094d6e9a2f4c8d1b6e0357"
    mac: str = "d8:9e:f3:6b:1f:a4"
    """Of the first network interface."""
    cpu_vendor: str = "GenuineIntel"
    cpu_model: str = "Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz"
    cpus: int = 4
    memory_kib: int = 16_265_284
    dmi: tuple[tuple[str, str], ...] = (
        ("sys_vendor", "Dell Inc."),
        ("product_name", "OptiPlex 5080"),
        ("board_vendor", "Dell Inc."),
        ("bios_vendor", "Dell Inc."),
        ("chassis_type", "3"),
    )


class Kernel(msgspec.Struct, frozen=True):
    """The kernel in uname(2) and /proc/version; ``built`` is the part about the build."""

    release: str = "6.1.0-35-amd64"
    version: str = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.137-1 (2025-05-07)"
    built: str = (
        "(debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, "
        "GNU ld (GNU Binutils for Debian) 2.40)"
    )


class Platform(msgspec.Struct, frozen=True):
    """The operating system: os-release(5), further files in /etc, kernel, control group.

    ``release_files`` pairs names in /etc (``debian_version``) with texts.  ``cgroup`` is the
    content of /proc/1/cgroup, ``command_line`` that of /proc/cmdline where it is not as usual.
    ``proc_files`` are further files in /proc, by path within it, and ``usr_files`` further items
    in /usr, by absolute path.  Other marks (/.dockerenv, variables) are ordinary files and
    variables.
    """

    os_release: str = """\
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
"""
    release_files: tuple[tuple[str, str], ...] = (
        ("debian_version", "12.11\n"),
        ("issue", "Debian GNU/Linux 12 \\n \\l\n\n"),
    )
    kernel: Kernel = Kernel()
    cgroup: str = "0::/init.scope\n"
    command_line: str | None = None
    proc_files: tuple[tuple[str, str], ...] = ()
    usr_files: tuple[tuple[str, File | Link], ...] = ()


class Interface(msgspec.Struct, frozen=True):
    """A network interface; ``addresses`` are written ``192.168.1.23/24``.

    ``mac`` None takes the machine's, which only the first interface can.
    """

    name: str
    addresses: tuple[str, ...] = ()
    mac: str | None = None


class Network(msgspec.Struct, frozen=True):
    """The network of the simulated host; the first interface leads outside.

    Without an IPv6 address on the first interface, there is no IPv6 at all.
    """

    interfaces: tuple[Interface, ...] = (
        Interface("eth0", ("192.168.1.23/24", "2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4/64")),
    )
    gateway: str = "192.168.1.1"


class Endpoint(msgspec.Struct, frozen=True):
    """How the endpoint of a client is configured.

    ``host`` is the provider's official host, ``variables`` are the environment variables
    that take a base URL, ``official`` the base URL that means the same as unset, ``files``
    are written, with ``{endpoint}`` filled in, only where an endpoint is configured.  Where an
    endpoint is ``required``, unset means what the profile's environment sets.
    """

    host: str | None = None
    variables: tuple[str, ...] = ()
    official: str | None = None
    files: Mapping[str, str] = {}
    required: bool = False


class HostSpec(msgspec.Struct, frozen=True):
    """Everything that a factor can decide.  Mappings are not mutated: use the ``with_`` methods."""

    variables: Mapping[str, str] = {}
    files: Mapping[str, Item] = {}
    """By path; a directory is listed if its mode or its time matters."""
    directories: tuple[str, ...] = ()
    """Directories that must exist, empty or not."""
    machine: Machine = Machine()
    platform: Platform = Platform()
    network: Network = Network()
    hostname: str = "workstation"
    domain: str = ""
    user: User = User()
    directory: str = "~/project"
    terminal: Terminal = Terminal()
    clock: float | None = None
    """Unix time at which the client starts; None leaves the host's clock."""
    localtime: str | None = "UTC"
    """The IANA zone that /etc/localtime and /etc/timezone name; None: neither file exists."""
    timezone_file: str | None = "UTC"
    """The content of /etc/timezone; usually the same as ``localtime``."""
    locales: tuple[str, ...] = ("C.UTF-8",)
    """Locales that must exist inside the jail."""
    resolvers: tuple[str, ...] = ("192.168.1.1",)
    search_domain: str = ""
    endpoint: Endpoint = Endpoint()
    optout: Mapping[str, str] = {}
    """The variables by which a user of this client opts out; set only at that level."""
    earlier_runs: int = 0
    """How often the same client ran before in the same home and project."""

    def with_variables(self, **variables: str | None) -> HostSpec:
        """These environment variables set (or, where None, unset)."""
        merged = {**self.variables, **variables}
        kept = {name: value for name, value in merged.items() if value is not None}
        return msgspec.structs.replace(self, variables=kept)

    def with_files(self, files: Mapping[str, Item]) -> HostSpec:
        """These files added (or a FileTree's ``mapping``), replacing any of the same path."""
        return msgspec.structs.replace(self, files={**self.files, **files})

    def settled(self) -> HostSpec:
        """With ``~/`` and ``./`` replaced in every path, so that all paths are absolute."""
        home = self.user.home.rstrip("/")
        directory = _absolute(self.directory, home, "/")
        return msgspec.structs.replace(
            self,
            directory=directory,
            files={_absolute(path, home, directory): item for path, item in self.files.items()},
            directories=tuple(_absolute(path, home, directory) for path in self.directories),
        )


def _absolute(path: str, home: str, directory: str) -> str:
    if path == "~" or path.startswith("~/"):
        return home + path[1:]
    if path == "." or path.startswith("./"):
        return directory.rstrip("/") + path[1:]
    return path


BARE = HostSpec()
