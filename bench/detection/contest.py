"""One specimen and one seed: the lab audits it, then the others try with as many trials.

Two questions: how much does each find with *as many trials* as the lab used, and, if that is
asked, with *how many trials* each finds as much as the lab did.  For the second, budgets double
from an eighth of the lab's trials up to four times as many; a method that needs fewer than the
lab is reported in the same way as one that never gets there.  None of the classic methods names two
factors, so where the lab found more than there are single factors to find, no trial is spent
on what cannot be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from bench.detection.addone import add_one_at_a_time
from bench.detection.blocked import blocked_permutation_test
from bench.detection.onefactor import one_factor_at_a_time
from bench.detection.oracle import Oracle, Stopwatch, Task, TrialData, make_task
from bench.detection.scores import LAB, Outcome, count_signals
from lab.clients.profile import Client
from lab.experiment.audit import run_engine
from lab.experiment.confirm.effect import Effect
from lab.experiment.events import EngineEvent, TrialFinished
from lab.experiment.follow import follow
from lab.experiment.options import AuditOptions
from lab.experiment.scope import Scope, build_scope
from lab.experiment.trials.measurements import TrialExecutor
from lab.findings.report import Report, Signal
from lab.specimens.score import Evaluation, evaluate_report, evaluate_signals
from lab.specimens.specimen import Specimen
from lab.store import SqliteStore

__all__ = ["METHODS", "Method", "compare_methods", "find_equal_budget"]

Method = Callable[[Task, Oracle, int], tuple[TrialData, list[Effect]]]
"""From what may be tried, an oracle and a budget of trials to what was read, and effects."""

METHODS: dict[str, Method] = {
    "one factor at a time": one_factor_at_a_time,
    "add one at a time": add_one_at_a_time,
    "blocked permutation": blocked_permutation_test,
}

_SHARES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)


def compare_methods(
    specimen: Specimen,
    client: Client,
    options: AuditOptions,
    store: SqliteStore,
    laboratory: TrialExecutor,
    *,
    on: bool = False,
) -> list[Outcome]:
    """What each method found, the lab first; ``on`` lets the others go on until they are equal.

    The store may hold trials of an earlier run that was stopped: they are not run again.
    """
    chosen = build_scope(client, options)
    report, lab = _run_audit(specimen, client, options, chosen, store, laboratory)
    outcomes = [lab]
    given = make_task(chosen, report.factors, options.alpha, options.seed)
    unmeasured = [fact.name for fact in report.factors if not fact.measured]

    def tried(name: str, budget: int) -> Outcome:
        oracle = Oracle(client, chosen, store, watch := Stopwatch(laboratory))
        started = time.monotonic()
        reading, effects = METHODS[name](given, oracle, budget)
        signals = reading.signals(effects, chosen.routes) if effects else ()
        thinking_s = time.monotonic() - started - watch.waited_s
        return _make_outcome(
            name,
            specimen,
            options.seed,
            evaluate_signals(specimen, signals, unmeasured),
            signals,
            trials=oracle.trials,
            seconds=thinking_s + oracle.spent_s / laboratory.jobs,
        )

    for name in METHODS:
        equal = tried(name, lab.trials)
        if on and lab.whole.right:
            equal = find_equal_budget(equal, lab, partial(tried, name))
        outcomes.append(equal)
    return outcomes


def _run_audit(
    specimen: Specimen,
    client: Client,
    options: AuditOptions,
    chosen: Scope,
    store: SqliteStore,
    laboratory: TrialExecutor,
) -> tuple[Report, Outcome]:
    """The lab's own audit, at its default settings."""
    spent_s = 0.0

    def count(event: EngineEvent) -> None:
        nonlocal spent_s
        if isinstance(event, TrialFinished):
            spent_s += event.wall_s

    watch = Stopwatch(laboratory)
    started = time.monotonic()
    report = follow(run_engine(client, options, chosen, store, watch), count)
    thinking_s = time.monotonic() - started - watch.waited_s
    outcome = _make_outcome(
        LAB,
        specimen,
        options.seed,
        evaluate_report(specimen, report),
        report.signals,
        trials=report.trials,
        seconds=thinking_s + (spent_s + report.overhead_s) / laboratory.jobs,
    )
    return report, outcome


def _make_outcome(
    name: str,
    specimen: Specimen,
    seed: int,
    judgement: Evaluation,
    signals: Sequence[Signal],
    *,
    trials: int,
    seconds: float,
) -> Outcome:
    single, interactions = count_signals(specimen, judgement, signals)
    return Outcome(
        specimen=specimen.name,
        seed=seed,
        method=name,
        trials=trials,
        seconds=round(seconds, 3),
        single=single,
        interactions=interactions,
        mistaken=len(judgement.mistaken),
        missed=tuple(dict.fromkeys(" × ".join(one.cause) for one in judgement.missed)),
        false=tuple(f"{' × '.join(one.cause)} at {one.location}" for one in judgement.false),
    )


def find_equal_budget(equal: Outcome, lab: Outcome, tried: Callable[[int], Outcome]) -> Outcome:
    """The outcome, with the first budget at which as much is found as the lab found."""
    if lab.whole.right > equal.single.planted:
        return msgspec.structs.replace(equal, tried_to=lab.trials, unreachable=True)
    for share in _SHARES:
        budget = max(1, round(lab.trials * share))
        outcome = equal if budget == lab.trials else tried(budget)
        if outcome.whole.right >= lab.whole.right:
            return msgspec.structs.replace(equal, equal_at=outcome.trials, tried_to=budget)
    return msgspec.structs.replace(equal, tried_to=budget)
