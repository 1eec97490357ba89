"""A negative result, without claiming too much: what was tried, and what is not ruled out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.findings.report import FactorFacts, Report
from lab.reports.text.coverage_phrases import describe_coverage
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
    ran = f"; {describe_coverage(report.coverage)}" if report.coverage is not None else ""
    open_ = "; ".join(_list_not_ruled_out(report, measured, known))
    return [
        f"Tried: {format_list(tried, 20)}{ran}.",
        f"Not ruled out: {open_}.",
    ]


def _list_not_ruled_out(
    report: Report, measured: Sequence[FactorFacts], known: Sequence[str]
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
    coverage = report.coverage
    if coverage is None:
        yield "combinations that were not tried"
    elif not coverage.is_complete:
        noun = "level" if coverage.strength == 1 else "combination"
        yield f"the {format_count(coverage.admissible - coverage.run, noun)} that did not run"
    together = 1 if coverage is None else coverage.strength
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
