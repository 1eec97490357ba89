"""The evaluation of a claim: which outcome it has, and how a counterexample is described."""

from __future__ import annotations

import msgspec

from lab.testing.contracts import violation_rate
from lab.testing.contracts.boundaries import collect_levels
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.claim_evaluation import ClaimEvaluation
from lab.testing.contracts.counterexample_search import Effort
from lab.testing.contracts.sampling import build_population
from lab.testing.contracts.trial_budget import TrialBudget
from tests.experiment.model import HOST, ModelExecutor, request
from tests.testing.models import subject_of

NAMES = ("ci", "timezone")
LEVELS = collect_levels(NAMES, ())


def on_ci(levels, chance):
    marked = levels["ci"] == "CI=true"
    return [request({}, headers=[("x-probe", "1")] if marked else ())]


def at_random(levels, chance):
    marked = chance.random() < 0.5
    return [request({}, headers=[("x-probe", "1")] if marked else ())]


def evaluate(
    behaviour, *, trials=20, samples=10, statement=lambda machine: True, boundaries=None, **options
):
    subject = subject_of(behaviour)
    budget = TrialBudget(subject, lambda trial: "x-probe" in trial.text)
    evaluation = ClaimEvaluation(
        budget, LEVELS, build_population(NAMES), Effort(trials, replicates=3), samples, seed=0
    )
    claim = Claim(
        name="silent_unless(…)",
        statement=statement,
        expected=True,
        is_violated=budget.probe_fires,
        violation="fires",
        rate_name="false positives",
        among="machines",
        describe=lambda environment: ("a further line",),
    )
    if boundaries is None:
        control = evaluation.build_search(claim).control
        boundaries = [control, *(control.but({"ci": level}) for level in LEVELS["ci"].named)]
    return evaluation.evaluate(claim, boundaries, [], **options)


def silent(levels, chance):
    return [request({})]


def test_a_claim_that_nothing_breaks_is_held_with_its_rate():
    verdict = evaluate(silent)
    assert verdict.outcome == "held"
    assert verdict.tried > 0
    assert [(rate.name, rate.hits, rate.cases) for rate in verdict.rates] == [
        ("false positives", 0, 10)
    ]
    assert verdict.evidence == verdict.repeat == verdict.changes == ()


def test_a_counterexample_has_its_change_evidence_and_command():
    verdict = evaluate(on_ci)
    assert verdict.outcome == "broken"
    assert [(each.factor, each.left, each.right) for each in verdict.changes] == [
        ("ci", "none", "CI=true")
    ]
    assert verdict.evidence[:3] == (
        "a further line",
        "in each of 4 replicates",
        "with ci at its control, it does not",
    )
    assert any(line.startswith("sent: ") and HOST in line for line in verdict.evidence)
    assert verdict.repeat == ("lab run model --set ci=CI=true",)


def test_a_violation_in_the_sample_is_a_counterexample_too():
    verdict = evaluate(on_ci, trials=1, samples=60, boundaries=[])
    assert verdict.rates[0].hits > 0
    assert verdict.outcome == "broken"


def test_a_client_that_acts_at_random_leaves_the_claim_open():
    verdict = evaluate(at_random)
    assert verdict.outcome == "open"
    assert verdict.why.startswith("at random: with")
    assert verdict.flaky


def test_a_claim_about_no_machine_is_open(monkeypatch):
    monkeypatch.setattr(violation_rate, "_MAX_EXAMINED", 100)
    verdict = evaluate(silent, statement=lambda machine: False)
    assert verdict.outcome == "open"
    assert "no machines were found" in verdict.why


def test_a_vacuous_claim_runs_no_trial():
    verdict = evaluate(silent, vacuous_because="the probe never fires")
    assert (verdict.outcome, verdict.why) == ("open", "the probe never fires")
    assert (verdict.trials, verdict.rates) == (0, ())


def test_trials_that_gave_no_answer_leave_the_claim_open():
    model = ModelExecutor(silent)
    model.exit = msgspec.structs.replace(model.exit, verdict="killed", detail="by signal 9")
    verdict = evaluate(model)
    assert verdict.outcome == "open"
    assert "killed by signal 9" in verdict.failed[0]


def test_the_exit_of_a_failing_client_is_evidence():
    model = ModelExecutor(on_ci)
    model.exit = msgspec.structs.replace(model.exit, code=3, stderr=b"first\nlast\n")
    assert evaluate(model).evidence[-1] == "it ended with code 3: last"
