"""A report compared with planted truth: what is right, what is missed, what is false.

A signal is known by its cause, its channel and its host.  A planted one is *right* if a
signal with these three is reported, and *missed* otherwise.  A reported one is *false* if
neither it nor its cause in that channel is planted, and the truth does not allow it.  So the
same cause at another host of the same channel is neither: it is a shadow of what was found.

A planted signal with a factor that could not be varied on this machine is *not measured*,
and counts nowhere: what could not be tried is never a negative result.

Precision and recall are those of information retrieval (van Rijsbergen 1979, chapter 7),
over signals.  The rate of *exact causes* tells finding from explaining: of the planted
signals at whose place anything with a part of the cause was reported, it is the share whose
whole cause was named and no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from lab.findings.report import Report, Signal
from lab.specimens.specimen import Expected, Specimen

__all__ = ["Evaluation", "Score", "evaluate_report", "evaluate_signals", "sum_evaluations"]


class Evaluation(msgspec.Struct, frozen=True):
    """One report against one specimen's truth.

    ``reported`` counts the signals that are right.  ``misattributed`` are those of
    ``missed`` whose place was reported with another cause that shares a factor.
    ``mistaken`` are those of ``right`` of which no signal says rightly whether it is covert.
    """

    specimen: str
    right: tuple[Expected, ...]
    missed: tuple[Expected, ...]
    false: tuple[Signal, ...]
    not_measured: tuple[Expected, ...]
    misattributed: tuple[Expected, ...]
    mistaken: tuple[Expected, ...]
    reported: int

    @property
    def flawless(self) -> bool:
        """Whether everything that could be measured was found, explained, and nothing added."""
        return not (self.missed or self.false or self.mistaken)


class Score(msgspec.Struct, frozen=True):
    """Sums over any number of judgements."""

    audits: int
    planted: int
    """Signals that are really there and could be measured, counted once an audit."""
    right: int
    misattributed: int
    reported: int
    """Signals that were reported and are right."""
    false: int

    @property
    def recall(self) -> float | None:
        """The share of planted signals that was found; None where nothing was planted."""
        return self.right / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """The share of reported signals that is right; None where nothing was reported."""
        whole = self.reported + self.false
        return self.reported / whole if whole else None

    @property
    def exact(self) -> float | None:
        """The share of exact causes among what was seen; None where nothing was seen."""
        whole = self.right + self.misattributed
        return self.right / whole if whole else None


def evaluate_report(specimen: Specimen, report: Report) -> Evaluation:
    """What the report says rightly, wrongly and not at all."""
    unmeasured = {fact.name for fact in report.factors if not fact.measured}
    if report.verdict == "not measured":
        unmeasured.update(specimen.factors)
    return evaluate_signals(specimen, report.signals, unmeasured)


def evaluate_signals(
    specimen: Specimen, signals: Sequence[Signal], unmeasured: Collection[str] = ()
) -> Evaluation:
    """The same of signals that any method reported; ``unmeasured`` factors could not be varied."""
    unmeasured = frozenset(unmeasured)
    measurable = [one for one in specimen.expected if unmeasured.isdisjoint(one.cause)]
    told: dict[tuple[tuple[str, ...], str, str | None], list[Signal]] = {}
    for signal in signals:
        place = signal.location
        told.setdefault((signal.cause, place.channel, place.host), []).append(signal)
    right = tuple(one for one in measurable if _key(one) in told)
    missed = tuple(one for one in measurable if _key(one) not in told)
    keys = {_key(one) for one in specimen.expected}
    false = tuple(signal for signal in signals if _is_false(signal, specimen))
    return Evaluation(
        specimen=specimen.name,
        right=right,
        missed=missed,
        false=false,
        not_measured=tuple(one for one in specimen.expected if one not in measurable),
        misattributed=tuple(
            one for one in missed if any(_replaces(one, signal) for signal in false)
        ),
        mistaken=tuple(
            one for one in right if all(signal.covert != one.covert for signal in told[_key(one)])
        ),
        reported=sum(len(signals) for key, signals in told.items() if key in keys),
    )


def sum_evaluations(judgements: Iterable[Evaluation]) -> Score:
    """The sums."""
    every = tuple(judgements)
    return Score(
        audits=len(every),
        planted=sum(len(one.right) + len(one.missed) for one in every),
        right=sum(len(one.right) for one in every),
        misattributed=sum(len(one.misattributed) for one in every),
        reported=sum(one.reported for one in every),
        false=sum(len(one.false) for one in every),
    )


def _key(one: Expected) -> tuple[tuple[str, ...], str, str | None]:
    return one.cause, one.channel, one.host


def _is_false(signal: Signal, specimen: Specimen) -> bool:
    cause, place = signal.cause, signal.location
    if any((cause, place.channel) == (one.cause, one.channel) for one in specimen.expected):
        return False
    return not any(
        one.matches(cause, place.channel, place.host, signal.kind) for one in specimen.allowed
    )


def _replaces(one: Expected, signal: Signal) -> bool:
    """Whether the false signal stands where this one should, with part of its cause."""
    place = signal.location
    here = (place.channel, place.host) == (one.channel, one.host)
    return here and not set(one.cause).isdisjoint(signal.cause)
