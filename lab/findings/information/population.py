"""The stated distribution of environments over which bits are counted.

Factors are independent, and in each the control and every named level are equally likely.
So is a level that the user added, or that mining, a sweep or a search found.  This is not a
claim about the world, where one time zone has more people than another: it measures how finely
a signal divides the levels that the lab tried, and is the same for every client that was tried
with the same levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from lab.findings.report import FactorFacts

__all__ = ["Population", "build_population"]


class Population(msgspec.Struct, frozen=True):
    """A distribution; ``weights`` has the probability of each level, the control first."""

    weights: Mapping[str, Mapping[str, float]]

    def levels(self, factor: str) -> Mapping[str, float]:
        """The probability of each level of a factor that was varied."""
        return self.weights[factor]

    def control(self, factor: str) -> str:
        """The control of a factor that was varied."""
        return next(iter(self.weights[factor]))


def build_population(factors: Iterable[FactorFacts]) -> Population:
    """The distribution over the factors of an audit: uniform in each, and independent."""
    weights = {}
    for fact in factors:
        levels = tuple(dict.fromkeys((fact.control, *fact.levels)))
        weights[fact.name] = dict.fromkeys(levels, 1 / len(levels))
    return Population(weights)
