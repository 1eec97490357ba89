"""The violation rate: how often a claim is broken over a population of machines.

Machines to which the claim applies are drawn independently from the population, and each gets one
trial.  Machines that a search for counterexamples chose do not count.  The rate has the exact
confidence interval of Clopper and Pearson (:mod:`lab.statistics.intervals`).

A violation is checked by replicates.  If they disagree, the client acts at random: the machine is
reported as flaky and does not count as a violation.
"""

from __future__ import annotations

import random

import msgspec

from lab.environment import Environment
from lab.statistics.intervals import clopper_pearson
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.sampling import MachinePopulation
from lab.testing.contracts.trial_budget import BudgetExhausted, TrialBudget

__all__ = ["RateEstimate", "ViolationRate", "estimate_rate", "format_percent"]

_MAX_EXAMINED = 200_000
_CONFIDENCE = 0.95


class ViolationRate(msgspec.Struct, frozen=True):
    """``hits`` of ``cases``, with the 95 % confidence interval of the share.

    The claim applied to ``satisfied`` of ``examined`` machines drawn from the population.
    """

    name: str
    among: str
    hits: int
    cases: int
    low: float
    high: float
    satisfied: int
    examined: int

    def __str__(self) -> str:
        """``misses: 0 of 200, 0 % (95 %: 0 % to 1.8 %)``."""
        if not self.cases:
            return f"{self.name}: not measured, as there are no {self.among} in the population"
        share = format_percent(self.hits / self.cases)
        interval = f"{format_percent(self.low)} to {format_percent(self.high)}"
        return f"{self.name}: {self.hits} of {self.cases}, {share} (95 %: {interval})"


class RateEstimate(msgspec.Struct, frozen=True):
    """The rate in a sample, with the environments that break the claim and the flaky ones."""

    rate: ViolationRate
    violations: tuple[Environment, ...]
    flaky: tuple[tuple[Environment, int, int], ...]


def estimate_rate(
    claim: Claim,
    budget: TrialBudget,
    population: MachinePopulation,
    count: int,
    *,
    replicates: int,
    seconds: float | None,
    seed: int,
) -> RateEstimate:
    """The share of machines, drawn from the population, on which the claim is broken.

    Args:
        claim: The claim.
        budget: Runs the trials.
        population: The machines that the rate is about.
        count: How many machines to draw; fewer if time runs out or such machines are rare.
        replicates: How many trials confirm a violation.
        seconds: How long the estimate may take; None for no limit.
        seed: Seeds the sample.
    """
    chance = random.Random(
        f"{seed} {claim.expected} {sorted(claim.fixed.items())} {claim.rate_name}"
    )
    drawn = population.fix_levels(claim.fixed).draw(
        claim.statement,
        claim.expected,
        count,
        max_examined=_MAX_EXAMINED,
        rng=chance,
        missing=claim.missing,
    )
    hits = cases = 0
    violations: list[Environment] = []
    flaky: list[tuple[Environment, int, int]] = []
    until = budget.deadline_after(seconds)
    for environment in drawn.environments:
        try:
            budget.limit(count, until)
            answer = claim.is_violated(environment, 0)
        except BudgetExhausted:
            break
        if answer is None:
            continue
        cases += 1
        if answer:
            counts = (
                (1, 1)
                if claim.deterministic
                else _run_replicates(claim, budget, environment, replicates)
            )
            if counts[0] == counts[1]:
                hits += 1
                violations.append(environment)
            else:
                flaky.append((environment, *counts))
    satisfied = drawn.satisfied if claim.expected else drawn.examined - drawn.satisfied
    low, high = clopper_pearson(hits, cases, _CONFIDENCE)
    rate = ViolationRate(
        claim.rate_name, claim.among, hits, cases, low, high, satisfied, drawn.examined
    )
    return RateEstimate(rate, tuple(violations), tuple(flaky))


def _run_replicates(
    claim: Claim, budget: TrialBudget, environment: Environment, replicates: int
) -> tuple[int, int]:
    budget.reserve(replicates)
    answers = [claim.is_violated(environment, each) for each in range(replicates)]
    known = [answer for answer in answers if answer is not None]
    return sum(known), len(known)


def format_percent(share: float) -> str:
    """``1.8 %``, with the significant digits only."""
    digits = f"{100 * share:.2g}" if share < 0.995 else f"{100 * share:.4g}"
    return f"{float(digits):g} %"
