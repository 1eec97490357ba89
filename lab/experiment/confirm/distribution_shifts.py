"""Effects on noise: another distribution, not another value.

**Screening.**  The trials of the design, in which many factors vary at random, suggest for each
measure (:mod:`lab.experiment.columns.noise_measures`) the factor on which it depends most, by the
rank statistic of Kruskal and Wallis (1952), which for categories is the chi-square test, and by
the contrast of each level with the rest.  The tail of both is approximated (Wilson and Hilferty,
1931): screening only has to be selective, about two chance findings per audit.  The hypothesis is
fixed before its test: the level, the direction and, for a number, the threshold halfway between
the medians, as a classifier trained on one half of the data is tested on the other (AdFisher;
Datta, Tschantz and Datta, 2015).

**Test.**  Fresh trials of that level alone and of the control, in looks of twelve per side.  At
each look Fisher's exact test, one-sided in the fixed direction, times the number of looks
(Bonferroni over looks, the simplest group-sequential plan; Pocock, 1977).  A hypothesis suggested
by noisy data gets a smaller share of the error rate than an ordinary one: its p-value is weighted
by a fifth (Genovese, Roeder and Wasserman, 2006).  Clear and futile cases end at the first look.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from statistics import median

import msgspec
import numpy as np
from numpy.typing import NDArray

from lab.experiment.columns.noise_measures import Measure
from lab.experiment.trials.contrasts import Setting

__all__ = [
    "LOOK_SIZE",
    "MAX_LOOKS",
    "WEIGHT",
    "Shift",
    "next_look_size",
    "screen_shifts",
    "stratified_fisher_p",
]

Scores = NDArray[np.float64]

LOOK_SIZE = 12
"""Fresh trials per side in one look."""
MAX_LOOKS = 6
WEIGHT = 0.2
"""Weight of a hypothesis suggested by noisy data, relative to an ordinary one."""
_MIN_TRIALS = 30
"""With fewer trials of the design nothing is screened."""
_MIN_KNOWN_SHARE = 0.5
"""Share of trials in which a measure must be known, or its test takes too many trials."""
_MIN_TRIALS_OF_LEVEL = 3
_EXPECTED_FALSE = 2.0
"""Expected number of chance findings of the screening of one audit."""
_MAX_SCREENING_P = 0.1
_MAX_SHIFTS = 6
_MAX_PER_MEASURE = 2
_ZERO_SPREAD = 1e-9
_FUTILITY_BOUNDS = (0.5, 0.12, 0.05, 0.02, 0.01)
"""A p-value above the n-th bound at the n-th look ends the test."""
_MIN_SECONDS = 0.05
"""A shorter difference of times is not visible to a server."""


class Shift(msgspec.Struct, frozen=True):
    """The hypothesis that one level of a factor changes the distribution of a measure.

    Attributes:
        measure: The measure.
        level: The level of a factor.
        above: Whether the measure is larger at that level, or smaller.
        threshold: Values beyond it, in that direction, are counted.
        screening_p: The p-value of the screening.
    """

    measure: Measure
    level: Setting
    above: bool
    threshold: float
    screening_p: float

    @property
    def marks(self) -> tuple[int, ...]:
        """1 for each trial beyond the threshold, 0 for other trials, -1 where it is unknown."""
        return tuple(
            -1 if value is None else int((value > self.threshold) == self.above)
            for value in self.measure.values
        )

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The marks in words, None where a mark is unknown."""
        yes = self.description
        no = f"not {yes}"
        return tuple(None if mark < 0 else yes if mark else no for mark in self.marks)

    @property
    def description(self) -> str:
        """In words, which values are counted."""
        measure, side = self.measure, "above" if self.above else "up to"
        if measure.nature == "presence":
            return "sent" if self.above else "not sent"
        if measure.nature == "category":
            return measure.category if self.above else f"other than {measure.category}"
        unit = {
            "seconds": " s after the request before",
            "count": " times",
            "length": " characters",
        }
        which = f"{measure.extreme} " if measure.extreme else ""
        return f"{which}{side} {self.threshold:.3g}{unit.get(measure.nature, '')}"


def screen_shifts(
    found: Sequence[Measure], rows: Sequence[frozenset[Setting]], designed: Sequence[bool]
) -> list[Shift]:
    """Return the shifts that the trials of the design suggest, the smallest p-value first.

    Args:
        found: The measures.
        rows: The changes of each trial against the control.
        designed: Whether each trial belongs to the design.
    """
    chosen = [index for index, here in enumerate(designed) if here]
    levels = [dict(rows[index]) for index in chosen]
    names = sorted({name for here in levels for name in here})
    if len(chosen) < _MIN_TRIALS or not names or not found:
        return []
    likely = min(_MAX_SCREENING_P, _EXPECTED_FALSE / (len(found) * len(names)))
    shifts: list[Shift] = []
    for measure in found:
        values = [measure.values[index] for index in chosen]
        shifts += _screen_measure(measure, values, levels, names, likely)
    shifts.sort(key=lambda one: (one.screening_p, str(one.measure.location), one.level))
    return shifts[:_MAX_SHIFTS]


