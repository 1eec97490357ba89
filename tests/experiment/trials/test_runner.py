"""The limits on trials, phase by phase, and the events of each."""

from __future__ import annotations

import pytest

from lab.environment import Environment
from lab.experiment.events import PhaseFinished, PhaseStarted, TrialFinished
from lab.experiment.options import AuditOptions
from lab.experiment.trials import runner as runner_module
from lab.experiment.trials.measurements import Measurements
from lab.experiment.trials.planned import PlannedTrial, Purpose
from lab.experiment.trials.runner import PHASE_SHARES, TrialRunner
from lab.store import SqliteStore
from tests.experiment.model import CLIENT, ModelExecutor, request

CONTROL = Environment.of({"ci": "none"})
TRIALS = [PlannedTrial(CONTROL, number) for number in range(20)]


@pytest.fixture
def make(tmp_path):
    """A runner with these options."""
    executor = ModelExecutor(lambda levels, chance: [request({})])
    with SqliteStore(tmp_path) as store:
        yield lambda **options: TrialRunner(
            AuditOptions(**options),
            Measurements(CLIENT, CONTROL, store, executor),
        )


def test_a_phase_is_its_trials_between_two_events(make):
    runner = make()
    confirming = PlannedTrial(CONTROL, 2, Purpose.CONFIRMATION, block=1)
    started, *trials, finished = runner.run_phase("confirm", [TRIALS[0], confirming], 7)
    assert started == PhaseStarted("confirm", 2, 0, 7)
    assert all(isinstance(event, TrialFinished) for event in trials)
    assert [event.replicate for event in trials] == [0, 2002]
    assert finished == PhaseFinished("confirm", "2 trials")
    assert runner.list_trials() == (TRIALS[0], confirming)


@pytest.mark.parametrize("phase", sorted(PHASE_SHARES))
def test_a_phase_leaves_its_share_of_the_trials_to_later_ones(make, phase):
    runner = make(max_trials=20)
    list(runner.run_phase(phase, TRIALS, 0))
    assert runner.trial_count == int(20 * PHASE_SHARES[phase])
    assert runner.skipped_count == 20 - runner.trial_count
    assert runner.estimate_room() == 20 - runner.trial_count
    list(runner.run_phase("confirm", TRIALS[runner.trial_count :], 0))
    assert runner.trial_count == 20
    assert runner.skipped_count == 0


def test_another_share_may_be_given(make):
    runner = make(max_trials=20)
    list(runner.run_phase("screen", TRIALS, 0, share=0.9))
    assert runner.trial_count == 18


def test_without_limits_there_is_room_for_anything(make):
    assert make().estimate_room() is None


def test_no_trial_starts_after_the_share_of_the_time(make, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(runner_module.time, "monotonic", lambda: now[0])
    runner = make(max_time=100.0)
    now[0] = 56.0
    assert runner.is_time_up("screen")
    assert not runner.is_time_up("isolate")
    assert not [e for e in runner.run_phase("screen", TRIALS, 0) if isinstance(e, TrialFinished)]
    list(runner.run_phase("isolate", TRIALS[:1], 0))
    assert runner.trial_count == 1
    # One trial took 0.01 s, so that the 44 s that are left have room for thousands.
    assert runner.estimate_room() == pytest.approx(4400, rel=0.01)


def test_no_trial_starts_in_the_time_kept_to_compare_the_last_trials(make, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(runner_module.time, "monotonic", lambda: now[0])
    runner = make(max_time=100.0)
    runner.reserved_s = 30.0
    now[0] = 69.0
    assert not runner.is_time_up("confirm")
    now[0] = 71.0
    assert runner.is_time_up("confirm")
    assert not make().is_time_up("confirm")
