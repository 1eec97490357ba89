"""The search for a counterexample: its order, its limits, and what it confirms."""

from __future__ import annotations

from lab.testing.contracts.boundaries import collect_levels
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.counterexample_search import CounterexampleSearch, Effort
from lab.testing.contracts.trial_budget import TrialBudget
from tests.experiment.model import request
from tests.testing.models import subject_of

LEVELS = collect_levels(("ci", "hostname", "timezone"), ())
EFFORT = Effort(trials=60, replicates=3)


def make_search(fires, *, applies=lambda machine: True, effort=EFFORT, fixed=(), missing=False):
    """A search for machines on which this predicate of levels and chance is true."""

    def behave(levels, chance):
        return [request({}, headers=[("x-probe", "1")] if fires(levels, chance) else ())]

    budget = TrialBudget(subject_of(behave), lambda trial: "x-probe" in trial.text)
    claim = Claim(
        name="silent",
        statement=applies,
        expected=True,
        is_violated=(lambda environment, replicate: None) if missing else budget.probe_fires,
        violation="fires",
        rate_name="false positives",
        among="machines",
        fixed=dict(fixed),
    )
    return CounterexampleSearch(claim, budget, LEVELS, effort=effort, seed=0), budget


def in_tokyo_on_ci(levels, chance):
    return levels["timezone"] == "Asia/Tokyo" and levels["ci"] == "CI=true"


def changes(search, environment):
    return {each.factor: each.right for each in search.control.difference(environment)}


def test_a_boundary_that_breaks_the_claim_is_simplified_and_confirmed():
    search, _ = make_search(in_tokyo_on_ci)
    boundary = search.control.but({"timezone": "Asia/Tokyo", "ci": "CI=true", "hostname": "other"})
    outcome = search.run([search.control, boundary], [])
    assert changes(search, outcome.counterexample) == {"timezone": "Asia/Tokyo", "ci": "CI=true"}
    assert outcome.replicates == 4
    assert outcome.flaky == ()


def test_generation_finds_what_no_boundary_shows():
    search, _ = make_search(lambda levels, chance: levels["hostname"] != "dev-machine"[::-1])
    only = search.control.but({"hostname": "dev-machine"[::-1]})
    outcome = search.run([only], [only])
    assert outcome.counterexample is not None


def test_a_claim_that_holds_has_no_counterexample_within_the_limit():
    search, budget = make_search(lambda levels, chance: False)
    outcome = search.run([search.control], [])
    assert outcome.counterexample is None
    assert outcome.tried > 1
    assert budget.trials <= EFFORT.trials


def test_fixed_levels_do_not_vary():
    search, _ = make_search(
        lambda levels, chance: levels["timezone"] != "Asia/Tokyo", fixed={"timezone": "Asia/Tokyo"}
    )
    assert search.control["timezone"] == "Asia/Tokyo"
    assert search.run([], []).counterexample is None


def test_no_trial_runs_on_a_machine_to_which_the_claim_does_not_apply():
    search, budget = make_search(
        lambda levels, chance: True, applies=lambda machine: machine["timezone"] == "Asia/Tokyo"
    )
    assert not search.breaks_claim(search.control)
    assert search.known_result(search.control) is False
    assert budget.trials == 0


def test_a_result_is_known_after_its_trial():
    search, budget = make_search(in_tokyo_on_ci)
    assert search.known_result(search.control) is None
    budget.limit(1)
    assert not search.breaks_claim(search.control)
    assert search.known_result(search.control) is False


def test_a_machine_without_an_answer_breaks_nothing_and_is_not_counted_as_tried():
    search, _ = make_search(in_tokyo_on_ci, missing=True)
    assert not search.breaks_claim(search.control)
    assert search.skip().tried == 0


def test_a_client_that_acts_at_random_is_flaky_and_breaks_nothing():
    search, _ = make_search(lambda levels, chance: chance.random() < 0.5)
    outcome = search.run([search.control], [])
    assert outcome.counterexample is None
    assert outcome.flaky
    for _, violations, replicates in outcome.flaky:
        assert 0 < violations < replicates


def test_a_counterexample_of_the_estimate_is_simplified_too():
    search, _ = make_search(lambda levels, chance: levels["ci"] == "CI=true")
    given = search.control.but({"ci": "CI=true", "timezone": "Asia/Tokyo"})
    flaky = (search.control, 1, 2)
    outcome = search.confirm(given, [flaky])
    assert changes(search, outcome.counterexample) == {"ci": "CI=true"}
    assert outcome.flaky == (flaky,)


def test_a_search_without_time_runs_no_trial():
    search, budget = make_search(lambda levels, chance: True, effort=Effort(trials=60, seconds=0.0))
    outcome = search.run([search.control], [])
    assert (outcome.counterexample, outcome.tried, budget.trials) == (None, 0, 0)


def test_the_same_seed_makes_the_same_search():
    def by_name(levels, chance):
        return levels["hostname"] > "k"

    first, second = (make_search(by_name)[0].run([], []) for _ in range(2))
    assert first == second
    assert first.counterexample is not None
