"""Mined variables: found many at a time, then treated like any level."""

from __future__ import annotations

import random

import msgspec
import pytest

from lab.experiment.events import AuditFinished, TrialFinished
from lab.experiment.mining import variable_mining
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.factors.variables import parse_assignments
from tests.experiment.model import CLIENT, Behaviour, Levels, ModelExecutor, events, request

NAMES = tuple(f"APP_{number:03}" for number in range(400))


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """The client's files name 400 variables; tests may say otherwise."""
    found = list(NAMES)
    monkeypatch.setattr("lab.experiment.scope.names_in", lambda client: tuple(found))
    return found


def audited(behaviour: Behaviour, folder, **options: object):
    """The report, and how many trials each phase took."""
    phases: dict[str, int] = {}
    for event in events(behaviour, folder, **{"factors": ("variables",), **options}):
        if isinstance(event, TrialFinished):
            phases[event.phase] = phases.get(event.phase, 0) + 1
    assert isinstance(event, AuditFinished)
    return event.report, phases


def pointers(report) -> set[str]:
    return {location.pointer for signal in report.signals for location in signal.fields}


def levels_of(report) -> set[str]:
    (fact,) = report.factors
    return set(fact.levels)


def body(levels: Levels, chance: random.Random) -> dict[str, object]:
    here = parse_assignments(levels["variables"])
    sent: dict[str, object] = {"id": f"{chance.getrandbits(64):016x}", "mode": "usual"}
    if "APP_017" in here:
        sent["mode"] = "fast"
        if "APP_250" in here:
            sent["trace"] = True
    if "APP_399" in here:
        sent["region"] = "edge"
    return sent


def test_three_of_four_hundred_are_found_within_sixty_trials(tmp_path):
    report, phases = audited(lambda *given: [request(body(*given))], tmp_path)
    assert {signal.cause for signal in report.signals} == {("variables",)}
    assert pointers(report) == {"/mode", "/trace", "/region"}
    assert levels_of(report) == {"APP_017=1", "APP_017=1 APP_250=1", "APP_399=1"}
    assert phases["calibrate"] + phases["mine"] <= 50
    assert report.factors[0].together == 400 + len(variable_mining.choose_values(()))


@pytest.mark.parametrize("seed", [1, 2])
def test_where_none_matters_none_is_found(tmp_path, seed):
    def deaf(levels: Levels, chance: random.Random):
        return [request({"id": f"{chance.getrandbits(64):016x}", "n": chance.randrange(9)})]

    report, phases = audited(deaf, tmp_path, seed=seed)
    assert report.signals == ()
    assert report.verdict == "no signal"
    assert phases["mine"] <= 4
    assert report.factors[0].measured


@pytest.mark.parametrize("seed", range(6))
def test_a_failure_of_one_trial_adds_nothing(tmp_path, seed):
    def stumbles(levels: Levels, chance: random.Random):
        sent = {"mode": "fast" if "APP_100" in parse_assignments(levels["variables"]) else "usual"}
        extra = [request({"retry": 1}, path="/v1/retry")] * (chance.random() < 0.05)
        return [request(sent), *extra]

    report, phases = audited(stumbles, tmp_path, seed=seed)
    assert levels_of(report) == {"APP_100=1"}
    assert phases["mine"] < 60


@pytest.mark.parametrize("seed", range(8))
def test_a_random_id_that_looks_like_a_number_adds_nothing(tmp_path, seed):
    def noisy(levels: Levels, chance: random.Random):
        here = parse_assignments(levels["variables"])
        body = {
            "id": f"{chance.getrandbits(32):08x}",
            "both": {"APP_017", "APP_200"} <= here.keys(),
        }
        return [request(body)]

    report, _ = audited(noisy, tmp_path, seed=seed)
    assert levels_of(report) == {"APP_017=1 APP_200=1"}


def test_a_copy_that_wants_more_than_a_switch(tmp_path):
    def copies(levels: Levels, chance: random.Random):
        text = parse_assignments(levels["variables"]).get("APP_100", "")
        return [request({"tag": text if len(text) > 3 else None})]

    report, _ = audited(copies, tmp_path)
    (signal,) = report.signals
    assert signal.kind == "copied"
    assert any(level.startswith("APP_100=vq") for level in levels_of(report))


def test_of_a_client_that_sends_its_whole_environment_a_few_are_confirmed(tmp_path):
    def copies(levels: Levels, chance: random.Random):
        return [request({"env": parse_assignments(levels["variables"])})]

    report, phases = audited(copies, tmp_path)
    assert {signal.cause for signal in report.signals} == {("variables",)}
    assert sum(phases.values()) < 60
    (more,) = [item for item in report.not_measured if "sent as they are" in item.what]
    assert more.what.startswith("402 more")
    assert len(more.why) < 200


def test_what_there_was_no_room_for_is_not_measured(tmp_path):
    def many(levels: Levels, chance: random.Random):
        here = parse_assignments(levels["variables"])
        return [request({name: name in here for name in NAMES[::20]})]

    report, _ = audited(many, tmp_path, max_trials=60)
    left = [item for item in report.not_measured if "variables that" in item.what]
    assert left
    assert "lab audit --factors variables" in left[0].why


def test_the_last_of_many_that_matter_are_tried_alone_only(tmp_path, names):
    del names[32:]

    def many(levels: Levels, chance: random.Random):
        here = parse_assignments(levels["variables"])
        return [request({name: name in here for name in NAMES[:32:4]})]

    report, _ = audited(many, tmp_path, factors=("variables", "ci"))
    assert any("together with other factors" in item.what for item in report.not_measured)
    assert pointers(report) == {f"/{name}" for name in NAMES[:32:4]}


def test_what_the_profile_or_another_factor_decides_is_not_mined(names):
    names[:] = ["TZ", "MODEL_BASE_URL", "DO_NOT_TRACK", "APP_ONE"]
    chosen = AuditOptions(factors=("variables",))
    assert set(build_scope(CLIENT, chosen).mining_candidates) == {
        "APP_ONE",
        *variable_mining.choose_values(()),
    }


def test_slow_trials_end_it_and_a_resumed_audit_ends_it_there_too(tmp_path):
    first = ModelExecutor(lambda levels, chance: [request(body(levels, chance))])
    first.exit = msgspec.structs.replace(first.exit, at=60.0)
    report, phases = audited(first, tmp_path)
    assert phases["mine"] < 10
    assert any("variables" in item.what for item in report.not_measured)

    again = ModelExecutor(first.behaviour, seed=1)
    resumed, _ = audited(again, tmp_path, resume=True)
    assert again.asked == []
    assert resumed.signals == report.signals
