"""How often a claim is broken over a population of machines.

Machines are drawn independently from those of the population that the claim is about, and
each is looked at once; what a search for counterexamples has tried does not count, because it
was chosen.  The share of broken promises comes with the exact interval of Clopper and Pearson
(:mod:`lab.statistics.intervals`).

A machine on which the claim is broken is looked at again.  Where replicates disagree the
client acts at random: that is told, and counts as no breach.
"""

from __future__ import annotations

import random

import msgspec

from lab.environment import Environment
from lab.statistics.intervals import clopper_pearson
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.sampling import Population
from lab.testing.contracts.trial_budget import Lookout, Spent

__all__ = ["Rate", "Sample", "percent", "sample"]

_MOST_LOOKED_AT = 200_000
_LEVEL = 0.95


class Rate(msgspec.Struct, frozen=True):
    """A share, with its interval at 95 %.

    ``held`` of ``looked_at`` machines of the population were of those that it is about.
    """

    name: str
    among: str
    hits: int
    cases: int
    low: float
    high: float
    held: int
    looked_at: int

    def __str__(self) -> str:
        """``misses: 0 of 200, 0 % (95 %: 0 % to 1.8 %)``."""
        if not self.cases:
            return f"{self.name}: not measured, as there are no {self.among} in the population"
        share = percent(self.hits / self.cases)
        interval = f"{percent(self.low)} to {percent(self.high)}"
        return f"{self.name}: {self.hits} of {self.cases}, {share} (95 %: {interval})"


class Sample(msgspec.Struct, frozen=True):
    """What a sample showed; ``wrong`` are the environments that break the claim."""

    rate: Rate
    wrong: tuple[Environment, ...]
    unsteady: tuple[tuple[Environment, int, int], ...]


def sample(
    claim: Claim,
    lookout: Lookout,
    population: Population,
    count: int,
    *,
    replicates: int,
    seconds: float | None,
    seed: int,
) -> Sample:
    """The share of so many machines, drawn from the population, on which the claim is broken.

    Of fewer, where the time is over or such machines hardly occur.
    """
    chance = random.Random(f"{seed} {claim.side} {sorted(claim.held.items())} {claim.rate}")
    drawn = population.holding(claim.held).draw(
        claim.statement,
        claim.side,
        count,
        most=_MOST_LOOKED_AT,
        chance=chance,
        missing=claim.missing,
    )
    hits = cases = 0
    wrong: list[Environment] = []
    unsteady: list[tuple[Environment, int, int]] = []
    until = lookout.ends_after(seconds)
    for environment in drawn.environments:
        try:
            lookout.allow(count, until)
            answer = claim.wrong(environment, 0)
        except Spent:
            break
        if answer is None:
            continue
        cases += 1
        if answer:
            counts = (1, 1) if claim.steady else _again(claim, lookout, environment, replicates)
            if counts[0] == counts[1]:
                hits += 1
                wrong.append(environment)
            else:
                unsteady.append((environment, *counts))
    held = drawn.held if claim.side else drawn.looked_at - drawn.held
    low, high = clopper_pearson(hits, cases, _LEVEL)
    rate = Rate(claim.rate, claim.among, hits, cases, low, high, held, drawn.looked_at)
    return Sample(rate, tuple(wrong), tuple(unsteady))


def _again(
    claim: Claim, lookout: Lookout, environment: Environment, replicates: int
) -> tuple[int, int]:
    lookout.grant(replicates)
    answers = [claim.wrong(environment, each) for each in range(replicates)]
    known = [answer for answer in answers if answer is not None]
    return sum(known), len(known)


def percent(share: float) -> str:
    """``1.8 %``, with as many digits as tell something."""
    digits = f"{100 * share:.2g}" if share < 0.995 else f"{100 * share:.4g}"
    return f"{float(digits):g} %"
