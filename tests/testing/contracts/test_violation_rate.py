"""The violation rate: what counts as a case, what as a violation, and how it is printed."""

from __future__ import annotations

import msgspec
import pytest

from lab.statistics.intervals import clopper_pearson
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.sampling import build_population
from lab.testing.contracts.trial_budget import BudgetExhausted, TrialBudget
from lab.testing.contracts.violation_rate import ViolationRate, estimate_rate, format_percent
from tests.testing.models import quiet, subject_of

POPULATION = build_population(("hostname", "timezone"))


def make_claim(is_violated, **options):
    return Claim(
        name="a claim",
        statement=lambda machine: machine["timezone"] != "UTC",
        expected=True,
        is_violated=is_violated,
        violation="fires",
        rate_name="false positives",
        among="machines outside UTC",
        **options,
    )


def estimate(is_violated, count=20, seed=0, **options):
    budget = TrialBudget(subject_of(quiet), lambda trial: False)
    claim = make_claim(is_violated, **options)
    return estimate_rate(claim, budget, POPULATION, count, replicates=4, seconds=None, seed=seed)


def by_zone(environment, replicate):
    return environment["timezone"] > "Asia/T"


def test_violations_are_counted_among_the_machines_to_which_the_claim_applies():
    found = estimate(by_zone)
    assert found.rate.cases == 20
    assert found.rate.hits == len(found.violations) > 0
    assert all(by_zone(each, 0) and each["timezone"] != "UTC" for each in found.violations)
    assert (found.rate.low, found.rate.high) == clopper_pearson(found.rate.hits, 20, 0.95)
    assert found.rate.satisfied <= found.rate.examined
    assert found.flaky == ()


def test_the_sample_depends_on_the_seed_alone():
    assert estimate(by_zone) == estimate(by_zone)
    assert estimate(by_zone).violations != estimate(by_zone, seed=1).violations


def test_a_machine_without_an_answer_is_no_case():
    found = estimate(lambda environment, replicate: None)
    assert (found.rate.hits, found.rate.cases) == (0, 0)


def test_a_machine_on_which_replicates_disagree_is_flaky_and_no_violation():
    found = estimate(lambda environment, replicate: replicate % 2 == 0, count=3)
    assert (found.rate.hits, found.rate.cases) == (0, 3)
    assert [counts for _, *counts in found.flaky] == [[2, 4]] * 3


def test_a_deterministic_claim_needs_no_replicates():
    asked = []

    def is_violated(environment, replicate):
        asked.append(replicate)
        return True

    found = estimate(is_violated, count=3, deterministic=True)
    assert found.rate.hits == 3
    assert asked == [0, 0, 0]


def test_an_exhausted_budget_ends_the_sample():
    answers = iter([False, False])

    def is_violated(environment, replicate):
        for answer in answers:
            return answer
        raise BudgetExhausted

    assert estimate(is_violated).rate.cases == 2


def test_fixed_levels_do_not_vary():
    found = estimate(lambda environment, replicate: True, fixed={"hostname": "fixed"})
    assert {each["hostname"] for each in found.violations} == {"fixed"}


def test_a_rate_is_printed_with_its_interval():
    rate = ViolationRate("misses", "machines in UTC", 0, 200, 0.0, 0.0183, 200, 400)
    assert str(rate) == "misses: 0 of 200, 0 % (95 %: 0 % to 1.8 %)"
    unmeasured = msgspec.structs.replace(rate, cases=0)
    assert "not measured, as there are no machines in UTC" in str(unmeasured)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (0.0183, "1.8 %"), (0.5, "50 %"), (0.99871, "99.87 %"), (1, "100 %")],
)
def test_a_share_has_its_significant_digits_only(share, text):
    assert format_percent(share) == text
