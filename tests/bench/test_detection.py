"""The contest on models of clients: each method finds what it can, and is judged alike."""

import msgspec
import pytest

from bench.detection import addone, blocked, onefactor
from bench.detection.contest import METHODS, compare_methods, find_equal_budget
from bench.detection.oracle import Oracle, Task, make_task
from bench.detection.scores import LAB, Outcome, Tally
from lab.environment import Environment
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.experiment.trials.planned import PlannedTrial
from lab.factors import endpoint
from lab.factors.host_spec import Endpoint
from lab.factors.registry import find_conflict
from lab.specimens.score import evaluate_signals
from lab.specimens.specimen import Allowed, Expected, Specimen
from lab.store import SqliteStore
from tests.experiment.model import CLIENT, HOST, ModelExecutor, request

FACTORS = ("ci", "endpoint", "timezone")
SPECIMEN = Specimen(
    name="model",
    description="",
    argv=("/usr/bin/python3", "/model.py"),
    factors=FACTORS,
    expected=(),
    allowed=(Allowed(("endpoint",), "it routes", kind="route"),),
    quiet=True,
    routes=("endpoint",),
    hard=False,
    verdicts=("finished",),
)
TASK = Task(
    Environment.of({"hostname": "box", "timezone": "UTC"}),
    {"hostname": ("a", "b"), "timezone": ("Asia/Tokyo", "Asia/Shanghai", "Europe/Paris")},
    0.05,
    1,
)


def planted(*causes):
    expected = tuple(Expected(cause, "http", "derived", False, "", HOST) for cause in causes)
    return msgspec.structs.replace(SPECIMEN, expected=expected, quiet=not expected)


def contested(behaviour, folder, specimen, **options):
    laboratory = ModelExecutor(behaviour)
    chosen = AuditOptions(factors=specimen.factors, home=folder, seed=1)
    with SqliteStore(folder) as store:
        found = compare_methods(specimen, CLIENT, chosen, store, laboratory, **options)
    return {outcome.method: outcome for outcome in found}, laboratory


def quiet(levels, chance):
    return [request({"id": chance.randrange(10**9)})]


def copies_zone(levels, chance):
    return [request({"id": chance.randrange(10**9), "text": f"It is {levels['timezone']} here"})]


def two_together(levels, chance):
    marked = levels["timezone"] != "UTC" and levels["ci"] != "none"
    return [request({"text": "marked" if marked else "plain"})]


def test_every_method_finds_a_plain_copy_and_nothing_else(tmp_path):
    found, _ = contested(copies_zone, tmp_path, planted(("timezone",)))
    assert list(found) == [LAB, *METHODS]
    for outcome in found.values():
        assert (outcome.single.right, outcome.false) == (1, ()), outcome
        assert 0 < outcome.trials <= found[LAB].trials


def test_of_a_quiet_client_nobody_says_anything(tmp_path):
    found, _ = contested(quiet, tmp_path, planted())
    for outcome in found.values():
        assert outcome.whole.reported == outcome.whole.false == 0, outcome


def test_only_the_lab_names_both_factors_of_an_interaction(tmp_path):
    specimen = planted(("ci", "timezone"))
    found, _ = contested(two_together, tmp_path, specimen, on=True)
    assert found[LAB].interactions.right == 1
    for name in METHODS:
        assert found[name].interactions.right == 0
        assert found[name].equal_at is None
        assert found[name].unreachable
    added = found["add one at a time"]
    assert added.interactions.misattributed == 1
    assert added.single.false >= 1
    for name in ("one factor at a time", "blocked permutation"):
        assert found[name].whole.false == 0


def test_a_route_is_no_mistake_of_anyone(tmp_path):
    def routed(levels, chance):
        host = endpoint.resolve_host(levels["endpoint"], Endpoint(host=HOST)) or HOST
        return [request({"text": "same"}, host=host)]

    found, _ = contested(routed, tmp_path, planted())
    for outcome in found.values():
        assert outcome.whole.false == 0, outcome


def test_no_trial_is_run_twice_and_a_run_that_was_stopped_goes_on(tmp_path):
    specimen = planted(("timezone",))
    first, laboratory = contested(copies_zone, tmp_path, specimen, on=True)
    assert len(set(laboratory.asked)) == len(laboratory.asked)
    asked = sum(outcome.trials for outcome in first.values())
    assert len(laboratory.asked) < asked
    again, resumed = contested(copies_zone, tmp_path, specimen, on=True)
    assert resumed.asked == []
    for name, outcome in again.items():
        assert msgspec.structs.replace(outcome, seconds=0.0) == msgspec.structs.replace(
            first[name], seconds=0.0
        )


def test_who_needs_fewer_trials_than_the_lab_gets_a_message(tmp_path):
    found, _ = contested(copies_zone, tmp_path, planted(("timezone",)), on=True)
    added = found["add one at a time"]
    assert added.equal_at is not None
    assert added.equal_at < found[LAB].trials


def test_who_never_finds_as_much_has_tried_with_four_times_as_many():
    lab = Outcome("model", 1, LAB, 40, 1.0, Tally(3, 2), Tally(), 0, (), ())
    asked = []

    def tried(budget):
        asked.append(budget)
        return msgspec.structs.replace(lab, method="a", trials=budget, single=Tally(3, 1))

    found = find_equal_budget(tried(40), lab, tried)
    assert asked == [40, 5, 10, 20, 80, 160]
    assert (found.equal_at, found.tried_to, found.unreachable) == (None, 160, False)


