"""The combinations of levels that an audit has to run: one level of each of ``strength`` factors.

The combinations of one set of factors are an array of booleans with one axis a factor, in the
order of its levels; :data:`Masks` has one such array for each set of factors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import msgspec
import numpy as np
import numpy.typing as npt

from lab.environment import Environment
from lab.experiment.trials.contrasts import Setting

__all__ = [
    "CombinationSpace",
    "Counts",
    "Factors",
    "ForbiddenPair",
    "Mask",
    "Masks",
    "count_marked",
]

ForbiddenPair = tuple[tuple[str, str], tuple[str, str]]
"""Two levels, as (factor, level), that cannot be together; never the control of a factor."""
Factors = tuple[str, ...]
"""The factors of a combination, in the order of the space."""
Mask = npt.NDArray[np.bool_]
Masks = Mapping[Factors, Mask]
"""Marked combinations, by their factors."""
Counts = Mapping[Factors, npt.NDArray[np.int64]]
"""A number for each combination, by their factors."""


class CombinationSpace(msgspec.Struct, frozen=True):
    """All combinations of levels of any ``strength`` factors that vary.

    Attributes:
        levels: By factor, the control first; a factor with one level does not vary.
        strength: How many factors are combined; at most as many as vary.
        forbidden: Pairs of levels that no host has together.
    """

    levels: Mapping[str, Sequence[str]]
    strength: int
    forbidden: Sequence[ForbiddenPair] = ()

    @property
    def varied(self) -> Mapping[str, Sequence[str]]:
        """The factors with more than one level."""
        return {name: values for name, values in self.levels.items() if len(values) > 1}

    @property
    def size(self) -> int:
        """How many factors are really combined."""
        return min(self.strength, len(self.varied))

    def list_factors(self) -> Iterator[Factors]:
        """Every set of factors whose levels are combined."""
        return combinations(self.varied, self.size) if self.size else iter(())

    def mark_admissible(self) -> Masks:
        """The combinations that a host can have."""
        masks = {}
        for names in self.list_factors():
            masks[names] = np.ones(self._shape(names), dtype=np.bool_)
            for pair in self.forbidden:
                if all(name in names and level in self.levels[name] for name, level in pair):
                    masks[names][self._index(names, dict(pair))] = False
        return masks

    def mark_settings(self, settings: Collection[Setting]) -> Masks:
        """The combinations that have one of these settings."""
        masks = {}
        for names in self.list_factors():
            masks[names] = np.zeros(self._shape(names), dtype=np.bool_)
            for name, level in settings:
                if name in names and level in self.levels[name]:
                    masks[names][self._index(names, {name: level})] = True
        return masks

    def count_covered(self, environments: Iterable[Environment]) -> Counts:
        """In how many of these environments each combination is."""
        position = {
            name: {level: number for number, level in enumerate(values)}
            for name, values in self.varied.items()
        }
        rows = [
            [known.get(one[name], -1) for name, known in position.items()] for one in environments
        ]
        table = np.array(rows, dtype=np.intp).reshape(len(rows), len(position))
        column = {name: number for number, name in enumerate(position)}
        counts = {}
        for names in self.list_factors():
            here = table[:, [column[name] for name in names]]
            here = here[(here >= 0).all(axis=1)]
            counts[names] = np.zeros(self._shape(names), dtype=np.int64)
            np.add.at(counts[names], tuple(here.T), 1)
        return counts

    def mark_covered(self, environments: Iterable[Environment]) -> Masks:
        """The combinations that at least one of these environments has."""
        return {names: count > 0 for names, count in self.count_covered(environments).items()}

    def list_marked(self, masks: Masks) -> Iterator[Mapping[str, str]]:
        """The levels of each marked combination, in the order of the factors and their levels."""
        for names, mask in masks.items():
            for place in np.argwhere(mask):
                yield {
                    name: self.levels[name][number]
                    for name, number in zip(names, place.tolist(), strict=True)
                }

    def _shape(self, names: Factors) -> list[int]:
        return [len(self.levels[name]) for name in names]

    def _index(self, names: Factors, fixed: Mapping[str, str]) -> tuple[slice | int, ...]:
        """The part of an array where these factors have these levels."""
        return tuple(
            self.levels[name].index(fixed[name]) if name in fixed else slice(None) for name in names
        )


def count_marked(masks: Masks) -> int:
    """How many combinations are marked."""
    return sum(int(mask.sum()) for mask in masks.values())
