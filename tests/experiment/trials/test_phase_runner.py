"""One phase of an audit: trials that are missing are run, rows are built once."""

from __future__ import annotations

from lab.environment import Environment
from lab.experiment.events import PhaseStarted
from lab.experiment.options import AuditOptions
from lab.experiment.trials.measurements import Measurements
from lab.experiment.trials.phase_runner import AuditPhase
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.runner import TrialRunner
from lab.factors.host_spec import Endpoint
from lab.store import SqliteStore
from tests.experiment.model import CLIENT, ModelExecutor, request

CONTROL = Environment.of({"ci": "none"})
TRIALS = [PlannedTrial(CONTROL, number) for number in range(3)]


def test_a_phase_of_an_audit_runs_only_what_is_not_measured(tmp_path):
    executor = ModelExecutor(lambda levels, chance: [request({})])
    store = SqliteStore(tmp_path)
    runner = TrialRunner(AuditOptions(), Measurements(CLIENT, CONTROL, store, executor))
    phase = AuditPhase("sweep", runner, Endpoint(), 5)
    started, *_ = phase.run(TRIALS[:2])
    assert started == PhaseStarted("sweep", 2, 0, 5)
    list(phase.run(TRIALS[:2]))
    assert list(phase.run(TRIALS[:2])) == []
    assert phase.count_trials() == 2
    assert len(phase.features(CONTROL)) == 2
    assert phase.next_trial(CONTROL) == TRIALS[2]
    assert phase.rows() is phase.rows()
    list(phase.run([TRIALS[2]]))
    assert len(phase.rows()) == 3
    store.close()
