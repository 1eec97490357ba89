"""A client profile, and a client that is ready to run, as frozen records.

The types of fields (:mod:`lab.clients.profile_fields`) state what a TOML file may contain;
:mod:`lab.clients.profile_loader` checks a file against them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from lab.clients.profile_fields import (
    ExitCode,
    HomeFiles,
    Host,
    MajorVersion,
    Package,
    RelativePath,
    Text,
    Url,
)
from lab.internet.script import FixedAnswer

__all__ = [
    "Client",
    "Expectations",
    "InstallSource",
    "Profile",
    "ProviderSettings",
    "encode_profile",
]


class InstallSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The registry and package of a client: exactly one of ``npm`` and ``pypi``.

    ``executable`` and ``candidates`` are paths in the installed folder.  The first of
    ``candidates`` that exists is the program, because packages change between versions.
    """

    npm: Package | None = None
    pypi: Package | None = None
    executable: RelativePath | None = None
    candidates: tuple[RelativePath, ...] = ()
    extra: tuple[Text, ...] = ()
    """Further packages that the client needs beside it."""
    node: MajorVersion | None = None
    """The oldest node that the client runs on, as a major version."""


class ProviderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model provider of the client, and how its endpoint is configured."""

    protocols: tuple[str, ...] = ()
    """APIs that the client uses, by the names of the scripted providers."""
    host: Host | None = None
    endpoint_variable: str | tuple[str, ...] | None = None
    """Environment variables that take a base URL."""
    official: Url | None = None
    """The base URL that means the same as no configuration."""
    endpoint_files: HomeFiles = {}
    """Files in the home that are written where an endpoint is set; ``{endpoint}`` is filled in."""
    endpoint_required: bool = False
    """Whether it needs an endpoint: ``endpoint=unset`` keeps what ``[environment]`` sets."""


class Expectations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a normal run of the client contains; a trial without it is not compared."""

    provider: bool | None = None
    """A request to the model at the provider's host; None: where the profile names a host."""
    tool_result: bool = False
    """The result of a tool call, sent to the provider."""
    exit_code: ExitCode | None = None
    hosts: tuple[Host, ...] = ()
    """Further hosts that it contacts in every run."""


class Profile(msgspec.Struct, frozen=True):
    """One client, before it is installed."""

    name: str
    argv: tuple[str, ...]
    version: str | None = None
    prompt: str = "Say ok."
    timeout_s: float = 60.0
    tty: bool = False
    install: InstallSource | None = None
    provider: ProviderSettings = ProviderSettings()
    expects: Expectations = Expectations()
    environment: Mapping[str, str] = {}
    optout: Mapping[str, str] = {}
    """The variables by which a user of this client opts out of telemetry."""
    trust: tuple[str, ...] = ()
    """Variables that must name the CA bundle, for clients that do not read the system's."""
    home_files: Mapping[str, str] = {}
    answers: tuple[FixedAnswer, ...] = ()
    exclude: tuple[str, ...] = ()
    """Factors that are not varied for this client."""
    trust_of_scripts: tuple[str, ...] = ()
    """Like ``trust``, for versions whose program is a script: the interpreter does not read the
    system's bundle, and a native program that replaces the script does."""


def encode_profile(profile: Profile) -> bytes:
    """What of a profile decides how the client runs, for digests.

    What a normal run contains decides nothing, and a setting that an older lab did not know is
    left out where it has its default, so that the digests of stored trials stay.
    """
    document = msgspec.to_builtins(profile, order="deterministic")
    del document["expects"]
    if not profile.provider.endpoint_required:
        del document["provider"]["endpoint_required"]
    return msgspec.json.encode(document)


class Client(msgspec.Struct, frozen=True):
    """A client that is ready to run.

    ``program`` is argv with ``{install}`` filled in; ``{prompt}``, ``{home}`` and
    ``{project}`` are filled in for each trial.  ``program`` and ``search_path`` are paths
    inside the jail.
    """

    profile: Profile
    version: str
    digest: str
    """Identifies the exact bytes that run, and the profile."""
    source: str
    program: tuple[str, ...]
    readable: tuple[str, ...]
    """Host folders or files that the jail shows read-only at the same path."""
    search_path: tuple[str, ...] = ("/usr/local/bin", "/usr/bin", "/bin")
    dynamic: bool | None = None
    """Whether the program is dynamically linked with glibc, so that the jail's clock reaches
    it; None where that is unknown."""
    mounts: tuple[tuple[str, str], ...] = ()
    """Host folders that the jail shows at another path: pairs of folder and path inside."""
    hidden_folders: tuple[str, ...] = ()
    """Host folders that no jail shows, because they hold the lab's own files."""

    @property
    def name(self) -> str:
        """The profile's name."""
        return self.profile.name

    @property
    def label(self) -> str:
        """``name@version``, as the user would type it."""
        return f"{self.name}@{self.version}" if self.version else self.name
