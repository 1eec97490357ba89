"""Specimens: small clients with known signals, by which the lab itself is measured.

A folder of specimens contains programs and a ``truth.toml``, which declares for each program how
it is run, what to vary, and every signal that is planted in it.  The head of that file explains
its keys.  This module reads it into frozen records, and makes a specimen a client like any other,
so that an audit of it takes no special path.  :mod:`lab.specimens.score` compares the report of
an audit with the truth.  To add a specimen, add its program and its entry in ``truth.toml``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from lab.clients.c_compiler import compile_source, find_compiler
from lab.clients.install_paths import jail_install_path
from lab.clients.linkage import detect_linkage
from lab.clients.package_registries import SYSTEM_PATH
from lab.clients.profile import Client, Expectations, Profile, encode_profile
from lab.clients.profile import ProviderSettings as ClientProvider
from lab.errors import UsageError
from lab.findings.report import Channel, Kind
from lab.observation.records import Verdict

__all__ = [
    "SCHEMA",
    "Allowed",
    "Expected",
    "Specimen",
    "SpecimenProvider",
    "SpecimenSet",
    "load_specimens",
    "make_client",
]

SCHEMA = "fingerprint-lab/specimens/1"
TRUTH = "truth.toml"
C_SOURCE = "cc"
"""In place of an interpreter: the file is C source, to be compiled."""
TIMEOUT_S = 20.0


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A planted signal that an audit must report.  ``host`` is None for the channel exit."""

    cause: tuple[str, ...]
    channel: Channel
    kind: Kind
    covert: bool
    note: str
    host: str | None = None


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A true effect that an audit may report and need not; None matches anything."""

    cause: tuple[str, ...]
    note: str
    channel: Channel | None = None
    host: str | None = None
    kind: Kind | None = None

    def matches(
        self, cause: tuple[str, ...], channel: str, host: str | None = None, kind: str | None = None
    ) -> bool:
        """Whether this allows a reported signal.

        Args:
            cause: The factors of the signal.
            channel: Its channel.
            host: Its host, None where it has none.
            kind: Its kind.
        """
        return (
            self.cause == cause
            and self.channel in (None, channel)
            and self.host in (None, host)
            and self.kind in (None, kind)
        )


class SpecimenProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the profiles of all specimens share: the provider, and how users opt out."""

    host: str
    protocol: str
    endpoint_variable: str
    optout: Mapping[str, str]


class Specimen(msgspec.Struct, frozen=True):
    """One specimen: how to run it, what to vary, and which signals are planted in it.

    ``argv`` is an interpreter (or ``cc``) and an absolute path.  ``allowed`` includes the
    routing effects of ``routes``.  ``verdicts`` are the ways in which a trial of it may end.
    ``hard`` marks signals that a comparison of runs cannot find, or only in many runs.
    ``unmeasured`` says that its trials say nothing: the verdict must be "not measured".
    """

    name: str
    description: str
    argv: tuple[str, ...]
    factors: tuple[str, ...]
    expected: tuple[Expected, ...]
    allowed: tuple[Allowed, ...]
    quiet: bool
    routes: tuple[str, ...]
    hard: bool
    verdicts: tuple[Verdict, ...]
    unmeasured: bool = False

    @property
    def file(self) -> Path:
        """The program, or its source."""
        return Path(self.argv[-1])

    @property
    def missing_program(self) -> str | None:
        """The program that this machine lacks to run it; None if it lacks nothing."""
        if self.argv[0] == C_SOURCE:
            return None if find_compiler() is not None else "a C compiler"
        return None if Path(self.argv[0]).exists() else self.argv[0]

    @property
    def is_runnable(self) -> bool:
        """Whether this machine can run it."""
        return self.missing_program is None

    @property
    def is_ordinary(self) -> bool:
        """Whether every trial of it ends by itself, as with most clients."""
        return self.verdicts == ("finished",)


