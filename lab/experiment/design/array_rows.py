"""Rows of a covering array: as few environments as a greedy search needs for some combinations.

One row at a time, as AETG builds them (Cohen, Dalal, Fredman and Patton, 1997): several candidates
begin with a combination that is still open and take, factor by factor, the level with which most
open combinations come in; the candidate with most of them becomes the row.  Factors with many open
combinations come first, more or less.  Which combinations are open is given, so the same search
makes a whole array and completes one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, permutations

import numpy as np
import numpy.typing as npt

from lab.experiment.design.combination_space import CombinationSpace, Masks
from lab.experiment.trials.contrasts import Setting

__all__ = ["build_rows"]

_CANDIDATES = {1: 1, 2: 5, 3: 2}
"""Candidates for each row, by strength."""
_ORDER_VARIES = 0.3
"""The order of the factors varies with the candidate by such a share of their weights."""

Numbers = npt.NDArray[np.int64]


def build_rows(
    space: CombinationSpace,
    wanted: Masks,
    *,
    seed: str,
    most: int | None = None,
    avoid: Collection[Setting] = (),
) -> list[Mapping[str, str]]:
    """Rows that have all wanted combinations, or as many as fit into so many rows.

    Args:
        space: The factors and levels.
        wanted: The combinations to cover; those that no host can have are left out.
        seed: Decides between rows that would serve equally well.
        most: The limit on the number of rows.
        avoid: Settings that no row has; no control among them.

    Returns:
        The rows, those with most new combinations first; a level for every factor of the space.
    """
    search = _RowSearch(space, wanted, avoid, random.Random(seed))
    return list(islice(search.list_rows(), most))


class _RowSearch:
    """The combinations that are still open; the levels of all factors are numbered in one row."""

    def __init__(
        self,
        space: CombinationSpace,
        wanted: Masks,
        avoid: Collection[Setting],
        chance: random.Random,
    ) -> None:
        self.chance = chance
        self.space = space
        self.names = list(space.varied)
        starts = np.cumsum([0, *(len(space.levels[name]) for name in self.names)]).tolist()
        self.first = dict(zip(self.names, starts, strict=False))
        total = starts[-1]
        self.factor = np.repeat(np.arange(len(self.names)), np.diff(starts))
        self.met = np.zeros((total, total), dtype=np.int64)
        self.excluded = np.zeros((total, total), dtype=np.bool_)
        for pair in space.forbidden:
            numbers = [self._number(name, level) for name, level in pair]
            if None not in numbers:
                one, other = numbers
                self.excluded[one, other] = self.excluded[other, one] = True
        for name, level in avoid:
            if (number := self._number(name, level)) is not None:
                self.excluded[number] = self.excluded[:, number] = True
        self.orders = math.factorial(max(space.size - 1, 0))
        # Symmetric, so that a combination is found from each of its levels.
        self.open = np.zeros((total,) * space.size, dtype=np.int8)
        admissible, avoided = space.mark_admissible(), space.mark_settings(avoid)
        for names, mask in wanted.items():
            here = (mask & admissible[names] & ~avoided[names]).astype(np.int8)
            for order in permutations(range(space.size)):
                places = tuple(self._slice(names[axis]) for axis in order)
                self.open[places] = here.transpose(order)
        others = tuple(range(1, space.size))
        self.degree: Numbers = self.open.sum(axis=others, dtype=np.int64) // self.orders

    def _number(self, name: str, level: str) -> int | None:
        if name not in self.first or level not in self.space.levels[name]:
            return None
        return int(self.first[name]) + list(self.space.levels[name]).index(level)

    def _slice(self, name: str) -> slice:
        return slice(self.first[name], self.first[name] + len(self.space.levels[name]))

    def list_rows(self) -> Iterator[Mapping[str, str]]:
        """Rows until nothing is open."""
        while self.degree.any():
            tries = [self._build_candidate() for _ in range(_CANDIDATES[self.space.size])]
            best = max(tries, key=lambda row: int(self._take(row).sum(dtype=np.int64)))
            self.degree[best] -= (
                self._take(best).sum(axis=tuple(range(1, self.space.size)), dtype=np.int64)
                // self.orders
            )
            self.open[np.ix_(*[best] * self.space.size)] = 0
            self.met[np.ix_(best, best)] += 1
            row = {name: values[0] for name, values in self.space.levels.items()}
            for number in best:
                name = self.names[self.factor[number]]
                row[name] = self.space.levels[name][number - self.first[name]]
            yield row

    def _take(self, row: Sequence[int]) -> npt.NDArray[np.int8]:
        """The open combinations of these levels."""
        return self.open[np.ix_(*[row] * self.space.size)]

    def _build_candidate(self) -> list[int]:
        row = self._choose_open()
        left = [
            name for number, name in enumerate(self.names) if number not in set(self.factor[row])
        ]
        for name in sorted(left, key=self._weigh, reverse=True):
            here = self._slice(name)
            gains = self._count_gains(row, here)
            gains[self.excluded[row, here].any(axis=0)] = -1
            best = np.flatnonzero(gains == gains.max())
            met = self.met[row, here].sum(axis=0)[best]
            best = best[met == met.min()]
            # A control excludes nothing, so it is there where no other level is possible.
            number = 0 if gains.max() < 0 else self.chance.choice(best.tolist())
            row.append(here.start + number)
        return row

    def _weigh(self, name: str) -> float:
        """A sort key: the open combinations of the levels of a factor, varied a little."""
        varied = 1 + _ORDER_VARIES * (2 * self.chance.random() - 1)
        return varied * float(self.degree[self._slice(name)].sum())

    def _choose_open(self) -> list[int]:
        """An open combination of levels that most open combinations have."""
        row: list[int] = []
        counts = self.degree
        while len(row) < self.space.size:
            row.append(self.chance.choice(np.flatnonzero(counts == counts.max()).tolist()))
            inside = self.open[tuple(row)]
            counts = inside.sum(axis=tuple(range(1, inside.ndim)), dtype=np.int64)
        return row

    def _count_gains(self, row: Sequence[int], here: slice) -> Numbers:
        """How many open combinations each level of a factor has with the levels of a row."""
        if self.space.size == 3:
            inside = self.open[np.ix_(row, row)][:, :, here]
        else:
            inside = self.open[row, here] if self.space.size == 2 else self.open[here]
        gains: Numbers = inside.sum(axis=tuple(range(inside.ndim - 1)), dtype=np.int64)
        return gains