def _screen_measure(
    measure: Measure,
    values: Sequence[float | None],
    levels: Sequence[Mapping[str, str]],
    names: Sequence[str],
    likely: float,
) -> Iterator[Shift]:
    """Yield the shifts of one measure, each after removing the effects of those before."""
    known = [index for index, value in enumerate(values) if value is not None]
    if len(known) < max(_MIN_TRIALS, _MIN_KNOWN_SHARE * len(values)):
        return
    numbers = [value for value in values if value is not None]
    scores = _rank_values(numbers)
    left = list(names)
    for _ in range(_MAX_PER_MEASURE):
        rows_by_level = {
            name: _index_levels([levels[index].get(name, "") for index in known]) for name in left
        }
        chances = {name: _screening_p(scores, rows_by_level[name]) for name in left}
        name = min(left, key=lambda name: (chances[name], name))
        if chances[name] > likely:
            return
        shift = _build_shift(measure, name, numbers, scores, rows_by_level[name], chances[name])
        if shift is not None:
            yield shift
        for part in rows_by_level[name].values():
            scores[part] -= scores[part].mean()
        left.remove(name)
        if not left:
            return


def _index_levels(levels: Sequence[str]) -> dict[str, list[int]]:
    """Return the trials of each level; the control has the empty name."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, level in enumerate(levels):
        found[level].append(index)
    return found


def _screening_p(scores: Scores, rows_by_level: Mapping[str, Sequence[int]]) -> float:
    """Return the approximate p-value of the scores under the levels of a factor."""
    number = len(scores)
    spread = float(np.sum((scores - scores.mean()) ** 2))
    if len(rows_by_level) < 2 or spread < _ZERO_SPREAD:
        return 1.0
    explained = {
        level: len(part) * float(scores[list(part)].mean() - scores.mean()) ** 2
        for level, part in rows_by_level.items()
    }
    whole = (number - 1) * sum(explained.values()) / spread
    most = max(
        (number - 1) * explained[level] * number / (number - len(part)) / spread
        for level, part in rows_by_level.items()
    )
    return min(
        1.0,
        2 * _chi_square_tail(whole, len(rows_by_level) - 1),
        2 * len(rows_by_level) * _chi_square_tail(most, 1),
    )


def _build_shift(
    measure: Measure,
    name: str,
    numbers: Sequence[float],
    scores: Scores,
    rows_by_level: Mapping[str, Sequence[int]],
    chance: float,
) -> Shift | None:
    """Return the shift of the level that differs most from the control, None for no shift."""
    others = [
        level
        for level, part in rows_by_level.items()
        if level and len(part) >= _MIN_TRIALS_OF_LEVEL
    ]
    if "" not in rows_by_level or not others:
        return None
    means = {level: float(scores[list(part)].mean()) for level, part in rows_by_level.items()}
    level = max(
        others,
        key=lambda one: (abs(means[one] - means[""]) * math.sqrt(len(rows_by_level[one])), one),
    )
    above = means[level] > means[""]
    threshold = 0.5
    if measure.nature not in ("category", "presence"):
        low, high = (median(numbers[index] for index in rows_by_level[one]) for one in ("", level))
        threshold = (low + high) / 2
        brief = measure.nature == "seconds" and abs(high - low) < _MIN_SECONDS
        if brief or low == high or (high > low) != above:
            return None
    return Shift(measure, Setting(name, level), above, threshold, chance)


def _rank_values(values: Sequence[float]) -> Scores:
    """Return the ranks, with the mean rank for equal values."""
    array = np.asarray(values)
    _, inverse, counts = np.unique(array, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]


def _chi_square_tail(statistic: float, freedom: int) -> float:
    """Return the upper tail of a chi-square, by the normal approximation of its cube root."""
    if statistic <= 0:
        return 1.0
    part = 2 / (9 * freedom)
    z = ((statistic / freedom) ** (1 / 3) - (1 - part)) / math.sqrt(part)
    return 0.5 * math.erfc(z / math.sqrt(2))


def stratified_fisher_p(rounds: Iterable[tuple[Sequence[int], Sequence[int]]]) -> float:
    """Return the p-value of at least so many marks on the second sides.

    Fisher's exact test, one-sided, stratified by round, because other conditions of the machine
    may change between rounds: the counts of all rounds are added (Cochran, 1954; Mantel and
    Haenszel, 1959), and their exact distributions are convolved.  The result is not yet corrected
    for ``MAX_LOOKS`` looks.
    """
    chances = {0: 1.0}
    seen = 0
    for before, after in rounds:
        left, right, marks = len(before), len(after), sum(before) + sum(after)
        seen += sum(after)
        ways = math.comb(left + right, marks)
        here = {
            number: math.comb(right, number) * math.comb(left, marks - number) / ways
            for number in range(max(0, marks - left), min(marks, right) + 1)
        }
        following: dict[int, float] = defaultdict(float)
        for (total, chance), (number, share) in product(chances.items(), here.items()):
            following[total + number] += chance * share
        chances = following
    return min(1.0, math.fsum(chance for total, chance in chances.items() if total >= seen))


def next_look_size(looks: int, p_value: float, p_adjusted: float, alpha: float) -> int:
    """Return how many more fresh trials per side the next look takes; 0 once it is decided.

    Args:
        looks: The looks so far.
        p_value: The p-value of the last look.
        p_adjusted: The same after correction.
        alpha: The error rate.
    """
    if looks >= MAX_LOOKS or p_adjusted <= alpha:
        return 0
    if looks and p_value > _FUTILITY_BOUNDS[looks - 1]:
        return 0
    return LOOK_SIZE
