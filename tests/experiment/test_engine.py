"""The engine: what is measured is kept, limits hold, and what cannot run is no negative."""

from __future__ import annotations

import random
from itertools import islice

import msgspec
import pytest

from lab.environment import Environment
from lab.errors import ClientError, UsageError
from lab.experiment.events import AuditFinished, AuditStarted, TrialFinished, Warned
from lab.experiment.trials.measurements import Measurements
from lab.experiment.trials.planned import PlannedTrial
from lab.factors.host_spec import Endpoint
from lab.findings.report_json import decode
from lab.observation.records import Exit, Request
from lab.store import SqliteStore
from tests.experiment.model import CLIENT, Levels, ModelExecutor, causes, events, request, run_audit
from tests.experiment.test_experiment import FACTORS, copies_zone, marks_in_layers, noisy


def test_a_stopped_audit_goes_on_without_repeating_a_trial(tmp_path):
    stopped = ModelExecutor(marks_in_layers)
    stream = events(stopped, tmp_path, factors=FACTORS)
    finished = [e for e in islice(stream, 120) if isinstance(e, TrialFinished)]
    stream.close()
    assert len(finished) > 100

    resumed = ModelExecutor(marks_in_layers, seed=1)
    report = run_audit(resumed, tmp_path, factors=FACTORS, resume=True)
    assert not set(stopped.asked[: len(finished)]) & set(resumed.asked)
    assert len(resumed.asked) + len(finished) == report.trials
    assert causes(report) == {("endpoint",), ("endpoint", "timezone")}

    again = ModelExecutor(marks_in_layers, seed=2)
    assert run_audit(again, tmp_path, factors=FACTORS, resume=True).signals == report.signals
    assert again.asked == []


def test_the_same_seed_gives_the_same_report(tmp_path):
    first, second = (
        run_audit(marks_in_layers, tmp_path / name, factors=FACTORS, seed=4) for name in "ab"
    )
    assert first.signals == second.signals
    assert first.trials == second.trials


def test_the_folder_holds_report_and_environments(tmp_path):
    report = run_audit(copies_zone, tmp_path, factors=("timezone",))
    assert decode((tmp_path / "report.json").read_bytes()) == report
    known = msgspec.json.decode((tmp_path / "environments.json").read_bytes())
    pair = report.signals[0].pair
    assert known[pair.left][pair.factor] == pair.left_level
    assert known[pair.right][pair.factor] == pair.right_level


def test_a_limit_on_trials_holds_and_is_reported(tmp_path):
    laboratory = ModelExecutor(copies_zone)
    report = run_audit(laboratory, tmp_path, factors=FACTORS, max_trials=90)
    assert len(laboratory.asked) <= 90
    assert any("trials" in item.what for item in report.not_measured)


def test_what_a_limit_leaves_undecided_is_inconclusive_not_absent(tmp_path):
    report = run_audit(ModelExecutor(copies_zone), tmp_path, factors=("timezone",), max_trials=24)
    assert report.signals == ()
    assert report.verdict == "inconclusive"
    assert {item.cause for item in report.inconclusive} == {("timezone",)}
    assert all((item.trials_needed or 0) > 0 for item in report.inconclusive)


def test_a_client_that_cannot_start_is_an_error_not_a_result(tmp_path):
    laboratory = ModelExecutor(copies_zone)
    laboratory.exit = Exit(0.0, "could not start", None, None, 0.0, b"", b"", "no such file")
    with pytest.raises(ClientError, match="no such file"):
        run_audit(laboratory, tmp_path, factors=("timezone",))


def test_a_client_that_fails_is_reported_and_compared_all_the_same(tmp_path):
    laboratory = ModelExecutor(copies_zone)
    laboratory.exit = Exit(0.0, "finished", 3, None, 0.0, b"", b"boom\x1b[31m", "")
    seen = list(events(laboratory, tmp_path, factors=("timezone",)))
    warnings = [event.message for event in seen if isinstance(event, Warned)]
    assert any("exits with 3" in message and "boom" in message for message in warnings)
    assert all("\x1b" not in message for message in warnings)
    last = seen[-1]
    assert isinstance(last, AuditFinished)
    assert causes(last.report) == {("timezone",)}


def test_trials_that_do_not_end_are_not_taken_for_silence(tmp_path):
    class Hangs(ModelExecutor):
        def end(self, environment: Environment) -> Exit:
            if environment["locale"] == "tr_TR.UTF-8":
                return Exit(60.0, "timed out", None, 9, 1.0, b"", b"")
            return self.exit

    def silent_in_turkey(levels: Levels, chance: random.Random) -> list[Request]:
        return [] if levels["locale"] == "tr_TR.UTF-8" else [request(noisy(chance))]

    report = run_audit(Hangs(silent_in_turkey), tmp_path, factors=("locale", "timezone"))
    assert {(s.location.channel, s.cause) for s in report.signals} == {("exit", ("locale",))}
    assert any("did not run to its end" in item.why for item in report.not_measured)


