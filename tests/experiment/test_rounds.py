"""Rounds of analysis: which trials are compared, which run next, and when a phase ends."""

from __future__ import annotations

import pytest

from lab.environment import Environment
from lab.experiment import rounds as module
from lab.experiment.analysis import Analysis
from lab.experiment.confirm.schedule import MAX_ROUNDS
from lab.experiment.events import ComparisonStarted, PhaseStarted, TrialFinished
from lab.experiment.options import AuditOptions
from lab.experiment.rounds import AnalysisRounds
from lab.experiment.scope import Scope
from lab.experiment.trials.contrasts import Setting
from lab.experiment.trials.measurements import Measurements
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.runner import TrialRunner
from lab.factors.host_spec import Endpoint
from lab.store import SqliteStore
from tests.experiment.model import CLIENT, HOST, ModelExecutor, request

ZONES = ("UTC", *(f"Asia/City{number}" for number in range(60)))
LEVELS = {"ci": ("none", "CI=true"), "timezone": ZONES, "user": ("dev",)}
CONTROL = Environment.of({name: values[0] for name, values in LEVELS.items()})
TOKYO, BUILD = Setting("timezone", ZONES[1]), Setting("ci", "CI=true")
NOTHING = Analysis((), (), (), {}, ())


@pytest.fixture
def make(tmp_path):
    """Rounds of an audit of a client that sends its CI level, with these options."""
    executor = ModelExecutor(lambda levels, chance: [request({"ci": levels["ci"]})])
    scope = Scope(LEVELS, (), (), Endpoint(host=HOST), frozenset())
    with SqliteStore(tmp_path) as store:
        yield lambda **options: AnalysisRounds(
            scope,
            CONTROL,
            TrialRunner(AuditOptions(**options), Measurements(CLIENT, CONTROL, store, executor)),
        )


@pytest.fixture
def request_trials(monkeypatch):
    """Let each analysis in turn request these changes; the last one repeats."""

    def replace(*wanted, checks=None):
        left = list(wanted)

        def analyse(rows, control, **arguments):
            changes = left.pop(0) if len(left) > 1 else left[0]
            return Analysis((), (), tuple(map(frozenset, changes)), checks or {}, ())

        monkeypatch.setattr(module, "analyse", analyse)

    return replace


def run(rounds, *levels):
    """Measure the control six times, and each of these levels twice."""
    trials = [PlannedTrial(CONTROL, number) for number in range(6)]
    trials += [PlannedTrial(CONTROL.but(one), number) for one in levels for number in range(2)]
    list(rounds.runner.run_phase("screen", trials, 0))
    return trials


def finish(generator):
    """The events of a phase without comparisons, and what it returns."""
    seen = []
    while True:
        try:
            seen.append(next(generator))
        except StopIteration as end:
            return [one for one in seen if not isinstance(one, ComparisonStarted)], end.value


def test_compared_are_trials_at_levels_of_the_audit_that_are_not_excluded(make):
    rounds = make()
    trials = run(rounds, {"ci": "CI=true"}, {"timezone": ZONES[1]}, {"user": "root"})
    rounds.excluded = {trials[8]}
    compared = {row.trial for row in rounds.select_rows()}
    assert compared == set(trials) - {trials[8]} - {
        one for one in trials if one.environment["user"] == "root"
    }


def test_hypotheses_are_counted_only_once_they_are_tested(make):
    rounds = make()
    run(rounds, {"ci": "CI=true"})
    assert len(rounds.analyse().effects) == 1
    assert rounds.schedule.hypotheses == 0
    rounds.analyse(tested=True)
    assert rounds.schedule.hypotheses == 1


def test_some_rows_may_be_analysed_instead_of_all(make):
    rounds = make()
    run(rounds, {"ci": "CI=true"})
    rows = [row for row in rounds.select_rows() if row.environment == CONTROL]
    assert rounds.analyse(rows).effects == ()


