"""The report: what an audit found, in the shape that scripts read.

These records are the contract of ``lab audit --json`` and ``report.json``
(schema ``fingerprint-lab/report/1``).  Presenters in :mod:`lab.reports` read them and
nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from lab.observation.location import Channel, Location

__all__ = [
    "SCHEMA",
    "Calibration",
    "Channel",
    "ClientFacts",
    "Cost",
    "Coverage",
    "Difference",
    "ExplorationSummary",
    "FactorFacts",
    "Inconclusive",
    "Kind",
    "LabFacts",
    "LevelGroup",
    "Location",
    "MissingCombination",
    "Noise",
    "NotMeasured",
    "Pair",
    "Partition",
    "PhaseCost",
    "RelatedLocation",
    "Report",
    "Signal",
    "SignalCost",
    "TableRow",
    "UsualMessage",
    "Verdict",
]

SCHEMA = "fingerprint-lab/report/1"

Verdict = Literal["signal", "no signal", "inconclusive", "not measured"]

Kind = Literal["copied", "encoded", "derived", "presence", "count", "order", "timing", "route"]


class TableRow(msgspec.Struct, frozen=True):
    """One row of a decision table: what was sent under these levels of the cause.

    ``value`` is the text that varies, or the whole text where it is short; where several
    words of one text vary, one on each line.  None: nothing was sent.
    """

    levels: Mapping[str, str]
    value: str | None
    trials: int
    dissenting: int = 0
    """Trials with the same levels that sent something else."""
    rule: str | None = None
    """What only the tried levels with this value have in common, in words."""
    share: float | None = None
    """The share of the trials in which ``value`` occurred, where that is random."""


class Difference(msgspec.Struct, frozen=True):
    """One difference between two texts, by code point; empty where one side has nothing."""

    left: tuple[str, ...]
    """Code points as ``U+0027 APOSTROPHE``."""
    right: tuple[str, ...]
    invisible: bool = False
    why: str = ""
    """The kind of difference, as ``look-alike`` or ``white space``; empty: the words differ."""


class Pair(msgspec.Struct, frozen=True):
    """Two environments that differ in one level, and what each sent.

    ``context`` holds the levels, other than the controls, that both sides share.
    """

    left: str
    right: str
    factor: str
    left_level: str
    right_level: str
    left_value: str | None
    right_value: str | None
    context: Mapping[str, str] = {}
    differences: tuple[Difference, ...] = ()


class RelatedLocation(msgspec.Struct, frozen=True):
    """The effect of the same cause at another location of the same message."""

    location: Location
    kind: Kind
    table: tuple[TableRow, ...]


class LevelGroup(msgspec.Struct, frozen=True):
    """Levels of one factor with the same effect: what is sent under them, and their rule."""

    value: str | None
    levels: tuple[str, ...]
    rule: str | None = None


class Partition(msgspec.Struct, frozen=True):
    """What a sweep over all levels of one factor found for one signal.

    ``context`` has the levels of the other factors that were not their controls.  The largest
    part comes first.
    """

    factor: str
    context: Mapping[str, str]
    parts: tuple[LevelGroup, ...]
    levels: int
    """Levels that were tried, of ``of``."""
    of: int
    trials: int
    uncertain: tuple[str, ...] = ()
    """Levels whose trials do not agree."""


class Signal(msgspec.Struct, frozen=True):
    """A confirmed effect with its cause, location, decision table and minimal pair."""

    id: str
    cause: tuple[str, ...]
    kind: Kind
    encoding: str | None
    covert: bool
    location: Location
    table: tuple[TableRow, ...]
    pair: Pair
    p_value: float
    p_adjusted: float
    replicates: int
    bits: float
    documented: str | None = None
    fields: tuple[Location, ...] = ()
    """All its locations, ``location`` first."""
    beside: tuple[RelatedLocation, ...] = ()
    """Of these, the locations that divide the levels differently from the first."""
    partitions: tuple[Partition, ...] = ()
    """What sweeps found, one for each swept factor of the cause."""
    missing: tuple[Mapping[str, str], ...] = ()
    """The first combinations of the cause's levels about which the table says nothing."""
    missing_count: int = 0
    """How many there are."""
    chance: float | None = None
    """Of a copy or an encoding: how many such findings chance alone would produce."""


class Noise(msgspec.Struct, frozen=True):
    """A location whose value differs between replicates of one environment, and how."""

    location: Location
    why: str


class Inconclusive(msgspec.Struct, frozen=True):
    """An effect that was observed and neither confirmed nor refuted."""

    location: Location
    cause: tuple[str, ...]
    why: str
    trials_needed: int | None = None


class NotMeasured(msgspec.Struct, frozen=True):
    """Something that could not be tried, and why: never a negative result."""

    what: str
    why: str


class UsualMessage(msgspec.Struct, frozen=True):
    """A message that the client sends in the control environment, and in how many trials of it."""

    location: Location
    trials: int
    of: int


