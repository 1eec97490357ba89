"""The order of names, compared pair by pair.

Lists of names are compared by which of two names comes first, among the trials in which both
occur.  A name that comes and goes, or that another name replaces, is a feature of its own; it
neither hides the order of the others nor looks like a change of it.  The second occurrence of a
name is a name of its own.

Pairs with the same pattern over the trials are one column, whose values list the names of these
pairs.  Where some pairs are in random order, others agree by chance in a few replicates, so more
replicates are required of them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from lab.experiment.trials.replicates import Replicates

__all__ = ["MAX_NAMES", "OrderComparison", "compare_orders"]

MAX_NAMES = 64
"""Names whose order is compared, the most frequent ones."""
_MAX_COLUMNS = 16
_MAX_OCCURRENCES = 4
"""Occurrences of one name in one list that are compared."""
_MIN_REPETITIONS = 2
"""How often a pair must occur again in replicates."""
_EXPECTED_FALSE = 0.05
"""Pairs in random order that agree by chance."""
_MAX_TRIED = 16
_FIRST_FIRST, _SECOND_FIRST = 1, 2
_SWAPPED = np.array([0, 2, 1, 3], np.int8)
"""The codes of a pair of names, with the names exchanged."""

_Name = tuple[str, int]
_List = tuple[_Name, ...]
_Pair = tuple[int, int]


class OrderComparison(msgspec.Struct, frozen=True):
    """The orders that differ between trials.

    Attributes:
        columns: The orders in which replicates agree: for each trial the names in their order, or
            None where the trial lacks one of them.
        is_noisy: Whether replicates differ in the order of other names.
        is_cut: Whether there are more names, or more orders, than are compared.
    """

    columns: tuple[tuple[str | None, ...], ...] = ()
    is_noisy: bool = False
    is_cut: bool = False


def compare_orders(
    values: Sequence[Iterable[Sequence[str]]], replicates: Replicates
) -> OrderComparison:
    """Compare the order of names.

    Args:
        values: The lists of names that each trial sent.
        replicates: Which trials are replicates.
    """
    lists = [tuple(dict.fromkeys(map(_number_occurrences, several))) for several in values]
    if len({here for here in lists if here}) < 2:
        return OrderComparison()
    frequent = Counter(
        name for here in lists for name in dict.fromkeys(name for one in here for name in one)
    )
    recurring = [name for name, count in frequent.items() if count > 1]
    names = sorted(recurring, key=lambda name: -frequent[name])[:MAX_NAMES]
    patterns = _find_patterns(lists, names)
    agreed, noisy = [], False
    required = _MIN_REPETITIONS
    for codes in patterns:
        if not replicates.agree(codes):
            noisy = True
            required = max(required, math.ceil(math.log2(len(patterns) / _EXPECTED_FALSE)))
        else:
            agreed.append(codes)
    kept: list[Sequence[int | None]] = []
    for codes in sorted(agreed, key=lambda one: one.count(None)):
        if any(_determines(other, codes) for other in kept):
            continue
        if _count_repetitions(codes, replicates) < required:
            noisy = True
        else:
            kept.append(codes)
    columns = tuple(
        _list_orders(codes, patterns[codes], lists, names) for codes in agreed if codes in kept
    )
    is_cut = len(recurring) > len(names) or len(columns) > _MAX_COLUMNS
    return OrderComparison(columns[:_MAX_COLUMNS], noisy, is_cut)


def _number_occurrences(names: Sequence[str]) -> _List:
    """Return the names with the number of times that each occurred before."""
    if len(set(names)) == len(names):
        return tuple((name, 0) for name in names)
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        if seen[name] < _MAX_OCCURRENCES:
            numbered.append((name, seen[name]))
        seen[name] += 1
    return tuple(numbered)


def _find_patterns(
    lists: Sequence[tuple[_List, ...]], names: Sequence[_Name]
) -> dict[tuple[int | None, ...], list[_Pair]]:
    """Return the pairs of names whose order differs between trials, by their pattern.

    A pattern has 1 for the order of the first trial that has both names, 2 for the other, 3 where
    a list has one order and another list the other, None where no list has both names.
    """
    known: dict[tuple[_List, ...], NDArray[np.int8]] = {}
    for here in lists:
        if here not in known:
            known[here] = np.zeros((len(names), len(names)), np.int8)
            for one in here:
                known[here] |= _relate(one, names)
    codes = np.stack([known[here] for here in lists])
    first, second = np.triu_indices(len(names), 1)
    codes = codes[:, first, second]
    seen = [np.any(codes == code, axis=0).astype(np.int8) for code in (1, 2, 3)]
    varied = np.flatnonzero(sum(seen) > 1)
    patterns: dict[tuple[int | None, ...], list[_Pair]] = defaultdict(list)
    for pair in varied:
        known_codes = codes[:, pair]
        if known_codes[np.flatnonzero(known_codes)[0]] == _SECOND_FIRST:
            known_codes = _SWAPPED[known_codes]
        pattern = tuple(int(code) or None for code in known_codes)
        patterns[pattern].append((int(first[pair]), int(second[pair])))
    return patterns


def _relate(one: _List, names: Sequence[_Name]) -> NDArray[np.int8]:
    places = {name: place for place, name in enumerate(one)}
    found = np.array([places.get(name, -1) for name in names])
    here = (found[:, None] >= 0) & (found[None, :] >= 0)
    before = found[:, None] < found[None, :]
    return np.where(here, np.where(before, _FIRST_FIRST, _SECOND_FIRST), 0).astype(np.int8)


def _determines(codes: Sequence[int | None], others: Sequence[int | None]) -> bool:
    """Whether one pattern is known wherever the other is, and determines the other."""
    decided: dict[int | None, int | None] = {}
    return all(
        code is not None and decided.setdefault(code, other) == other
        for code, other in zip(codes, others, strict=True)
        if other is not None
    )


def _count_repetitions(codes: Sequence[int | None], replicates: Replicates) -> int:
    counts = (sum(codes[row] is not None for row in members) for members in replicates.sets)
    return sum(count - 1 for count in counts if count)


def _list_orders(
    codes: Sequence[int | None],
    pairs: Sequence[_Pair],
    lists: Sequence[tuple[_List, ...]],
    names: Sequence[_Name],
) -> tuple[str | None, ...]:
    """Return the names of the pairs in the order of each trial.

    Names whose order among each other varies are left out, so that trials with the same code have
    the same text.
    """
    rows = [row for row, code in enumerate(codes) if code is not None]

    def list_chosen(chosen: frozenset[_Name]) -> dict[int, str]:
        texts = {here: _write_order(here, chosen) for here in {lists[row] for row in rows}}
        return {row: texts[lists[row]] for row in rows}

    def is_consistent(chosen: frozenset[_Name]) -> bool:
        written = list_chosen(chosen)
        return _determines([codes[row] for row in rows], [hash(written[row]) for row in rows])

    chosen = frozenset(names[index] for pair in pairs for index in pair)
    if not is_consistent(chosen):
        chosen = _choose_names(pairs, names, is_consistent)
    written = list_chosen(chosen)
    return tuple(written.get(row) for row in range(len(codes)))


def _choose_names(
    pairs: Sequence[_Pair],
    names: Sequence[_Name],
    is_consistent: Callable[[frozenset[_Name]], bool],
) -> frozenset[_Name]:
    """Return the names of the first pair, and others as long as the order is consistent."""
    chosen = frozenset(names[index] for index in pairs[0])
    others = dict.fromkeys(names[index] for pair in pairs for index in pair)
    for name in [name for name in others if name not in chosen][:_MAX_TRIED]:
        if is_consistent(chosen | {name}):
            chosen |= {name}
    return chosen


def _write_order(lists: Iterable[_List], chosen: frozenset[_Name]) -> str:
    kept = ([name for name, number in one if (name, number) in chosen] for one in lists)
    return "\n".join(sorted({" ".join(names) for names in kept if len(names) > 1}))
