"""The trials of a contract: each is counted once, and no more run than allowed."""

from __future__ import annotations

import msgspec
import pytest

import lab
from lab.errors import UsageError
from lab.testing.contracts.trial_budget import BudgetExhausted, TrialBudget
from tests.experiment.model import ModelExecutor, request
from tests.testing.models import identifiers, quiet, subject_of

TOKYO = lab.control(timezone="Asia/Tokyo")
KOLKATA = lab.control(timezone="Asia/Kolkata")


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


class Ending(ModelExecutor):
    """Ends each trial as given, after it sent something or not."""

    def __init__(self, behaviour, **exit_fields):
        super().__init__(behaviour)
        self.exit = msgspec.structs.replace(self.exit, **exit_fields)


def budget_of(behaviour, fires=lambda trial: False, **options):
    return TrialBudget(subject_of(behaviour), fires, **options)


def in_kolkata(levels, chance):
    marked = levels["timezone"] == "Asia/Kolkata"
    return [request({}, headers=[("x-probe", "1")] if marked else ())]


def fires(trial):
    return "x-probe" in trial.text


def test_no_trial_runs_before_a_limit_is_set():
    with pytest.raises(BudgetExhausted):
        budget_of(quiet).run_trial(TOKYO)


def test_a_trial_counts_once_however_often_it_is_needed():
    budget = budget_of(identifiers)
    budget.limit(2)
    first = budget.run_trial(TOKYO)
    assert budget.run_trial(TOKYO).observation is first.observation
    assert budget.trials == 1
    budget.run_trial(TOKYO, 1)
    assert budget.trials == 2
    with pytest.raises(BudgetExhausted):
        budget.run_trial(KOLKATA)
    assert budget.run_trial(TOKYO) is not None


def test_a_limit_counts_from_the_trials_so_far():
    budget = budget_of(quiet)
    budget.charge(5)
    budget.limit(1)
    budget.run_trial(TOKYO)
    assert budget.trials == 6
    with pytest.raises(BudgetExhausted):
        budget.run_trial(KOLKATA)


def test_no_trial_begins_after_the_deadline_and_a_reservation_removes_it():
    clock = Clock()
    budget = budget_of(quiet, now=clock)
    budget.limit(5, budget.deadline_after(10))
    budget.run_trial(TOKYO)
    clock.seconds = 10
    with pytest.raises(BudgetExhausted):
        budget.run_trial(KOLKATA)
    budget.reserve(1)
    assert budget.run_trial(KOLKATA) is not None
    assert budget.deadline_after(None) is None


def test_a_reservation_never_lowers_a_limit():
    budget = budget_of(quiet)
    budget.limit(2)
    budget.reserve(1)
    budget.run_trial(TOKYO)
    assert budget.run_trial(KOLKATA) is not None


def test_replicates_are_counted_for_each_environment():
    budget = budget_of(quiet)
    budget.limit(3)
    for replicate in (0, 1):
        budget.run_trial(TOKYO, replicate)
    assert budget.count_replicates(TOKYO) == 2
    assert budget.count_replicates(KOLKATA) == 0


def test_the_probe_is_evaluated_once_a_trial():
    evaluated = []

    def probe(trial):
        evaluated.append(trial.environment)
        return fires(trial)

    budget = budget_of(in_kolkata, probe)
    budget.limit(2)
    assert [budget.probe_fires(each) for each in (KOLKATA, TOKYO, KOLKATA)] == [True, False, True]
    assert evaluated == [KOLKATA, TOKYO]
    assert budget.list_firing() == [KOLKATA]


def test_an_environment_is_firing_if_each_of_its_replicates_fires():
    budget = budget_of(quiet, lambda trial: trial.replicate == 0)
    budget.limit(2)
    assert budget.probe_fires(TOKYO, 0)
    assert budget.list_firing() == [TOKYO]
    assert not budget.probe_fires(TOKYO, 1)
    assert budget.list_firing() == []


def test_a_trial_that_the_client_did_not_finish_has_no_answer():
    budget = budget_of(Ending(quiet, verdict="timed out", detail="60 s"), lambda trial: True)
    budget.limit(1)
    assert budget.probe_fires(TOKYO) is None
    assert budget.failed == {TOKYO: "timed out 60 s"}
    assert budget.list_firing() == []


def test_a_trial_that_failed_before_it_sent_anything_has_no_answer():
    budget = budget_of(Ending(lambda levels, chance: [], code=1))
    budget.limit(1)
    assert budget.run_trial(TOKYO) is None
    assert budget.failed == {TOKYO: "ended with 1 and sent nothing"}
    sending = budget_of(Ending(quiet, code=1))
    sending.limit(1)
    assert sending.run_trial(TOKYO) is not None


def test_an_error_of_the_predicate_is_a_wrong_call():
    budget = budget_of(quiet, lambda trial: 1 / 0)
    budget.limit(1)
    with pytest.raises(UsageError, match="fires raised ZeroDivisionError"):
        budget.probe_fires(TOKYO)


def test_an_error_of_the_lab_in_the_predicate_is_passed_on():
    def probe(trial):
        raise UsageError("its own")

    budget = budget_of(quiet, probe)
    budget.limit(1)
    with pytest.raises(UsageError, match=r"^its own$"):
        budget.probe_fires(TOKYO)
