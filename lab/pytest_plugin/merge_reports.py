"""One report of a whole session, from the reports of its audits.  Pure.

It has the schema of any report, so that every reader of reports can read it.  A signal that several
audits found occurs once, as the audit with most trials reports it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import msgspec

from lab.findings.audit_verdict import merge_verdicts
from lab.findings.report import Calibration, FactorFacts, Report, Signal

__all__ = ["merge_reports"]

T = TypeVar("T", bound=Hashable)


def merge_reports(reports: Sequence[Report], folder: str) -> Report:
    """Merge the reports of a session.

    ``trials`` and all times are sums over the audits, so a trial that several of them use counts
    for each.  ``bits_total`` is an upper bound where there are several.

    Args:
        reports: at least one.
        folder: the folder of the session.

    Raises:
        ValueError: there is no report.
    """
    if not reports:
        raise ValueError("no report to merge")
    first = reports[0]
    signals = _merge_signals(reports)
    found = {(signal.cause, signal.location) for signal in signals}
    rates = [r.calibration.false_positive_rate for r in reports]
    return msgspec.structs.replace(
        first,
        started=min(report.started for report in reports),
        wall_s=round(sum(report.wall_s for report in reports), 3),
        trials=sum(report.trials for report in reports),
        client_cpu_s=round(sum(report.client_cpu_s for report in reports), 3),
        overhead_s=round(sum(report.overhead_s for report in reports), 3),
        factors=_merge_factors(reports),
        signals=signals,
        noise=_deduplicate(noise for report in reports for noise in report.noise),
        inconclusive=_deduplicate(
            each
            for report in reports
            for each in report.inconclusive
            if (each.cause, each.location) not in found
        ),
        not_measured=_deduplicate(each for report in reports for each in report.not_measured),
        calibration=Calibration(
            max(report.calibration.replicates for report in reports),
            max((rate for rate in rates if rate is not None), default=None),
        ),
        hosts=tuple(sorted({host for report in reports for host in report.hosts})),
        verdict=merge_verdicts(reports),
        unmeasured=next((r.unmeasured for r in reports if r.unmeasured is not None), None),
        warnings=_deduplicate(each for report in reports for each in report.warnings),
        audit=folder,
        bits_total=round(sum(report.bits_total for report in reports), 3),
        bits_exact=len(reports) == 1 and first.bits_exact,
        explored=tuple(each for report in reports for each in report.explored),
    )


def _merge_signals(reports: Sequence[Report]) -> tuple[Signal, ...]:
    best: dict[str, Signal] = {}
    for report in sorted(reports, key=lambda report: -report.trials):
        for signal in report.signals:
            best.setdefault(signal.id, signal)
    return tuple(best[key] for key in sorted(best))


def _merge_factors(reports: Sequence[Report]) -> tuple[FactorFacts, ...]:
    """Each factor once, with all levels that any question tried."""
    found: dict[str, FactorFacts] = {}
    for facts in (facts for report in reports for facts in report.factors):
        known = found.get(facts.name, facts)
        levels = tuple(dict.fromkeys((*known.levels, *facts.levels)))
        found[facts.name] = msgspec.structs.replace(
            known, levels=levels, together=max(known.together, facts.together)
        )
    return tuple(found[name] for name in sorted(found))


def _deduplicate(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
