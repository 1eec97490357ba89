"""Trials that are measured: stored once, found again, and rows of features."""

from __future__ import annotations

import msgspec
import pytest

from lab.environment import Environment
from lab.experiment.trials.measurements import Measurements
from lab.experiment.trials.planned import PlannedTrial, Purpose
from lab.factors.host_spec import Endpoint
from lab.observation.records import Exit
from lab.store import SqliteStore
from tests.experiment.model import CLIENT, HOST, ModelExecutor, request

CONTROL = Environment.of({"ci": "none", "user": "dev"})
OTHER = CONTROL.but({"user": "eve"})
TRIALS = [PlannedTrial(OTHER), PlannedTrial(CONTROL), PlannedTrial(CONTROL, 1)]


def copies_user(levels, chance):
    return [request({"user": levels["user"]})]


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path) as opened:
        yield opened


def measure(measurements: Measurements, trials=TRIALS, stop=lambda: False):
    return list(measurements.measure("screen", trials, stop))


def test_a_stored_trial_is_found_and_not_run_again(store):
    executor = ModelExecutor(copies_user)
    first = measure(Measurements(CLIENT, CONTROL, store, executor))
    assert [from_store for _, _, from_store in first] == [False] * 3
    again = Measurements(CLIENT, CONTROL, store, executor)
    assert all(again.is_stored(trial) and not again.is_measured(trial) for trial in TRIALS)
    assert [from_store for _, _, from_store in measure(again)] == [True] * 3
    assert all(again.is_measured(trial) for trial in TRIALS)
    assert len(executor.asked) == 3


def test_no_trial_starts_once_it_is_to_stop(store):
    executor = ModelExecutor(copies_user)
    assert measure(Measurements(CLIENT, CONTROL, store, executor), stop=lambda: True) == []
    assert executor.asked == []


def test_the_next_trial_is_the_first_exploration_that_is_missing(store):
    measurements = Measurements(CLIENT, CONTROL, store, ModelExecutor(copies_user))
    confirming = PlannedTrial(CONTROL, 0, Purpose.CONFIRMATION)
    measure(measurements, [confirming, PlannedTrial(CONTROL), PlannedTrial(CONTROL, 2)])
    assert measurements.next_trial(CONTROL) == PlannedTrial(CONTROL, 1)
    assert measurements.next_trial(OTHER) == PlannedTrial(OTHER)


def test_rows_begin_with_the_control_and_confirming_trials_come_last(store):
    measurements = Measurements(CLIENT, CONTROL, store, ModelExecutor(copies_user))
    confirming = PlannedTrial(CONTROL, 0, Purpose.CONFIRMATION)
    measure(measurements, [confirming, *TRIALS])
    rows = measurements.build_rows(Endpoint(host=HOST))
    assert [row.trial for row in rows] == [
        PlannedTrial(CONTROL),
        PlannedTrial(CONTROL, 1),
        confirming,
        PlannedTrial(OTHER),
    ]
    bodies = [
        {
            text
            for place, texts in row.features.items()
            if place.pointer == "/user"
            for text in texts
        }
        for row in rows
    ]
    assert bodies == [{"dev"}, {"dev"}, {"dev"}, {"eve"}]


def test_a_trial_that_did_not_finish_is_broken_unless_the_client_always_ends_so(store):
    executor = ModelExecutor(copies_user)
    late = msgspec.structs.replace(executor.exit, verdict="timed out")
    executor.end = lambda environment: late if environment == OTHER else executor.exit
    measurements = Measurements(CLIENT, CONTROL, store, executor)
    measure(measurements)
    assert [row.broken for row in measurements.build_rows(Endpoint())] == [False, False, True]


def test_a_client_that_never_finishes_is_not_broken(store):
    executor = ModelExecutor(copies_user)
    executor.exit = msgspec.structs.replace(executor.exit, verdict="timed out")
    measurements = Measurements(CLIENT, CONTROL, store, executor)
    measure(measurements)
    assert not any(row.broken for row in measurements.build_rows(Endpoint()))
    assert any(
        "does not end by itself" in text for text in measurements.outcomes.list_warnings(CONTROL)
    )


def test_a_client_that_only_fails_and_sends_nothing_has_failed_silently(store):
    executor = ModelExecutor(lambda levels, chance: [])
    executor.exit = Exit(0.01, "finished", 1, None, 0.01, b"", b"no key\n")
    measurements = Measurements(CLIENT, CONTROL, store, executor)
    measure(measurements)
    assert measurements.outcomes.has_failed_silently
    warnings = " ".join(measurements.outcomes.list_warnings(CONTROL))
    assert "exits with 1" in warnings
    assert "sent nothing" in warnings


def test_totals_and_hosts_are_over_all_trials(store):
    measurements = Measurements(CLIENT, CONTROL, store, ModelExecutor(copies_user))
    measure(measurements)
    totals = measurements.sum_totals()
    assert totals.trials == 3
    assert totals.client_cpu_s == pytest.approx(0.03)
    assert measurements.list_hosts() == (HOST,)
    assert len(measurements.outcomes.list_exits(CONTROL)) == 2
    assert not measurements.outcomes.has_failed_silently
