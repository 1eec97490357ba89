"""Estimates: the plan is exact, times are recorded ones or a guess, limits are kept."""

from __future__ import annotations

import msgspec
import pytest

from lab.experiment import engine
from lab.experiment.estimate import GUESSED_TRIAL_S, MINING_TRIALS, estimate_audit
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from tests.experiment.model import CLIENT, request, run_audit

OPTIONS = AuditOptions(factors=("user", "timezone"))
SCOPE = build_scope(CLIENT, OPTIONS)


def estimate(durations=(), jobs=2, scope=SCOPE, **options):
    return estimate_audit(scope, msgspec.structs.replace(OPTIONS, **options), durations, jobs)


def test_what_is_planned_is_what_an_audit_then_runs(tmp_path):
    report = run_audit(
        lambda levels, chance: [request({})], tmp_path, factors=("user", "timezone"), seed=0
    )
    ran = {one.phase: one.trials for one in report.cost.phases}
    planned = estimate().phases
    assert (planned["calibrate"], planned["screen"]) == (ran["calibrate"], ran["screen"])


def test_the_time_is_the_mean_of_recorded_trials_or_a_guess():
    found = estimate((1.0, 3.0), jobs=4)
    assert (found.trial_s, found.recorded) == (2.0, 2)
    assert found.seconds == pytest.approx(found.trials * 2.0 / 4, abs=0.1)
    assert (estimate().trial_s, estimate().recorded) == (GUESSED_TRIAL_S, 0)


def test_limits_end_it_earlier():
    every = estimate((1.0,), jobs=1)
    assert not every.is_limited
    few = estimate((1.0,), jobs=1, max_trials=10)
    assert (few.trials, few.seconds, few.is_limited) == (10, 10.0, True)
    short = estimate((1.0,), jobs=1, max_time=20.0)
    assert (short.trials, short.seconds, short.is_limited) == (20, 20.0, True)
    assert not estimate((1.0,), max_trials=10**6).is_limited


def test_the_limit_of_mining_is_that_of_the_engine():
    assert engine._MINING_TRIALS_WITH_OTHERS == MINING_TRIALS


def test_mining_searches_and_sweeps_are_phases_of_their_own():
    mined = msgspec.structs.replace(SCOPE, mining_candidates={"A": "1"})
    assert estimate(scope=mined).phases["mine"] == MINING_TRIALS
    found = estimate(search=("user",), search_trials=30, sweep=("timezone",))
    assert found.phases["search"] == 30
    assert found.phases["sweep"] > 400
    assert {"mine", "search", "sweep"}.isdisjoint(estimate().phases)
