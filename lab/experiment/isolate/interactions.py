"""Effects that need several factors at once, read off trials in which many factors vary.

Where an effect shows whenever each of a few factors has one of certain levels, and never
otherwise, the trials that show it are a *region*: every one of them has such a level in each
of these factors, and no trial with such a level in each of them shows anything else.  So the
factors are searched for among those that all unusual trials have in common, the smallest
sets first; a set that any trial contradicts is no candidate.  (In the words of concept
learning: the version space of conjunctions with internal disjunction, bounded from below by
the positive and from above by the negative examples; Mitchell, 1982, and Michalski, 1983.)

In a covering array a region with a few unusual trials contains dozens of others, each of
which could contradict it, so little is left to chance.  It is still only presumed until
trials of it against the control's background have shown the effect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import msgspec

from lab.experiment.trials.contrasts import Setting

__all__ = ["Interaction", "find_interactions"]

_MIN_UNUSUAL = 3
"""Unusual trials, below which too many regions would do."""
_MAX_FACTORS = 3
_MAX_ALTERNATIVES = 3
"""So many regions that do equally well are told apart by trials of each."""


class Interaction(msgspec.Struct, frozen=True):
    """The levels of each factor that take part, and the combinations in which they were seen."""

    levels: Mapping[str, frozenset[str]]
    seen: tuple[frozenset[Setting], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The factors, sorted."""
        return tuple(sorted(self.levels))

    def holds(self, combination: Collection[Setting]) -> bool:
        """Whether these levels lie in it."""
        here = dict(combination)
        return all(here.get(name) in levels for name, levels in self.levels.items())

    def part(self, combination: Collection[Setting]) -> frozenset[Setting]:
        """Those of the levels that are of its factors."""
        return frozenset(level for level in combination if level.factor in self.levels)


def find_interactions(
    rows: Sequence[tuple[frozenset[Setting], int]], usual: int, active: Collection[Setting]
) -> tuple[Interaction, ...]:
    """The smallest regions, of two factors or more, that explain all that is unusual.

    ``rows`` are the trials' levels and codes, unknown ones left out; trials with an
    ``active`` level, which does something of its own, are not looked at.  None where one
    factor explains it all, or where there are too many candidates to tell apart.
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
    """Whether a trial in which nothing unusual was seen lies in the region."""
    return any(all(row.get(name) in those for name, those in levels.items()) for row in expected)


def _is_consistent(names: Sequence[str], unusual: Sequence[tuple[Mapping[str, str], int]]) -> bool:
    """Whether trials with the same levels of these factors show the same."""
    values: dict[tuple[str, ...], int] = {}
    return all(
        values.setdefault(tuple(row[name] for name in names), code) == code for row, code in unusual
    )