class SpecimenSet(msgspec.Struct, frozen=True):
    """All specimens of a folder, in the order of the file, and what they have in common."""

    folder: Path
    provider: SpecimenProvider
    specimens: tuple[Specimen, ...]


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    argv: tuple[str, str]
    description: str
    factors: tuple[str, ...]
    expected: tuple[Expected, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    quiet: bool = False
    routes: tuple[Literal["endpoint", "proxy"], ...] = ()
    hard: bool = False
    verdicts: tuple[Verdict, ...] = ("finished",)
    unmeasured: bool = False


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal["fingerprint-lab/specimens/1"]
    provider: SpecimenProvider
    specimen: tuple[_Entry, ...]


def load_specimens(folder: Path) -> SpecimenSet:
    """Read the specimens of a folder.

    Raises:
        UsageError: The folder has no ``truth.toml``, or it cannot be read.
    """
    file = folder / TRUTH
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"no specimens in {folder}: {TRUTH}: {error.strerror}; "
            "name the folder of the specimens (in a checkout of the lab: tests/specimens)"
        ) from None
    try:
        document = msgspec.toml.decode(content, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: {error}; the head of the lab's own file explains it") from error
    there = folder.resolve()
    return SpecimenSet(
        there, document.provider, tuple(_build_specimen(e, there) for e in document.specimen)
    )


def make_client(
    specimens: SpecimenSet, specimen: Specimen, cache: Path, timeout_s: float = TIMEOUT_S
) -> Client:
    """Return a specimen as a client with a profile of its own.

    Args:
        specimens: The set that the specimen belongs to.
        specimen: The specimen.
        cache: The folder in which specimens in C are compiled.
        timeout_s: Seconds after which a trial is stopped.

    Raises:
        MachineError: The specimen is in C, and this machine has no compiler.
    """
    interpreter, file = specimen.argv
    program: tuple[str, ...] = specimen.argv
    readable: tuple[str, ...] = (str(specimens.folder),)
    mounts: tuple[tuple[str, str], ...] = ()
    if interpreter == C_SOURCE:
        made = compile_source(specimen.file, cache).resolve()
        there = jail_install_path(specimen.name)
        program, readable = (f"{there}/{made.name}",), ()
        mounts = ((str(made.parent), there),)
        linked = detect_linkage(made, SYSTEM_PATH)
    else:
        linked = detect_linkage(Path(interpreter), SYSTEM_PATH)
    profile = Profile(
        name=specimen.name,
        argv=program,
        timeout_s=timeout_s,
        provider=ClientProvider(
            host=specimens.provider.host, endpoint_variable=specimens.provider.endpoint_variable
        ),
        expects=Expectations(provider=False),
        environment={"ANTHROPIC_API_KEY": "sk-ant-fake-000"},
        optout=specimens.provider.optout,
        trust=("NODE_EXTRA_CA_CERTS",) if interpreter.endswith("/node") else (),
    )
    return Client(
        profile=profile,
        version="1",
        digest=_digest(Path(file), profile),
        source="specimens",
        program=program,
        readable=readable,
        dynamic=None if linked is None else linked == "glibc",
        mounts=mounts,
    )


def _build_specimen(entry: _Entry, folder: Path) -> Specimen:
    interpreter, file = entry.argv
    routed = tuple(
        Allowed((factor,), "this factor decides where traffic goes", kind="route")
        for factor in entry.routes
    )
    return Specimen(
        name=entry.name,
        description=entry.description,
        argv=(interpreter, str(folder / file)),
        factors=entry.factors,
        expected=entry.expected,
        allowed=entry.allowed + routed,
        quiet=entry.quiet,
        routes=entry.routes,
        hard=entry.hard,
        verdicts=entry.verdicts,
        unmeasured=entry.unmeasured,
    )


def _digest(file: Path, profile: Profile) -> str:
    """Return a digest of everything that decides a trial: program, shared files, profile."""
    digest = hashlib.sha256(encode_profile(profile))
    for part in (file, *sorted(file.parent.glob("_common.*"))):
        digest.update(f"\0{part.name}\0".encode() + part.read_bytes())
    return digest.hexdigest()