def test_isolation_runs_the_next_replicate_of_what_is_requested_until_nothing_is(
    make, request_trials
):
    rounds = make()
    run(rounds)
    request_trials([{TOKYO}], [{TOKYO}, {BUILD}], [])
    seen, analysis = finish(rounds.isolate(9))
    ran = [(one.environment, one.replicate) for one in seen if isinstance(one, TrialFinished)]
    tokyo, build = CONTROL.but(dict([TOKYO])), CONTROL.but(dict([BUILD]))
    assert ran == [(tokyo, 0), (tokyo, 1), (build, 0)]
    assert {one.phase for one in seen} == {"isolate"}
    assert sum(isinstance(one, PhaseStarted) for one in seen) == 2
    assert analysis == NOTHING


def test_isolation_ends_after_so_many_rounds(make, request_trials):
    rounds = make()
    run(rounds)
    request_trials([{TOKYO}])
    seen, analysis = finish(rounds.isolate(3))
    assert sum(isinstance(one, PhaseStarted) for one in seen) == 3
    assert analysis.is_open


def test_isolation_ends_where_a_limit_leaves_no_room(make, request_trials):
    rounds = make(max_trials=12)
    run(rounds)
    request_trials([{TOKYO}])
    seen, _ = finish(rounds.isolate(9))
    assert rounds.runner.trial_count == 8
    assert sum(isinstance(one, PhaseStarted) for one in seen) == 3


def test_a_round_of_isolation_has_a_limit(make, request_trials):
    rounds = make()
    run(rounds)
    request_trials([{Setting("timezone", zone)} for zone in ZONES[1:]])
    (started, *_), _ = finish(rounds.isolate(1))
    assert started.trials == 48


def test_settings_that_no_host_has_together_share_no_trial(make, request_trials, monkeypatch):
    checks = {TOKYO: frozenset(), BUILD: frozenset()}
    request_trials([], checks=checks)
    rounds = make()
    run(rounds)
    (started, *_), _ = finish(rounds.isolate(1))
    assert started.trials == 1
    monkeypatch.setattr(
        module, "find_conflict", lambda one: "no" if len(CONTROL.difference(one)) > 1 else None
    )
    (started, *_), _ = finish(rounds.isolate(1))
    assert started.trials == 2


def test_confirmation_runs_fresh_trials_of_both_sides_and_tests_the_effect(make):
    rounds = make()
    run(rounds, {"ci": "CI=true"})
    seen, analysis = finish(rounds.confirm(rounds.analyse()))
    (effect,) = analysis.effects
    assert effect.p_adjusted <= rounds.options.alpha
    fresh = [trial for trial in rounds.runner.list_trials() if trial.is_confirmation]
    assert {trial.environment["ci"] for trial in fresh} == {"none", "CI=true"}
    assert {trial.block for trial in fresh} == {0}
    assert {one.phase for one in seen} == {"confirm"}
    finish(rounds.confirm(analysis))
    assert rounds.schedule.block == 1


def test_confirmation_ends_where_a_limit_leaves_no_room(make):
    rounds = make(max_trials=8)
    run(rounds, {"ci": "CI=true"})
    rounds.runner.options = AuditOptions(max_trials=rounds.runner.trial_count)
    before = rounds.analyse()
    seen, analysis = finish(rounds.confirm(before))
    assert analysis == before
    assert sum(isinstance(one, PhaseStarted) for one in seen) < MAX_ROUNDS


def test_without_effects_nothing_is_confirmed(make):
    rounds = make()
    run(rounds)
    assert finish(rounds.confirm(NOTHING)) == ([], NOTHING)


def test_the_conclusion_is_about_the_compared_trials_and_what_a_limit_left_out(make):
    rounds = make(max_trials=12)
    run(rounds, {"ci": "CI=true"})
    skipped = rounds.runner.skipped_count
    assert skipped > 0
    conclusion = rounds.conclude(NOTHING)
    assert any(str(skipped) in item.what for item in conclusion.not_measured)


def test_the_estimate_grows_with_the_factors_that_are_varied(make):
    assert make().estimate_remaining() == 20 + 4 * 2


def test_each_comparison_is_announced_and_its_time_is_kept_for_the_next(make):
    rounds = make()
    run(rounds, {"ci": "CI=true"})
    first = next(rounds.isolate(1))
    assert first == ComparisonStarted(rounds.runner.trial_count)
    assert rounds.runner.reserved_s == 0
    rounds.analyse()
    assert rounds.runner.reserved_s > 0
