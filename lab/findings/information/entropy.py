"""Bits: how much a server learns about the environment, from one signal and from all of them.

What a server learns is the mutual information (Shannon, 1948) between the environment ``E`` and
the value ``V`` that it sees: ``I(E; V) = H(V) - H(V | E)``. A confirmed value follows from the
environment, so ``H(V | E)`` is zero and what is left is the entropy of the value, ``H(V) = -Σ
p(v) log2 p(v)``, where ``p(v)`` adds up the probabilities of all environments that send ``v``.
Where trials of one environment dissent, the majority counts, so that the result is an upper
bound. The probabilities are those of :mod:`lab.findings.information.population`.

A combination of levels that was not tried counts as the closest one that was: the one with the
fewest levels replaced by the control; of several, one that does not send what the control sends.

Where a value is random, and the environment only changes its rate, ``H(V | E)`` is not zero: the
table has the share of each level, and both entropies are computed from the shares.

All signals together reveal ``H(V1, …, Vn)``, which is less than the sum where signals follow
from the same factors: two copies of the time zone reveal no more than one.  Signals that share
no factor, directly or through others, are independent, so each such component is counted by
itself, over all combinations of its factors' levels, and the components are added.  Levels
that no signal of a component distinguishes are counted as one.  A component with more
combinations than :data:`MAX_COMBINATIONS` gets the smaller of two upper bounds: the sum over
its signals, and the entropy of its factors.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

import msgspec

from lab.findings.information.population import Population
from lab.findings.report import Signal, TableRow

__all__ = ["MAX_COMBINATIONS", "TotalBits", "compute_bits", "compute_joint_bits"]

MAX_COMBINATIONS = 10**6
"""The most combinations of levels over which a joint distribution is summed."""

_Levels = tuple[str, ...]


class TotalBits(msgspec.Struct, frozen=True):
    """What all signals together reveal; an upper bound where it is not ``exact``."""

    bits: float
    exact: bool


class _Value(msgspec.Struct, frozen=True):
    """What a server receives at one location: a function of the levels of the cause."""

    cause: tuple[str, ...]
    seen: Mapping[_Levels, Hashable]


def compute_bits(signal: Signal, population: Population) -> float:
    """What one signal reveals, with all its locations."""
    return compute_joint_bits([signal], population).bits


def compute_joint_bits(signals: Iterable[Signal], population: Population) -> TotalBits:
    """What several signals reveal together; rates are added, which gives an upper bound."""
    every = list(signals)
    rated = [signal for signal in every if any(row.share is not None for row in signal.table)]
    total = math.fsum(_compute_rate_bits(signal, population) for signal in rated)
    exact = not rated or len(every) == 1
    for values in _split_components(
        [
            value
            for signal in every
            if signal not in rated
            for value in _list_values(signal, population)
        ]
    ):
        found = _compute_component_bits(values, population)
        total += found.bits
        exact = exact and found.exact
    return TotalBits(total, exact)


def _compute_rate_bits(signal: Signal, population: Population) -> float:
    """What is learnt from an event that occurs at a different rate under each level."""
    (name,) = signal.cause
    weights = population.levels(name)
    shares = [
        (weights[row.levels[name]], row.share)
        for row in signal.table
        if row.share is not None and row.levels[name] in weights
    ]
    whole = math.fsum(weight for weight, _ in shares)
    if not whole:
        return 0.0
    mean = math.fsum(weight * share for weight, share in shares) / whole
    left = math.fsum(weight * _entropy((share, 1 - share)) for weight, share in shares) / whole
    return max(0.0, _entropy((mean, 1 - mean)) - left)


def _list_values(signal: Signal, population: Population) -> Iterator[_Value]:
    for table in (signal.table, *(place.table for place in signal.beside)):
        yield _Value(signal.cause, _complete_table(table, signal.cause, population))


def _complete_table(
    table: Sequence[TableRow], cause: tuple[str, ...], population: Population
) -> Mapping[_Levels, Hashable]:
    """The table with every combination of levels, if there are not too many."""
    tried = {tuple(row.levels[name] for name in cause): row.value for row in table}
    if math.prod(len(population.levels(name)) for name in cause) > MAX_COMBINATIONS or not tried:
        return tried
    control = tuple(map(population.control, cause))
    return {
        levels: _closest_tried_value(levels, tried, control)
        for levels in product(*(population.levels(name) for name in cause))
    }


def _closest_tried_value(
    levels: _Levels, tried: Mapping[_Levels, str | None], control: _Levels
) -> str | None:
    places = range(len(levels))
    usual = tried.get(control)
    for size in range(len(levels) + 1):
        sets = combinations(places, size)
        near = [tuple(control[n] if n in back else levels[n] for n in places) for back in sets]
        values = [tried[one] for one in near if one in tried]
        if values:
            return next((value for value in values if value != usual), values[0])
    return next(iter(tried.values()))


def _split_components(values: Sequence[_Value]) -> list[list[_Value]]:
    """Groups of values that share factors, directly or through others."""
    found: list[tuple[set[str], list[_Value]]] = []
    for value in values:
        factors, members = set(value.cause), [value]
        apart = []
        for other in found:
            if factors.isdisjoint(other[0]):
                apart.append(other)
            else:
                factors |= other[0]
                members = other[1] + members
        found = [*apart, (factors, members)]
    return [members for _, members in found]


def _compute_component_bits(values: Sequence[_Value], population: Population) -> TotalBits:
    names = tuple(dict.fromkeys(name for value in values for name in value.cause))
    alike = {name: _merge_levels(name, values, population) for name in names}
    size = math.prod(map(len, alike.values()))
    sized = all(len(v.seen) >= _count_combinations(v, population) for v in values)
    if size > MAX_COMBINATIONS or not sized:
        most = sum(_entropy(population.levels(name).values()) for name in names)
        alone = (
            [_compute_component_bits([v], population).bits for v in values]
            if len(values) > 1
            else [most]
        )
        return TotalBits(min(most, sum(alone)), exact=False)
    read: list[tuple[Callable[[_Levels], _Levels], Mapping[_Levels, Hashable]]] = [
        (_make_selector([names.index(name) for name in value.cause]), value.seen)
        for value in values
    ]
    chances: dict[Hashable, float] = defaultdict(float)
    for classes in product(*(alike[name].items() for name in names)):
        levels = tuple(level for level, _ in classes)
        seen = tuple(table[pick(levels)] for pick, table in read)
        chances[seen] += math.prod(weight for _, weight in classes)
    return TotalBits(_entropy(chances.values()), exact=True)


def _count_combinations(value: _Value, population: Population) -> int:
    return math.prod(len(population.levels(name)) for name in value.cause)


def _merge_levels(
    name: str, values: Sequence[_Value], population: Population
) -> Mapping[str, float]:
    """One level for all that no value distinguishes, with their total probability."""
    rows: dict[str, list[Hashable]] = defaultdict(list)
    for number, value in enumerate(values):
        if name in value.cause:
            place = value.cause.index(name)
            for levels, seen in sorted(value.seen.items()):
                rest = levels[:place] + levels[place + 1 :]
                rows[levels[place]].append((number, rest, seen))
    classes: dict[Hashable, str] = {}
    weights: dict[str, float] = defaultdict(float)
    for level, weight in population.levels(name).items():
        weights[classes.setdefault(tuple(rows[level]), level)] += weight
    return weights


def _make_selector(places: Sequence[int]) -> Callable[[_Levels], _Levels]:
    return lambda levels: tuple(levels[place] for place in places)


def _entropy(chances: Iterable[float]) -> float:
    return max(0.0, -math.fsum(p * math.log2(p) for p in chances if p > 0))
