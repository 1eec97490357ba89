"""Coverage: which combinations of levels really ran, counted over the trials that count.

Nothing that was planned is taken for granted.  A trial counts if the client ran in it as usual.
Each combination that no such trial has is given a reason; those that planned trials should have
had are tried again, in further rows of the covering array.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice

from lab.environment import Environment
from lab.experiment.design.array_rows import build_rows
from lab.experiment.design.combination_space import CombinationSpace, Masks, count_marked
from lab.experiment.trials.contrasts import Setting
from lab.experiment.trials.row import Row
from lab.findings.report import Coverage, MissingCombination

__all__ = ["MAX_NAMED", "count_coverage", "plan_completion"]

MAX_NAMED = 50
"""Combinations that did not run and that a report names; all are counted by their reason."""
_MAX_ATTEMPTS = 2
"""A combination, or a level, is not tried again if so many trials with it failed and none ran."""

FAILED = "the client did not run as usual in any trial with it"
LIMIT = "a limit on trials or time left its trial out"
ALONE = "one of its levels was tried alone only"
LATER = "one of its levels was found after the array was planned"
ROOM = "an array of all combinations would have too many trials"


def count_coverage(
    space: CombinationSpace,
    rows: Sequence[Row],
    *,
    designed: Collection[Environment],
    left_out: Collection[Environment] = (),
    single_only: Collection[Setting] = (),
) -> Coverage:
    """Count the combinations that ran, and give a reason for each that did not.

    Args:
        space: The combinations of the levels of an audit.
        rows: All trials that are compared.
        designed: The environments that were planned before anything was known.
        left_out: The environments of planned trials that a limit left out.
        single_only: Settings that are tried alone and not combined with others.
    """
    admissible = space.mark_admissible()
    missing = _mark_missing(space, rows)
    planned = {item for environment in designed for item in environment.levels}
    later = {
        Setting(name, level)
        for name, values in space.levels.items()
        for level in values
        if (name, level) not in planned
    }
    reasons = (
        (FAILED, space.mark_covered(row.environment for row in rows if row.broken)),
        (LIMIT, space.mark_covered(left_out)),
        (ALONE, space.mark_settings(single_only)),
        (LATER, space.mark_settings(later)),
        (ROOM, {names: mask | True for names, mask in missing.items()}),
    )
    counts: dict[str, int] = {}
    named: list[MissingCombination] = []
    left = missing
    for why, mask in reasons:
        here = {names: left[names] & mask[names] for names in left}
        left = {names: left[names] & ~mask[names] for names in left}
        if count := count_marked(here):
            counts[why] = count
            room = MAX_NAMED - len(named)
            named += (
                MissingCombination(levels, why) for levels in islice(space.list_marked(here), room)
            )
    total = count_marked(admissible)
    return Coverage(
        strength=space.size,
        admissible=total,
        run=total - sum(counts.values()),
        missing=tuple(named),
        reasons=counts,
        excluded=sum(mask.size for mask in admissible.values()) - total,
    )


def _mark_missing(space: CombinationSpace, rows: Sequence[Row]) -> Masks:
    """The combinations that a host can have and no trial that counts has."""
    admissible = space.mark_admissible()
    ran = space.mark_covered(row.environment for row in rows if not row.broken)
    return {names: mask & ~ran[names] for names, mask in admissible.items()}


def plan_completion(
    space: CombinationSpace,
    rows: Sequence[Row],
    designed: Collection[Environment],
    *,
    seed: str,
) -> list[Environment]:
    """Environments with the combinations that planned trials had and no trial that counts has.

    Combinations of levels that fail again and again are given up.

    Args:
        space: The combinations of the levels of an audit.
        rows: All trials that are compared.
        designed: The environments that were planned before anything was known.
        seed: Decides between environments that would serve equally well.
    """
    planned = space.mark_covered(designed)
    hopeless = _list_hopeless(space, rows)
    # Where a level always fails, nothing is known about what else was in those trials.
    attempts = space.count_covered(
        row.environment
        for row in rows
        if row.broken and not any(row.environment[name] == level for name, level in hopeless)
    )
    wanted = {
        names: mask & planned[names] & (attempts[names] < _MAX_ATTEMPTS)
        for names, mask in _mark_missing(space, rows).items()
    }
    return [Environment.of(row) for row in build_rows(space, wanted, seed=seed, avoid=hopeless)]


def _list_hopeless(space: CombinationSpace, rows: Sequence[Row]) -> list[Setting]:
    """The settings, without controls, that every trial failed with."""
    tried: dict[Setting, list[bool]] = {}
    for row in rows:
        for item in row.environment.levels:
            tried.setdefault(Setting(*item), []).append(row.broken)
    return [
        item
        for item, broken in tried.items()
        if len(broken) >= _MAX_ATTEMPTS
        and all(broken)
        and item.level != space.levels[item.factor][0]
    ]
