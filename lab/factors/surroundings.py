"""Surroundings: everything about the machine that a jailed client can see.

Factors build this value; the sandbox makes it real.  A factor's ``realise`` is a pure
function from surroundings to surroundings, so an environment is realised by folding all
factors over :data:`BARE` and then calling :meth:`Surroundings.settled`.

Paths are as seen inside the jail.  Until settled, a path may begin with ``~/`` (the user's
home) or ``./`` (the working directory), because the factors that decide those two are
applied in no particular order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

__all__ = ["BARE", "Endpoint", "File", "Link", "Surroundings", "Terminal", "User"]


class File(msgspec.Struct, frozen=True):
    """A regular file."""

    content: bytes = b""
    mode: int = 0o644


class Link(msgspec.Struct, frozen=True):
    """A symbolic link."""

    target: str


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


class Endpoint(msgspec.Struct, frozen=True):
    """How a client is told where its model provider lives.

    ``host`` is the provider's official host, ``variables`` are the environment variables
    that take a base URL, ``official`` the base URL that means the same as unset, ``files``
    are written, with ``{endpoint}`` filled in, only where an endpoint is configured.
    """

    host: str | None = None
    variables: tuple[str, ...] = ()
    official: str | None = None
    files: Mapping[str, str] = {}


class Surroundings(msgspec.Struct, frozen=True):
    """All that a factor can decide.  Mappings are never mutated: use the ``with_`` methods."""

    variables: Mapping[str, str] = {}
    files: Mapping[str, File | Link] = {}
    directories: tuple[str, ...] = ()
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
    """What /etc/timezone says; normally the same as ``localtime``."""
    locales: tuple[str, ...] = ("C.UTF-8",)
    """Locales that must exist inside the jail."""
    resolvers: tuple[str, ...] = ("192.168.1.1",)
    search_domain: str = ""
    endpoint: Endpoint = Endpoint()
    optout: Mapping[str, str] = {}
    """The variables by which a user of this client opts out; set only at that level."""

    def with_variables(self, **variables: str | None) -> Surroundings:
        """These environment variables set (or, where None, unset)."""
        merged = {**self.variables, **variables}
        kept = {name: value for name, value in merged.items() if value is not None}
        return msgspec.structs.replace(self, variables=kept)

    def with_files(self, files: Mapping[str, File | Link]) -> Surroundings:
        """These files added, replacing any of the same path."""
        return msgspec.structs.replace(self, files={**self.files, **files})

    def settled(self) -> Surroundings:
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


BARE = Surroundings()
