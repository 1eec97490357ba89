"""Effects that need several factors at once, inferred from trials in which many factors vary.

An *interaction* is a set of levels for each of a few factors, such that every trial with one of
these levels in each factor shows the effect, and no other trial does.  The factors are searched
for among those that all unusual trials have in common, the smallest sets first; a set that any
trial contradicts is no candidate.  (In terms of concept learning: the version space of
conjunctions with internal disjunction, bounded from below by the positive and from above by the
negative examples; Mitchell, 1982, and Michalski, 1983.)

In a covering array an interaction with a few unusual trials contains dozens of other trials, each
of which could contradict it, so it seldom fits by chance.  It is a hypothesis until trials of its
levels alone have shown the effect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import msgspec

from lab.experiment.trials.contrasts import Setting

__all__ = ["Interaction", "find_interactions"]

_MIN_UNUSUAL = 3
"""With fewer unusual trials, too many interactions would fit."""
_MAX_FACTORS = 3
_MAX_ALTERNATIVES = 3
"""So many interactions that fit equally well are distinguished by trials of each."""


class Interaction(msgspec.Struct, frozen=True):
    """A set of levels for each of several factors.

    Attributes:
        levels: The levels that take part, by factor.
        observed: The combinations of them that trials had.
    """

    levels: Mapping[str, frozenset[str]]
    observed: tuple[frozenset[Setting], ...]

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors, sorted."""
        return tuple(sorted(self.levels))

    def contains(self, combination: Collection[Setting]) -> bool:
        """Whether these settings have a level of the interaction in each of its factors."""
        here = dict(combination)
        return all(here.get(name) in levels for name, levels in self.levels.items())


def find_interactions(
    rows: Sequence[tuple[frozenset[Setting], int]], usual: int, active: Collection[Setting]
) -> tuple[Interaction, ...]:
    """The smallest interactions of two factors or more that explain all unusual values.

    Args:
        rows: The changes and the code of each trial whose value is known.
        usual: The code of the usual value.
        active: Settings with an effect by themselves; trials that have one are ignored.

    Returns:
        The interactions of the smallest size that fit; none where one factor explains
        everything, or where too many fit to be distinguished.
    """
    quiet = [(row, code) for row, code in rows if row.isdisjoint(active)]
    unusual = [(dict(row), code) for row, code in quiet if code != usual]
    if len(unusual) < _MIN_UNUSUAL:
        return ()
    common = set.intersection(*({*row} for row, _ in unusual))
    expected = [dict(row) for row, code in quiet if code == usual]
    for size in range(1, _MAX_FACTORS + 1):
        found = []
        for names in combinations(sorted(common), size):
            levels = {name: frozenset(row[name] for row, _ in unusual) for name in names}
            if not _is_contradicted(levels, expected) and _is_consistent(names, unusual):
                seen = (frozenset(Setting(name, row[name]) for name in names) for row, _ in unusual)
                found.append(Interaction(levels, tuple(dict.fromkeys(seen))))
        if found:
            return tuple(found) if size > 1 and len(found) <= _MAX_ALTERNATIVES else ()
    return ()


def _is_contradicted(
    levels: Mapping[str, frozenset[str]], expected: Sequence[Mapping[str, str]]
) -> bool:
    """Whether a trial with the usual value has one of the levels in each factor."""
    return any(all(row.get(name) in those for name, those in levels.items()) for row in expected)


def _is_consistent(names: Sequence[str], unusual: Sequence[tuple[Mapping[str, str], int]]) -> bool:
    """Whether trials with the same levels of these factors have the same value."""
    values: dict[tuple[str, ...], int] = {}
    return all(
        values.setdefault(tuple(row[name] for name in names), code) == code for row, code in unusual
    )
