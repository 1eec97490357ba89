"""A report compared with planted truth: which signals are right, missed and false.

A signal is identified by its cause, channel and host.  A planted one is *right* if a signal with
these three is reported, and *missed* otherwise.  A reported one is *false* if neither it nor its
cause in that channel is planted, and the truth does not allow it.  The same cause at another host
of the same channel is therefore neither: it follows from what was found.

A planted signal with a factor that could not be varied on this machine is *not measured*, and
counts nowhere: what could not be tried is never a negative result.

Precision and recall are those of information retrieval (van Rijsbergen 1979, chapter 7), over
signals.  The rate of *exact causes* distinguishes detection from explanation: of the planted
signals at whose location any part of the cause was reported, the share for which the whole cause
was reported and nothing else.
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
    ``missed`` whose location was reported with another cause that shares a factor.
    ``mistaken`` are those of ``right`` for which no signal has the right covertness.
    """

    specimen: str
    right: tuple[Expected, ...]
    missed: tuple[Expected, ...]
    false: tuple[Signal, ...]
    not_measured: tuple[Expected, ...]
    misattributed: tuple[Expected, ...]
    mistaken: tuple[Expected, ...]
    reported: int
    wrong_verdict: str | None = None
    """The verdict of the report, where it claims that something was measured and nothing was, or
    that nothing was and something is planted."""

    @property
    def is_flawless(self) -> bool:
        """Whether all that could be measured was found and explained, and nothing is false."""
        return not (self.missed or self.false or self.mistaken or self.wrong_verdict)


class Score(msgspec.Struct, frozen=True):
    """Sums over any number of judgements."""

    audits: int
    planted: int
    """Planted signals that could be measured, counted once per audit."""
    right: int
    misattributed: int
    reported: int
    """Reported signals that are right."""
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
        """The share of exact causes among detected signals; None where none was detected."""
        whole = self.right + self.misattributed
        return self.right / whole if whole else None


def evaluate_report(specimen: Specimen, report: Report) -> Evaluation:
    """Return which signals of a report are right and false, and which are missed."""
    unmeasured = {fact.name for fact in report.factors if not fact.measured}
    if report.verdict == "not measured":
        unmeasured.update(specimen.factors)
    claims = report.unmeasured is not None
    is_wrong = specimen.unmeasured != claims and (specimen.unmeasured or specimen.is_ordinary)
    return msgspec.structs.replace(
        evaluate_signals(specimen, report.signals, unmeasured),
        wrong_verdict=report.verdict if is_wrong else None,
    )


def evaluate_signals(
    specimen: Specimen, signals: Sequence[Signal], unmeasured: Collection[str] = ()
) -> Evaluation:
    """Return which signals are right and false, and which are missed.

    Args:
        specimen: The planted truth.
        signals: Signals that any method reported.
        unmeasured: Factors that could not be varied.
    """
    unmeasured = frozenset(unmeasured)
    measurable = [one for one in specimen.expected if unmeasured.isdisjoint(one.cause)]
    by_key: dict[tuple[tuple[str, ...], str, str | None], list[Signal]] = {}
    for signal in signals:
        location = signal.location
        by_key.setdefault((signal.cause, location.channel, location.host), []).append(signal)
    right = tuple(one for one in measurable if _key(one) in by_key)
    missed = tuple(one for one in measurable if _key(one) not in by_key)
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
            one for one in right if all(signal.covert != one.covert for signal in by_key[_key(one)])
        ),
        reported=sum(len(signals) for key, signals in by_key.items() if key in keys),
    )


def sum_evaluations(judgements: Iterable[Evaluation]) -> Score:
    """Return the sums over all evaluations."""
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
    cause, location = signal.cause, signal.location
    if any((cause, location.channel) == (one.cause, one.channel) for one in specimen.expected):
        return False
    return not any(
        one.matches(cause, location.channel, location.host, signal.kind) for one in specimen.allowed
    )


def _replaces(one: Expected, signal: Signal) -> bool:
    """Whether a false signal is at the location of a missed one, with part of its cause."""
    location = signal.location
    here = (location.channel, location.host) == (one.channel, one.host)
    return here and not set(one.cause).isdisjoint(signal.cause)
