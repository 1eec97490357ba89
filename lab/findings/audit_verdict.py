"""The verdict of an audit: the one place where it is decided, and where exit codes follow from it.

A signal is a fact, whatever else failed.  A negative result must be earned: where the client sent
nothing, failed in every trial or did not do what it normally does, nothing was measured.  Effects
that only route the traffic elsewhere say nothing of what is sent, so they do not earn one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.findings.report import Report, Signal, Verdict

__all__ = ["EXIT_CODES", "decide_verdict", "merge_verdicts"]

EXIT_CODES: Mapping[Verdict, int] = {
    "signal": 0,
    "no signal": 0,
    "inconclusive": 3,
    "not measured": 3,
}
"""The exit code of a finished audit, unless ``--fail-on`` forbids what was found.

An audit in which the client could not run at all ends with an error, and so with 4.
"""


def decide_verdict(
    signals: Sequence[Signal], *, unmeasured: str | None, is_open: bool, is_tried: bool
) -> Verdict:
    """Return the verdict of an audit.

    Args:
        signals: The confirmed signals.
        unmeasured: Why the trials say nothing about the client; None where they do.
        is_open: Whether an effect is neither confirmed nor refuted, or a limit left out trials.
        is_tried: Whether a trial with a level of any factor counts.
    """
    if any(signal.kind != "route" or signal.covert for signal in signals):
        return "signal"
    if unmeasured is not None:
        return "not measured"
    if signals:
        return "signal"
    if is_open:
        return "inconclusive"
    return "no signal" if is_tried else "not measured"


def merge_verdicts(reports: Sequence[Report]) -> Verdict:
    """Return the verdict of a session of audits of one client.

    An audit of which no factor could be varied does not count where others could.  One in which
    the client did not run as it does is no part of a negative result.
    """
    found = {report.verdict for report in reports}
    failed = any(report.unmeasured is not None for report in reports)
    order: tuple[Verdict, ...] = ("signal", "inconclusive", "no signal", "not measured")
    if failed:
        order = ("signal", "not measured", "inconclusive", "no signal")
    return next((verdict for verdict in order if verdict in found), "not measured")
