"""A client profile: what a TOML file says about a client, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

__all__ = ["Answer", "Client", "InstallSource", "Profile", "Protocol", "ProviderSettings"]

Protocol = Literal["anthropic-messages", "openai-chat", "openai-responses", "gemini"]


class InstallSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the client comes from: exactly one of ``npm`` and ``pypi``.

    ``executable`` is relative to the installed folder; ``candidates`` lists alternatives of
    which the first that exists is used (a client may change its form between versions).
    """

    npm: str | None = None
    pypi: str | None = None
    executable: str | None = None
    candidates: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    """Further packages that the client needs beside it."""
    node: str | None = None
    """The oldest node that the client runs on, as a major version."""


class ProviderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model provider that the client speaks to, and how it is told where that lives."""

    protocols: tuple[Protocol, ...] = ()
    host: str | None = None
    endpoint_variable: str | tuple[str, ...] | None = None
    official: str | None = None
    endpoint_files: Mapping[str, str] = {}
    """Files in the home, ``{endpoint}`` filled in, written where an endpoint is set."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fixed answer to requests that match; ``host`` and ``path`` are glob patterns."""

    path: str
    host: str = "*"
    method: str = "*"
    status: int = 200
    content_type: str = "application/json"
    body: str = ""


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
    environment: Mapping[str, str] = {}
    optout: Mapping[str, str] = {}
    trust: tuple[str, ...] = ()
    """Variables that must name the CA bundle, for clients that do not read the system's."""
    home_files: Mapping[str, str] = {}
    answers: tuple[Answer, ...] = ()
    exclude: tuple[str, ...] = ()
    """Factors that make no sense for this client."""
    trust_of_scripts: tuple[str, ...] = ()
    """Like ``trust``, for those versions only whose program is a script: the interpreter
    reads no system bundle, and the native program that replaced the script does."""


class Client(msgspec.Struct, frozen=True):
    """A client that is ready to run.

    ``program`` is argv with ``{install}`` filled in; ``{prompt}``, ``{home}`` and
    ``{project}`` are filled in per trial.  ``readable`` lists host folders (or files) that
    the jail shows read-only at the same path, ``shown`` those that it shows elsewhere: pairs
    of a host folder and its path inside.  ``program`` and ``search_path`` are paths inside.
    ``digest`` identifies the exact bytes run.  ``dynamic`` says whether the program is
    dynamically linked (so that a jail's clock reaches it); None where that could not be told.
    """

    profile: Profile
    version: str
    digest: str
    source: str
    program: tuple[str, ...]
    readable: tuple[str, ...]
    search_path: tuple[str, ...] = ("/usr/local/bin", "/usr/bin", "/bin")
    dynamic: bool | None = None
    shown: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()
    """Host folders that no jail shows, because the lab keeps its own files there."""

    @property
    def name(self) -> str:
        """The profile's name."""
        return self.profile.name

    @property
    def label(self) -> str:
        """``name@version``, as the user would type it."""
        return f"{self.name}@{self.version}" if self.version else self.name
