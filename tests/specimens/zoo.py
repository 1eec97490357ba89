"""The specimens with their planted truth, as frozen values: ``truth.toml``, read.

Tests import it as ``tests.specimens.zoo``; the folder needs no ``__init__``, only the project on
the path, where the root `conftest.py` puts it.  Misspelt keys in ``truth.toml`` are errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from lab.findings.report import Channel, Kind
from lab.observation.records import Verdict

__all__ = ["FOLDER", "SCHEMA", "Allowed", "Expected", "Provider", "Specimen", "load", "provider"]

FOLDER = Path(__file__).resolve().parent
SCHEMA = "fingerprint-lab/specimens/1"


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


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a profile of every specimen would say: its provider, and how users opt out of it."""

    host: str
    protocol: str
    endpoint_variable: str
    optout: Mapping[str, str]


class Specimen(msgspec.Struct, frozen=True):
    """One specimen: how to run it, what to vary, and what is there to be found.

    ``argv`` is absolute.  ``allowed`` includes the routing effects of ``routes``.
    ``verdicts`` are the ways in which a trial of it may end.  ``hard`` marks what a
    comparison of runs alone cannot find.
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
        """The program."""
        return Path(self.argv[-1])

    @property
    def runnable(self) -> bool:
        """Whether its interpreter exists on this machine."""
        return Path(self.argv[0]).exists()


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
    provider: Provider
    specimen: tuple[_Entry, ...]


def load() -> tuple[Specimen, ...]:
    """All specimens, in the order of the file; msgspec.ValidationError where it is wrong."""
    return tuple(_specimen(entry) for entry in _read().specimen)


def provider() -> Provider:
    """What the specimens have in common, for a profile or the endpoint factor."""
    return _read().provider


def _read() -> _Document:
    return msgspec.toml.decode((FOLDER / "truth.toml").read_bytes(), type=_Document)


def _specimen(entry: _Entry) -> Specimen:
    interpreter, file = entry.argv
    routed = tuple(
        Allowed((factor,), "it legitimately goes where this factor says", kind="route")
        for factor in entry.routes
    )
    return Specimen(
        name=entry.name,
        description=entry.description,
        argv=(interpreter, str(FOLDER / file)),
        factors=entry.factors,
        expected=entry.expected,
        allowed=entry.allowed + routed,
        quiet=entry.quiet,
        routes=entry.routes,
        hard=entry.hard,
        verdicts=entry.verdicts,
    )