def test_a_silent_client_is_warned_about(tmp_path):
    seen = list(events(lambda levels, chance: [], tmp_path, factors=("ci",)))
    assert any(isinstance(e, Warned) and "nothing at all" in e.message for e in seen)


def only_telemetry(levels: Levels, chance: random.Random) -> list[Request]:
    return [request({"zone": "same"}, path="/v1/events", host="telemetry.example")]


def test_a_client_that_never_reaches_its_provider_is_not_measured(tmp_path):
    report = run_audit(only_telemetry, tmp_path, factors=("ci",))
    assert report.verdict == "not measured"
    assert "no request to the provider (api.model.example)" in (report.unmeasured or "")
    assert decode((tmp_path / "report.json").read_bytes()).unmeasured == report.unmeasured


def test_a_level_at_which_the_provider_is_not_reached_is_one_finding_and_named(tmp_path):
    def refuses(levels: Levels, chance: random.Random) -> list[Request]:
        if levels["locale"] == "tr_TR.UTF-8":
            return only_telemetry(levels, chance)
        return [request(noisy(chance)), *only_telemetry(levels, chance)]

    report = run_audit(refuses, tmp_path, factors=("locale", "timezone"))
    assert {(s.location.channel, s.cause) for s in report.signals} == {("exit", ("locale",))}
    values = {row.value for signal in report.signals for row in signal.table}
    assert any("no request to the provider" in (value or "") for value in values)
    (named,) = [item for item in report.not_measured if "would have sent" in item.what]
    assert "locale=tr_TR.UTF-8" in named.why
    assert report.unmeasured is None
    assert {one.location.host for one in report.usual} == {"api.model.example", "telemetry.example"}


def test_a_level_that_chooses_the_host_of_the_model_is_compared(tmp_path):
    def chooses(levels: Levels, chance: random.Random) -> list[Request]:
        host = "asia.example" if levels["timezone"] == "Asia/Tokyo" else "api.model.example"
        return [request({"messages": [], "zone": levels["timezone"][:1]}, host=host)]

    report = run_audit(chooses, tmp_path, factors=("timezone",))
    assert {(s.location.channel, s.cause) for s in report.signals} == {("http", ("timezone",))}
    assert not any("would have sent" in item.what for item in report.not_measured)


def test_the_first_event_says_what_is_tried(tmp_path):
    first = next(events(copies_zone, tmp_path, factors=("timezone", "ci")))
    assert isinstance(first, AuditStarted)
    assert [fact.name for fact in first.factors] == ["ci", "timezone"]
    assert all(fact.control not in fact.levels for fact in first.factors)


def test_another_seed_in_the_same_folder_is_refused(tmp_path):
    # The folder is bound to its seed by `audit`, through the store.
    with SqliteStore(tmp_path) as store:
        store.bind_metadata("seed", "1")
        with pytest.raises(UsageError, match="seed 1, not 2"):
            store.bind_metadata("seed", "2")


def test_the_control_comes_first_however_often_others_ran(tmp_path):
    control = Environment.of({"ci": "none"})
    other = Environment.of({"ci": "CI=true"})
    planned = [PlannedTrial(control), *(PlannedTrial(other, number) for number in range(3))]
    with SqliteStore(tmp_path) as store:
        laboratory = ModelExecutor(lambda levels, chance: [request({})])
        measurements = Measurements(CLIENT, control, store, laboratory)
        list(measurements.measure("screen", planned, lambda: False))
        rows = measurements.build_rows(Endpoint())
    assert [row.environment for row in rows] == [control, other, other, other]


def test_an_audit_with_limits_resumed_says_the_same(tmp_path):
    def copies(levels: Levels, chance: random.Random) -> list[Request]:
        return [request({"zone": levels["timezone"]})]

    limited = {"factors": ("timezone", "ci"), "max_time": 500.0}
    first, second = (run_audit(copies, tmp_path, **limited) for _ in range(2))
    assert causes(first) == causes(second) == {("timezone",)}
    assert first.trials == second.trials


@pytest.mark.parametrize("turn", [200, 400, 660])
def test_what_changes_once_is_no_signal_of_what_is_tried_afterwards(turn, tmp_path):
    laboratory = ModelExecutor(lambda levels, chance: [])

    def turns(levels: Levels, chance: random.Random) -> list[Request]:
        late = len(laboratory.asked) > turn
        return [request({"version": "b" if late else "a", "user": levels["user"]})]

    laboratory.behaviour = turns
    report = run_audit(laboratory, tmp_path, factors=("timezone", "user"), sweep=("timezone",))
    assert causes(report) == {("user",)}
