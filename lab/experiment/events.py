"""The events of an audit, in order.

Terminal, JSON and pytest handle these events; the engine knows none of them.
An audit is ``AuditStarted``, then phases, each ``PhaseStarted`` … ``PhaseFinished`` with
``TrialFinished`` between and ``ComparisonStarted`` after some, then ``AuditFinished``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from lab.environment import Environment
from lab.findings.report import ClientFacts, FactorFacts, Report, Signal

__all__ = [
    "AuditFinished",
    "AuditStarted",
    "ComparisonStarted",
    "EngineEvent",
    "Phase",
    "PhaseFinished",
    "PhaseStarted",
    "SignalConfirmed",
    "TrialFinished",
    "Warned",
]

Phase = Literal["calibrate", "mine", "search", "screen", "isolate", "confirm", "sweep"]


class AuditStarted(msgspec.Struct, frozen=True):
    """An audit begins; ``trials_planned`` is an estimate that later phases refine."""

    client: ClientFacts
    factors: tuple[FactorFacts, ...]
    seed: int
    jobs: int
    trials_planned: int
    folder: str


class PhaseStarted(msgspec.Struct, frozen=True):
    """A phase begins with ``trials`` trials to run, ``known`` of them already in the store."""

    phase: Phase
    trials: int
    known: int
    trials_after: int
    """Estimate of the trials that later phases will need, to estimate the time left."""


class TrialFinished(msgspec.Struct, frozen=True):
    """One trial is stored on disk; ``replicate`` is its number in the store."""

    phase: Phase
    environment: Environment
    replicate: int
    verdict: str
    wall_s: float
    from_store: bool


class PhaseFinished(msgspec.Struct, frozen=True):
    """A phase is over; ``summary`` is one line for people."""

    phase: Phase
    summary: str


class ComparisonStarted(msgspec.Struct, frozen=True):
    """The trials so far are compared, which takes time in which none runs."""

    trials: int


class SignalConfirmed(msgspec.Struct, frozen=True):
    """A signal is confirmed and will be in the report."""

    signal: Signal


class Warned(msgspec.Struct, frozen=True):
    """A problem that does not stop the audit."""

    message: str


class AuditFinished(msgspec.Struct, frozen=True):
    """The audit is over."""

    report: Report


EngineEvent = (
    AuditStarted
    | PhaseStarted
    | TrialFinished
    | PhaseFinished
    | ComparisonStarted
    | SignalConfirmed
    | Warned
    | AuditFinished
)