class FactorFacts(msgspec.Struct, frozen=True):
    """One factor as it was tried."""

    name: str
    control: str
    levels: tuple[str, ...]
    measured: bool = True
    why_not: str | None = None
    together: int = 0
    """Variables that were tried in groups; ``levels`` has those with an effect."""


class ExplorationSummary(msgspec.Struct, frozen=True):
    """What one sweep or search tried, what it cost, and the levels that it found."""

    how: Literal["sweep", "search"]
    factor: str
    levels: int
    trials: int
    """Trials that it alone needed."""
    contexts: tuple[Mapping[str, str], ...] = ()
    """The levels of the other factors that were not their controls."""
    found: tuple[str, ...] = ()
    """Levels that were added to the audit, and confirmed like all others."""
    why_not: str | None = None
    """Why it is not complete."""


class MissingCombination(msgspec.Struct, frozen=True):
    """One level of each of a few factors that no trial that counts had together, and why."""

    levels: Mapping[str, str]
    why: str


class Coverage(msgspec.Struct, frozen=True):
    """Which combinations of levels ran, counted over the trials that count.

    Attributes:
        strength: How many factors are combined: that of the audit, or fewer where fewer vary.
        admissible: The combinations that a host can have, controls among them.
        run: Of these, how many ran.
        missing: The first of those that did not run.
        reasons: Every reason, with the number of combinations that did not run for it.
        excluded: The combinations that no host can have.
    """

    strength: int
    admissible: int
    run: int
    missing: tuple[MissingCombination, ...] = ()
    reasons: Mapping[str, int] = {}
    excluded: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every combination that a host can have ran."""
        return self.run == self.admissible


class PhaseCost(msgspec.Struct, frozen=True):
    """The trials of one phase, and the seconds that the client ran in them."""

    phase: str
    trials: int
    client_s: float


class SignalCost(msgspec.Struct, frozen=True):
    """The trials of isolation and confirmation for one signal, by its ``id``.

    ``trials`` varied all factors of its cause.  ``share`` divides each of them among the signals
    that it was for, so that the shares of all signals can be added.
    """

    id: str
    trials: int
    share: float


class Cost(msgspec.Struct, frozen=True):
    """What an audit cost.

    Attributes:
        phases: Trials by the phase that first ran them.
        signals: Trials of isolation and confirmation, by signal.
        unattributed: Those that were for no signal: controls, and what was not confirmed.
        reasoning_s: Seconds of the last session that passed outside trials.
    """

    phases: tuple[PhaseCost, ...]
    signals: tuple[SignalCost, ...] = ()
    unattributed: int = 0
    reasoning_s: float = 0.0


class ClientFacts(msgspec.Struct, frozen=True):
    """The client that was measured."""

    name: str
    version: str
    digest: str
    source: str


class LabFacts(msgspec.Struct, frozen=True):
    """The lab that measured it."""

    version: str


class Calibration(msgspec.Struct, frozen=True):
    """How noisy the client is when nothing is varied.

    ``false_positive_rate`` is the share of null hypotheses, formed by splitting replicates
    of one environment at random, that the confirmation test reported as signals; None where
    there were too few to split.
    """

    replicates: int
    false_positive_rate: float | None


class Report(msgspec.Struct, frozen=True):
    """Everything that one audit found."""

    client: ClientFacts
    lab: LabFacts
    seed: int
    alpha: float
    strength: int
    jobs: int
    started: str
    wall_s: float
    trials: int
    client_cpu_s: float
    overhead_s: float
    factors: tuple[FactorFacts, ...]
    signals: tuple[Signal, ...]
    noise: tuple[Noise, ...]
    inconclusive: tuple[Inconclusive, ...]
    not_measured: tuple[NotMeasured, ...]
    calibration: Calibration
    hosts: tuple[str, ...] = ()
    """Every host contacted in any trial."""
    verdict: Verdict = "no signal"
    """From :func:`lab.findings.audit_verdict.decide_verdict`."""
    warnings: tuple[str, ...] = ()
    """Problems of the client while it was measured, one line each."""
    audit: str | None = None
    """The audit's folder."""
    bits_total: float = 0.0
    """How much all signals together reveal, routing effects aside."""
    bits_exact: bool = True
    """False where ``bits_total`` is an upper bound."""
    explored: tuple[ExplorationSummary, ...] = ()
    unmeasured: str | None = None
    """Why the trials say nothing about the client, in words; None where they do."""
    usual: tuple[UsualMessage, ...] = ()
    """What the client sends in the control environment, whatever is in it."""
    cost: Cost | None = None
    """Trials by phase and by signal; None in reports of earlier versions."""
    coverage: Coverage | None = None
    """Which combinations of levels ran; None in reports of earlier versions."""
    correction: str = "holm"
    """How p-values were corrected for the number of hypotheses; "holm" in reports without it."""
    schema: str = SCHEMA
