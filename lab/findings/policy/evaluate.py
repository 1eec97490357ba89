"""Report × policy × baseline → a verdict for each signal, and what is still open.

A baseline accepts a signal where it has one with the same cause, covert or plain alike, in the
same part of the same message, that reveals at least as much.  Ids are not enough: an id is made
from one location, and the first location of a group may change.  A signal with the same id is
the same signal even if its kind has changed; a note says so.  A location in another message is
new.

An open effect is never a pass.  It *counts* where it would not be permitted if it were
confirmed.  So does a factor that a forbidding rule names, or that the baseline tried, and that
could not be tried now, and so do planned trials that a limit left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import msgspec

from lab.findings.policy.open_items import Open
from lab.findings.policy.rule import Policy, Rule, list_locations
from lab.findings.policy.silence import list_silenced
from lab.findings.report import Inconclusive, Kind, Location, NotMeasured, Report, Signal

__all__ = ["Gone", "Judged", "Judgement", "Open", "Verdict", "judge"]

Verdict = Literal["forbidden", "new", "undecided", "documented", "allowed", "accepted", "expected"]
"""Worst first.  ``accepted``: by the baseline; ``expected``: only where traffic goes."""

_Key = tuple[tuple[str, ...], bool, str, str | None, str | None, str | None, str | None]

_LEFT_OUT = re.compile(r"\d+ planned trials?")
_DETAIL: dict[Kind, int] = {
    "copied": 3,
    "encoded": 3,
    "derived": 2,
    "order": 1,
    "count": 1,
    "presence": 1,
    "timing": 1,
    "route": 0,
}


class Judged(msgspec.Struct, frozen=True):
    """A signal and its verdict.

    ``rule`` is None where no rule covers it; ``notes`` are remarks for the reader.
    """

    signal: Signal
    verdict: Verdict
    rule: Rule | None = None
    notes: tuple[str, ...] = ()


class Gone(msgspec.Struct, frozen=True):
    """A signal of the baseline that was not found again.

    ``unless`` is the reason why it may still exist; None where it was searched for.
    """

    signal: Signal
    unless: str | None = None


class Judgement(msgspec.Struct, frozen=True):
    """One report, judged; its signals worst verdict first, covert ones first among equals."""

    report: Report
    """With ``documented`` filled in."""
    signals: tuple[Judged, ...]
    open: tuple[Open, ...] = ()
    gone: tuple[Gone, ...] = ()
    unused: tuple[Rule, ...] = ()
    """Rules that permit, and that no signal needed."""
    policy: Policy | None = None
    baseline: Report | None = None

    @property
    def failures(self) -> tuple[Judged, ...]:
        """The signals that are forbidden, and those that the baseline does not accept."""
        return tuple(one for one in self.signals if one.verdict in ("forbidden", "new"))

    @property
    def undecided(self) -> tuple[Judged, ...]:
        """The signals that neither policy nor baseline covers."""
        return tuple(one for one in self.signals if one.verdict == "undecided")

    @property
    def doubts(self) -> tuple[Open, ...]:
        """What is still open and could be forbidden or new."""
        return tuple(one for one in self.open if one.counts)

    @property
    def verdict(self) -> Literal["failed", "inconclusive", "not measured", "passed"]:
        """``passed`` only where nothing failed, is undecided, or is open and counts."""
        if self.failures:
            return "failed"
        if self.report.verdict == "not measured" or self.report.unmeasured is not None:
            return "not measured"
        return "inconclusive" if self.undecided or self.doubts else "passed"


def judge(
    report: Report, policy: Policy | None = None, baseline: Report | None = None
) -> Judgement:
    """The verdicts of a policy and a baseline on a report.

    A rule takes precedence over the baseline.  Without policy and baseline every signal is
    undecided, except routing effects.

    Args:
        report: The report of an audit.
        policy: Rules, if there are any.
        baseline: The report of an audit whose signals are accepted, if there is one.
    """
    rules = policy or Policy()
    accepted = _AcceptedSignals(baseline) if baseline is not None else None
    judged = [_judge_signal(signal, rules, accepted) for signal in report.signals]
    signals = tuple(one.signal for one in judged)
    order = get_args(Verdict)
    judged.sort(key=lambda one: (order.index(one.verdict), not one.signal.covert))
    used = {one.rule for one in judged}
    return Judgement(
        report=msgspec.structs.replace(report, signals=signals),
        signals=tuple(judged),
        open=(
            *_list_open_effects(report, rules, accepted),
            *_list_untried(report, rules, baseline),
            *list_silenced(report, baseline),
        ),
        gone=() if baseline is None else _list_gone(report, baseline),
        unused=tuple(rule for rule in rules.rules if not rule.forbids and rule not in used),
        policy=policy,
        baseline=baseline,
    )


class _AcceptedSignals:
    """The signals that a baseline accepts, by location."""

    def __init__(self, baseline: Report) -> None:
        # The ids of rates and routes are the same for covert and plain signals.
        self.kinds = {(signal.id, signal.covert): signal.kind for signal in baseline.signals}
        self.detail: dict[_Key, int] = {}
        for signal in baseline.signals:
            for location in list_locations(signal):
                key = _make_key(signal.cause, signal.covert, location)
                self.detail[key] = max(self.detail.get(key, 0), _DETAIL[signal.kind])
        self.open = {(item.cause, item.location) for item in baseline.inconclusive}

    def missing_locations(self, signal: Signal) -> tuple[Location, ...]:
        """The locations of the signal that the baseline does not accept."""
        same = (signal.id, signal.covert) in self.kinds
        least = 0 if same else _DETAIL[signal.kind]
        return tuple(
            location
            for location in list_locations(signal)[1 if same else 0 :]
            if self.detail.get(_make_key(signal.cause, signal.covert, location), -1) < least
        )

    def knows(self, item: Inconclusive) -> bool:
        """Whether the baseline has this effect, confirmed or as open as now."""
        return (item.cause, item.location) in self.open or any(
            _make_key(item.cause, covert, item.location) in self.detail for covert in (True, False)
        )


def _make_key(cause: tuple[str, ...], covert: bool, location: Location) -> _Key:
    return (
        cause,
        covert,
        location.channel,
        location.host,
        location.method,
        location.path,
        location.part,
    )


def _judge_signal(signal: Signal, policy: Policy, accepted: _AcceptedSignals | None) -> Judged:
    rule = next((rule for rule in policy.rules if rule.covers(signal)), None)
    if rule is not None:
        if rule.standing == "documented":
            signal = msgspec.structs.replace(signal, documented=rule.url)
        return Judged(signal, rule.standing, rule)
    notes = tuple(_note_partial_cover(signal, policy.rules))
    missing: tuple[Location, ...] = ()
    if accepted is not None:
        missing = accepted.missing_locations(signal)
        if not missing:
            return Judged(signal, "accepted", notes=tuple(_note_changed_kind(signal, accepted)))
    if signal.kind == "route" and not signal.covert:
        return Judged(signal, "expected")
    if policy.default == "allowed" and not signal.covert:
        return Judged(signal, "allowed", notes=notes)
    if policy.default == "forbidden":
        return Judged(signal, "forbidden", notes=notes)
    if accepted is None:
        return Judged(signal, "undecided", notes=notes)
    if len(missing) < len(list_locations(signal)):
        notes += (f"the baseline has it, though not at {missing[0]}",)
    return Judged(signal, "new", notes=notes)


def _note_partial_cover(signal: Signal, rules: Sequence[Rule]) -> Iterator[str]:
    """Rules that permit the signal at some of its locations, but not at all of them."""
    for rule in rules:
        if not rule.forbids and (covered := rule.count_covered(signal)):
            total = len(list_locations(signal))
            yield f"line {rule.line} covers {covered} of its {total} locations"


def _note_changed_kind(signal: Signal, accepted: _AcceptedSignals) -> Iterator[str]:
    before = accepted.kinds.get((signal.id, signal.covert), signal.kind)
    if before != signal.kind:
        yield f"{before} in the baseline, {signal.kind} now"


def _list_open_effects(
    report: Report, policy: Policy, accepted: _AcceptedSignals | None
) -> Iterator[Open]:
    for item in report.inconclusive:
        rule = next((rule for rule in policy.rules if rule.may_cover(item)), None)
        if rule is not None:
            counts = rule.forbids
        elif accepted is not None and accepted.knows(item):
            counts = False
        else:
            counts = policy.default != "allowed"
        what = " × ".join(item.cause) or "unknown cause"
        yield Open(what, item.why, counts, rule, item.cause, item.location)


def _list_untried(report: Report, policy: Policy, baseline: Report | None) -> Iterator[Open]:
    """Factors, levels and trials that were not measured."""
    tried = {fact.name for fact in report.factors if fact.measured}
    why_not = {fact.name: fact.why_not or "" for fact in report.factors if not fact.measured}
    before = {fact.name for fact in baseline.factors if fact.measured} if baseline else set()
    naming: dict[str, Rule] = {}
    for rule in policy.rules:
        for name in sorted(rule.factors if rule.forbids else ()):
            naming.setdefault(name, rule)
    for name in sorted(why_not):
        named = naming.get(name)
        yield Open(f"factor {name}", why_not[name], bool(named) or name in before, named)
    left_out = "this audit did not vary it"
    for name in sorted(naming.keys() - tried - why_not.keys()):
        yield Open(f"factor {name}", left_out, True, naming[name])
    if others := sorted(before - tried - why_not.keys() - naming.keys()):
        yield Open(f"other factors that the baseline varied: {', '.join(others)}", left_out, False)
    for item in report.not_measured:
        if item.what.removeprefix("factor ") in why_not:
            continue
        named = naming.get(item.what.partition(" at ")[0])
        cut_short = _LEFT_OUT.fullmatch(item.what) is not None and not _permits_everything(policy)
        yield Open(item.what, item.why, named is not None or cut_short, named)


def _permits_everything(policy: Policy) -> bool:
    return policy.default == "allowed" and not any(rule.forbids for rule in policy.rules)


def _list_gone(report: Report, baseline: Report) -> tuple[Gone, ...]:
    """Signals of the baseline that the report does not have, first those searched for."""
    ids = {signal.id for signal in report.signals}
    here = {
        _make_key(signal.cause, signal.covert, location)
        for signal in report.signals
        for location in list_locations(signal)
    }
    gone = []
    for signal in baseline.signals:
        keys = {
            _make_key(signal.cause, signal.covert, location) for location in list_locations(signal)
        }
        if signal.id not in ids and here.isdisjoint(keys):
            gone.append(Gone(signal, _explain_absence(signal, report)))
    return tuple(sorted(gone, key=lambda one: one.unless is not None))


def _explain_absence(signal: Signal, report: Report) -> str | None:
    """The reason why the signal may still exist; None if there is none."""
    tried = {fact.name for fact in report.factors if fact.measured}
    untried = [name for name in signal.cause if name not in tried]
    if untried:
        return f"{', '.join(untried)} could not be tried, or was left out"
    if report.verdict == "not measured":
        return "nothing was measured"
    for item in report.inconclusive:
        if item.cause == signal.cause and item.location.message == signal.location.message:
            return "it was observed, but not confirmed"
    if any(map(_is_left_out, report.not_measured)):
        return "a limit left out some of the planned trials"
    return None


def _is_left_out(item: NotMeasured) -> bool:
    return _LEFT_OUT.fullmatch(item.what) is not None
