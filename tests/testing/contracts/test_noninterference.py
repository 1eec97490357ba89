"""Whether traffic reveals one factor: derived values, copies, and what is no evidence."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

import lab
from lab.factors.registry import get_factor
from lab.testing.contracts.noninterference import NonInterference
from lab.testing.contracts.trial_budget import TrialBudget
from tests.experiment.model import HOST, ModelExecutor, request
from tests.testing.models import identifiers, quiet, subject_of

NAMED = lab.control(hostname="quartz-meadow-17")


def check_of(behaviour, name="hostname", trials=200):
    budget = TrialBudget(subject_of(behaviour), lambda trial: False)
    budget.limit(trials)
    return NonInterference(budget, name, seed=0)


def copies(levels, chance):
    return [request({"name": levels["hostname"]})]


def derives(levels, chance):
    return [request({"long": len(levels["hostname"]) > 12})]


def hides_a_copy_in_noise(levels, chance):
    digest = hashlib.sha256(levels["hostname"].encode()).hexdigest()
    return [request({"id": f"{chance.getrandbits(64):x}-{digest}"})]


@pytest.mark.parametrize("behaviour", [quiet, identifiers])
def test_traffic_without_the_factor_violates_nothing(behaviour):
    check = check_of(behaviour)
    assert check.is_violated(NAMED) is False
    assert check.find_violations(NAMED) == ()


def test_a_copy_is_found_with_its_location():
    lines = check_of(copies).find_violations(NAMED)
    assert any(
        line.startswith("a copy of 'quartz-meadow-17'") and "/v1/messages" in line for line in lines
    )


def test_a_derived_value_is_found_by_comparison():
    (line,) = check_of(derives).find_violations(NAMED)
    assert line.startswith("derived at POST")


def test_a_hash_in_noise_is_found_by_the_search_for_copies():
    lines = check_of(hides_a_copy_in_noise).find_violations(NAMED)
    assert any("(sha256)" in line for line in lines)


def test_a_text_that_both_sides_send_is_no_copy():
    def names_it_always(levels, chance):
        return [request({"id": chance.getrandbits(64), "text": "quartz-meadow-17"})]

    assert check_of(names_it_always).is_violated(NAMED) is False


def test_the_exit_of_a_client_is_not_sent():
    class Exiting(ModelExecutor):
        def end(self, environment):
            return msgspec.structs.replace(self.exit, code=len(environment["hostname"]))

    assert check_of(Exiting(quiet)).is_violated(NAMED) is False


def test_a_machine_with_the_name_of_a_server_is_no_evidence():
    assert check_of(copies).find_violations(lab.control(hostname=HOST)) == ()


def test_a_trial_without_an_answer_gives_none():
    model = ModelExecutor(quiet)
    model.exit = msgspec.structs.replace(model.exit, verdict="timed out")
    check = check_of(model)
    assert check.is_violated(NAMED) is None


def test_an_environment_is_compared_once():
    model = ModelExecutor(copies)
    check = check_of(model)
    check.is_violated(NAMED)
    ran = len(model.asked)
    check.find_violations(NAMED)
    assert len(model.asked) == ran


def test_a_level_that_is_never_sent_by_chance_comes_first():
    first, *named = check_of(quiet).levels
    assert first not in named
    assert len(first) >= 8
    assert check_of(quiet, "ci").levels == get_factor("ci").levels