def test_levels_that_the_lab_could_not_vary_are_nobodys_task(tmp_path):
    chosen = build_scope(CLIENT, AuditOptions(factors=FACTORS, home=tmp_path))
    facts = [msgspec.structs.replace(f, measured=f.name != "ci") for f in chosen.facts]
    given = make_task(chosen, facts, 0.05, 0)
    assert given.factors == ("endpoint", "timezone")
    assert all(given.control[name] not in given.levels[name] for name in given.factors)


@pytest.mark.parametrize("budget", [0, 1, 2, 5, 17, 60, 300])
def test_no_design_exceeds_its_budget_or_repeats_a_trial(budget):
    for trials in (
        onefactor.plan_trials(TASK, budget),
        addone.plan_steps(TASK, budget)[1],
        blocked.plan_blocks(TASK, budget)[1],
    ):
        assert len(trials) <= budget
        assert len(set(trials)) == len(trials)
        assert all(find_conflict(trial.environment) is None for trial in trials)


def test_one_factor_at_a_time_varies_one_and_tries_each_level_equally_often():
    trials = onefactor.plan_trials(TASK, 100)
    assert len(trials) == 100
    counts = {}
    for trial in trials:
        counts[trial.environment] = counts.get(trial.environment, 0) + 1
    assert all(len(TASK.control.difference(one)) <= 1 for one in counts)
    control = counts.pop(TASK.control)
    assert len(counts) == 5
    assert max(counts.values()) - min(counts.values()) <= 1
    assert control == pytest.approx(100 / (1 + 5**0.5), abs=1)


def test_a_factor_with_one_level_is_not_starved_by_one_with_many():
    levels = {"optout": ("on",), "timezone": tuple(f"Zone/{number}" for number in range(40))}
    given = Task(Environment.of({"optout": "unset", "timezone": "UTC"}), levels, 0.05, 1)
    trials = onefactor.plan_trials(given, 60)
    assert sum(trial.environment["optout"] == "on" for trial in trials) == 6


@pytest.mark.parametrize("name", ["one factor at a time", "blocked permutation"])
def test_of_a_factor_whose_levels_each_do_something_else_all_is_reported(name, tmp_path):
    def scattered(levels, chance):
        ci = levels["ci"]
        return [request({"noise": chance.random(), **({ci: "here"} if ci != "none" else {})})]

    specimen = planted(("ci",))
    chosen = build_scope(CLIENT, AuditOptions(factors=FACTORS, home=tmp_path))
    given = make_task(chosen, chosen.facts, 0.05, 0)
    with SqliteStore(tmp_path) as store:
        oracle = Oracle(CLIENT, chosen, store, ModelExecutor(scattered))
        reading, effects = METHODS[name](given, oracle, 60)
    signals = reading.signals(effects, chosen.routes)
    reported = {place.pointer for signal in signals for place in signal.fields}
    assert {f"/{level}" for level in given.levels["ci"]} <= reported
    judgement = evaluate_signals(specimen, signals)
    assert judgement.right == specimen.expected
    assert judgement.false == ()


def test_adding_one_at_a_time_keeps_what_was_added():
    steps, trials = addone.plan_steps(TASK, 60)
    for name, before, after in steps:
        assert {factor for factor, _ in after - before} == {name}
        assert before < after
    assert {level for _, _, after in steps for level in after} == set(TASK.singles)
    assert PlannedTrial(TASK.control, 0) in trials


def test_every_block_has_one_control_and_each_factor_once():
    blocks, trials = blocked.plan_blocks(TASK, 60)
    assert len(blocks) == 20
    assert len(trials) == 60
    for control, treated in blocks:
        assert control.environment == TASK.control
        for name, trial in treated.items():
            assert [c.factor for c in TASK.control.difference(trial.environment)] == [name]
    order = {tuple(c.factor for c in TASK.control.difference(t.environment)) for t in trials[::3]}
    assert len(order) > 1, "the order within blocks is drawn at random"


def test_a_permutation_within_blocks_is_exact_where_these_are_few():
    assert blocked.swap_test_p([(0, 1)] * 5, 0) == 2 / 2**5
    assert blocked.swap_test_p([(0, 1), (1, 0)] * 3, 0) == 1.0
    assert blocked.swap_test_p([(0, 0)] * 9, 0) == 1.0
    many = blocked.swap_test_p([(0, 1)] * 30, 0)
    assert many == 1 / 20_001


def test_too_small_a_budget_finds_nothing_and_breaks_nothing(tmp_path):
    chosen = build_scope(CLIENT, AuditOptions(factors=FACTORS, home=tmp_path))
    given = make_task(chosen, chosen.facts, 0.05, 0)
    with SqliteStore(tmp_path) as store:
        for method in METHODS.values():
            for budget in (0, 1, 3):
                oracle = Oracle(CLIENT, chosen, store, ModelExecutor(copies_zone))
                _, effects = method(given, oracle, budget)
                assert effects == []
                assert oracle.trials <= budget
