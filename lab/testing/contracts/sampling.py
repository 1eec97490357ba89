"""The population of machines over which rates are estimated.

Factors are independent.  Without weights from the user, the control and every named level are
equally likely, as in :mod:`lab.findings.information.population`.  This is not an estimate of the
real world, but everybody can check it.  Machines that cannot exist
(:func:`lab.factors.registry.find_conflict`) do not occur.

A rate often concerns few machines, those for which a statement holds.  They are drawn by
rejection sampling, which keeps the weights of the population.  A level is drawn only when the
statement reads it, so that millions of rejected machines cost little; the other levels are drawn
when the machine is accepted.  The result is the same because factors are independent.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import msgspec

from lab.environment import Environment
from lab.errors import UsageError
from lab.factors.registry import find_conflict, get_factor, parse_level
from lab.testing.contracts.statement import Machine, Statement, evaluate_statement

__all__ = ["DrawnMachines", "MachinePopulation", "build_population"]

_TOLERANCE = 1e-9


class DrawnMachines(msgspec.Struct, frozen=True):
    """Machines of one side of a statement, and how many were examined to get them."""

    environments: tuple[Environment, ...]
    examined: int
    satisfied: int
    """For how many of the examined machines the statement held, whatever side was expected."""


class MachinePopulation(msgspec.Struct, frozen=True):
    """``weights`` has the probability of each level; those of a factor add up to 1.

    ``weighted`` has the factors whose weights the user gave.
    """

    weights: Mapping[str, Mapping[str, float]]
    weighted: tuple[str, ...] = ()

    def fix_levels(self, levels: Mapping[str, str]) -> MachinePopulation:
        """The machines of this population that have these levels."""
        fixed = {name: {text: 1.0} for name, text in levels.items()}
        return msgspec.structs.replace(self, weights={**self.weights, **fixed})

    def draw(
        self,
        statement: Statement,
        expected: bool,
        count: int,
        *,
        max_examined: int,
        rng: random.Random,
        missing: Mapping[str, str] | None = None,
    ) -> DrawnMachines:
        """Machines for which the statement has the expected answer, independently drawn.

        Args:
            statement: The statement.
            expected: Its answer for the machines that are wanted.
            count: How many machines; fewer where ``max_examined`` is reached.
            max_examined: How many machines to draw at most.
            rng: Draws the machines.
            missing: Factors that no machine has, with the reason.
        """
        found: list[Environment] = []
        examined = satisfied = 0
        cumulated = {
            name: (tuple(levels), tuple(accumulate(levels.values())))
            for name, levels in self.weights.items()
        }
        while len(found) < count and examined < max_examined:
            levels = _LazyLevels(cumulated, rng)
            answer = evaluate_statement(statement, Machine(levels, missing))
            examined += 1
            satisfied += answer
            if answer == expected:
                environment = Environment.of({name: levels[name] for name in cumulated})
                if find_conflict(environment) is None:
                    found.append(environment)
        return DrawnMachines(tuple(found), examined, satisfied)

    def describe(self) -> str:
        """The population in one line."""
        fixed = {
            name: next(iter(levels)) for name, levels in self.weights.items() if len(levels) == 1
        }
        words = "independent factors, uniform over control and named levels"
        if self.weighted:
            words += f", {' and '.join(self.weighted)} by the weights given"
        if fixed:
            words += "; " + ", ".join(f"{name} held at {text}" for name, text in fixed.items())
        return words


class _LazyLevels(Mapping[str, str]):
    """The levels of one machine, each drawn when it is first read."""

    def __init__(
        self,
        cumulated: Mapping[str, tuple[Sequence[str], Sequence[float]]],
        chance: random.Random,
    ) -> None:
        self._cumulated = cumulated
        self._chance = chance
        self._levels: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._levels:
            levels, weights = self._cumulated[name]
            self._levels[name] = self._chance.choices(levels, cum_weights=weights)[0]
        return self._levels[name]

    def __contains__(self, name: object) -> bool:
        return name in self._cumulated

    def __iter__(self) -> Iterator[str]:
        return iter(self._cumulated)

    def __len__(self) -> int:
        return len(self._cumulated)


def build_population(
    names: Sequence[str], given: Mapping[str, Mapping[str, float]] | None = None
) -> MachinePopulation:
    """The population over these factors.

    ``given`` has weights for some levels of some factors.  The remaining probability is divided
    equally among the factor's control and named levels without a weight.

    Raises:
        UsageError: A factor or level is unknown, or the weights are not probabilities.
    """
    weights: dict[str, Mapping[str, float]] = {}
    for name in names:
        item = get_factor(name)
        weights[name] = _complete_weights(
            name, (item.control, *item.levels), (given or {}).get(name, {})
        )
    for name in given or {}:
        if get_factor(name).name not in weights:
            raise UsageError(f"the population gives weights of {name}, which is not varied here")
    return MachinePopulation(weights, tuple(sorted(given or {})))


def _complete_weights(
    name: str, levels: Sequence[str], given: Mapping[str, float]
) -> Mapping[str, float]:
    own: dict[str, float] = {}
    for text, weight in given.items():
        if not 0 <= weight <= 1:
            raise UsageError(f"the weight of {name}={text} is {weight}, no share between 0 and 1")
        own[parse_level(name, text)] = weight
    rest = 1 - math.fsum(own.values())
    if rest < -_TOLERANCE:
        raise UsageError(f"the weights of {name} add up to {1 - rest:g}, which is more than 1")
    others = [text for text in dict.fromkeys(levels) if text not in own]
    if rest < _TOLERANCE or not others:
        if rest > _TOLERANCE:
            raise UsageError(f"the weights of {name} add up to {1 - rest:g}, and no level is left")
        return {text: weight for text, weight in own.items() if weight}
    return {
        **{text: weight for text, weight in own.items() if weight},
        **dict.fromkeys(others, rest / len(others)),
    }
