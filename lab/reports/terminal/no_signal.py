"""A negative result, without claiming too much: what was tried, and what is not ruled out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lab.findings.report import FactorFacts, Report
from lab.reports.text.phrases import compute_detectable_share, format_count, format_list
from lab.reports.text.safe import make_visible

__all__ = ["explain_no_signal"]


def explain_no_signal(report: Report, known: Sequence[str]) -> list[str]:
    """Paragraphs for a report without signals; ``known`` are the names of all factors."""
    if report.unmeasured is not None:
        return ["Nothing was measured, so nothing is known about the client."]
    measured = [factor for factor in report.factors if factor.measured]
    if not measured or not report.trials:
        return ["Nothing was tried, so nothing is known about the client."]
    tried = [
        f"{make_visible(f.name)} ({format_count(len(f.levels) + 1, 'level')})" for f in measured
    ]
    together = min(report.strength, len(measured))
    complete = _is_complete(report, measured, together)
    number = f" of {together} of them" if together < len(measured) else ""
    combined = f", in all combinations{number}" if complete else ""
    open_ = "; ".join(_list_not_ruled_out(report, measured, known, complete=complete))
    return [
        f"Tried: {format_list(tried, 20)}{combined}.",
        f"Not ruled out: {open_}.",
    ]


def _list_not_ruled_out(
    report: Report, measured: Sequence[FactorFacts], known: Sequence[str], *, complete: bool
) -> Iterator[str]:
    """Effects that may exist although none was found, the likeliest first."""
    names = [make_visible(factor.name) for factor in measured]
    asked = {factor.name for factor in report.factors}
    left_out = [name for name in known if name not in asked]
    if left_out:
        tried = names[0] if len(names) == 1 else "what was tried"
        yield (
            f"effects of factors that were left out ({', '.join(left_out)}), "
            f"alone or together with {tried}"
        )
    yield f"levels{f' of {names[0]}' if len(names) == 1 else ''} that were not tried"
    together = min(report.strength, len(names))
    if len(names) > 1 and not complete:
        yield "combinations that were not tried"
    if together < len(names):
        yield f"effects of more than {format_count(together, 'input')} together"
    share = compute_detectable_share(report)
    if share is not None:
        yield (
            f"effects that occur in fewer than about {share:.0%} of the trials that could show "
            "them (rarer effects had a chance of more than 1 in 20 never to occur)"
        )
    if report.noise:
        yield "effects inside what differs from run to run anyway"
    yield "effects of what the lab does not vary"


def _is_complete(report: Report, measured: Sequence[FactorFacts], together: int) -> bool:
    """Whether all combinations of so many factors can have been tried.

    That takes at least as many trials as the largest factors have combinations.  Where
    something was not measured (a limit, a client that failed), it is not known which
    combinations were tried.
    """
    sizes = sorted((len(factor.levels) + 1 for factor in measured), reverse=True)
    lost = any(not item.what.startswith("factor ") for item in report.not_measured)
    return together > 1 and not lost and report.trials >= math.prod(sizes[:together])
