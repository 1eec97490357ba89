"""The lab's stated distribution of environments: what bits are counted over.

Factors are independent, and in each the control and every named level are equally likely.
So is a level that the user added, or that mining, a sweep or a search brought.  That is no
statement about the world, where one time zone has more people than another: it says how
finely a signal divides what the lab tried, and is the same for every client that was tried
with the same levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from lab.findings.report import FactorFacts

__all__ = ["Population", "build_population"]


class Population(msgspec.Struct, frozen=True):
    """``weights`` has the probability of each level of each factor, the control first."""

    weights: Mapping[str, Mapping[str, float]]

    def levels(self, factor: str) -> Mapping[str, float]:
        """The probabilities of a factor's levels; a KeyError for one that was not varied."""
        return self.weights[factor]

    def control(self, factor: str) -> str:
        """The level that a factor has where it is not varied."""
        return next(iter(self.weights[factor]))


def build_population(factors: Iterable[FactorFacts]) -> Population:
    """The distribution over the factors of an audit: uniform in each, and independent."""
    weights = {}
    for fact in factors:
        levels = tuple(dict.fromkeys((fact.control, *fact.levels)))
        weights[fact.name] = dict.fromkeys(levels, 1 / len(levels))
    return Population(weights)
