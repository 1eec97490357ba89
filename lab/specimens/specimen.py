"""The zoo: small clients whose truth is known, to measure the lab itself.

A zoo is a folder with programs and a ``truth.toml`` that says, for each, how it is run, what
to vary, and every signal that is planted in it.  The file's head explains its keys.  Here it
is read into frozen records, and a specimen becomes a client like any other, so that an audit
of it takes no path of its own through the lab.  :mod:`lab.specimens.score` compares
what an audit says with the truth.
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
from lab.clients.profile import Client, Profile
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
"""Stands for an interpreter where the file is to be compiled."""
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
        """Whether a reported signal is one that this allows."""
        return (
            self.cause == cause
            and self.channel in (None, channel)
            and self.host in (None, host)
            and self.kind in (None, kind)
        )


class SpecimenProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a profile of every specimen would say: its provider, and how users opt out of it."""

    host: str
    protocol: str
    endpoint_variable: str
    optout: Mapping[str, str]


class Specimen(msgspec.Struct, frozen=True):
    """One specimen: how to run it, what to vary, and what is there to be found.

    ``argv`` is an interpreter (or ``cc``) and an absolute path.  ``allowed`` includes the
    routing effects of ``routes``.  ``verdicts`` are the ways in which a trial of it may end.
    ``hard`` marks what a comparison of runs alone cannot find, or not in few runs.
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

    @property
    def file(self) -> Path:
        """The program, or its source."""
        return Path(self.argv[-1])

    @property
    def lacks(self) -> str | None:
        """What this machine lacks to run it; None if nothing."""
        if self.argv[0] == C_SOURCE:
            return None if find_compiler() is not None else "a C compiler"
        return None if Path(self.argv[0]).exists() else self.argv[0]

    @property
    def runnable(self) -> bool:
        """Whether this machine has what runs it."""
        return self.lacks is None

    @property
    def ordinary(self) -> bool:
        """Whether every trial of it just ends, as most clients' do."""
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


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal["fingerprint-lab/specimens/1"]
    provider: SpecimenProvider
    specimen: tuple[_Entry, ...]


def load_specimens(folder: Path) -> SpecimenSet:
    """The zoo in ``folder``; UsageError where there is none, or its truth cannot be read."""
    file = folder / TRUTH
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"no zoo in {folder}: {TRUTH}: {error.strerror}; "
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
    zoo: SpecimenSet, specimen: Specimen, cache: Path, timeout_s: float = TIMEOUT_S
) -> Client:
    """The specimen as a client with a profile of its own.

    ``cache`` is where specimens in C are compiled.  MachineError where there is no compiler.
    """
    interpreter, file = specimen.argv
    program: tuple[str, ...] = specimen.argv
    readable: tuple[str, ...] = (str(zoo.folder),)
    shown: tuple[tuple[str, str], ...] = ()
    if interpreter == C_SOURCE:
        made = compile_source(specimen.file, cache).resolve()
        there = jail_install_path(specimen.name)
        program, readable = (f"{there}/{made.name}",), ()
        shown = ((str(made.parent), there),)
        linked = detect_linkage(made, SYSTEM_PATH)
    else:
        linked = detect_linkage(Path(interpreter), SYSTEM_PATH)
    profile = Profile(
        name=specimen.name,
        argv=program,
        timeout_s=timeout_s,
        provider=ClientProvider(
            host=zoo.provider.host, endpoint_variable=zoo.provider.endpoint_variable
        ),
        environment={"ANTHROPIC_API_KEY": "sk-ant-fake-000"},
        optout=zoo.provider.optout,
        trust=("NODE_EXTRA_CA_CERTS",) if interpreter.endswith("/node") else (),
    )
    return Client(
        profile=profile,
        version="1",
        digest=_digest(Path(file), profile),
        source="the zoo",
        program=program,
        readable=readable,
        dynamic=None if linked is None else linked == "glibc",
        shown=shown,
    )


def _build_specimen(entry: _Entry, folder: Path) -> Specimen:
    interpreter, file = entry.argv
    routed = tuple(
        Allowed((factor,), "it legitimately goes where this factor says", kind="route")
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
    )


def _digest(file: Path, profile: Profile) -> str:
    """Over the program, what specimens share, and the profile: what decides a trial."""
    digest = hashlib.sha256(msgspec.json.encode(profile, order="deterministic"))
    for part in (file, *sorted(file.parent.glob("_common.*"))):
        digest.update(f"\0{part.name}\0".encode() + part.read_bytes())
    return digest.hexdigest()
