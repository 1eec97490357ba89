"""All trials so far → what they say, and which trials would say more.

The analysis starts afresh from all trials each time, so it is a pure function: an audit
that was killed and resumed reaches the same conclusions.  The engine runs what is wanted
and asks again, until nothing is.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.canaries import Canary, canary_columns
from lab.experiment.column import Group, NoisyPlace, grouped
from lab.experiment.columns import columns
from lab.experiment.inference import Combination, Trials, infer
from lab.experiment.permutation import holm, p_value
from lab.observation.features import Features

__all__ = ["FRESH", "Analysis", "Effect", "Row", "analyse", "pairs_to_confirm"]

FRESH = 1000
"""Replicates numbered from here were run to confirm, and are the only ones tested."""


_MOST_FRESH = 24


class Row(msgspec.Struct, frozen=True):
    """One trial: its environment, its features, and whether it ran well enough to compare."""

    environment: Environment
    replicate: int
    features: Features
    broken: bool = False


class Effect(msgspec.Struct, frozen=True):
    """One group of columns, one cause of it, and the minimal pair that tests it.

    ``left`` and ``right`` are combinations of levels against the control that differ in
    ``factor``.  ``replicates`` is the smaller number of fresh trials of the two sides.
    """

    group: Group
    cause: tuple[str, ...]
    combinations: tuple[Combination, ...]
    left: Combination
    right: Combination
    factor: str
    p_value: float
    p_adjusted: float
    replicates: int


class Analysis(msgspec.Struct, frozen=True):
    """What the trials so far say."""

    effects: tuple[Effect, ...]
    noise: tuple[NoisyPlace, ...]
    wanted: tuple[Combination, ...]
    unexplained: tuple[Group, ...]


def analyse(
    rows: Sequence[Row],
    control: Environment,
    *,
    routes: frozenset[str],
    seed: int,
    hypotheses: int = 0,
    canaries: Sequence[Canary] = (),
) -> Analysis:
    """Causes of everything that varies.  The first row must be a trial of the control.

    ``hypotheses`` is how many were ever put to the test, if that is more than are left:
    the correction for many tests counts them all.  ``canaries`` are looked for in places
    that cannot be compared exactly.
    """
    environments = [row.environment for row in rows]
    numbers: dict[Environment, int] = {}
    groups = [numbers.setdefault(environment, len(numbers)) for environment in environments]
    broken = frozenset(index for index, row in enumerate(rows) if row.broken)
    found, noise = columns([row.features for row in rows], groups, broken)
    found += canary_columns(
        [{} if row.broken else row.features for row in rows],
        [environment.mapping for environment in environments],
        sorted({item.location for item in noise}, key=str),
        canaries,
    )
    trials = Trials(control, environments)
    fresh = _fresh(rows, trials)

    effects: list[Effect] = []
    wanted: dict[Combination, None] = {}
    unexplained = []
    open_pairs: list[tuple[Group, tuple[str, ...], tuple[Combination, ...]]] = []
    for group in grouped(found):
        inference = infer(trials, group, seed)
        wanted.update(dict.fromkeys(inference.wanted))
        if inference.unexplained:
            unexplained.append(group)
        open_pairs += [(group, h.cause, h.combinations) for h in inference.hypotheses]

    chosen = _representatives(open_pairs, fresh)
    for (group, cause, shown), right in zip(open_pairs, chosen, strict=True):
        left, factor = _left(right, cause, group, trials, routes)
        before, after = (
            [group.codes[row] for row in fresh.get(side, ()) if group.codes[row] >= 0]
            for side in (left, right)
        )
        p = p_value(before, after)
        replicates = min(len(before), len(after))
        effects.append(Effect(group, cause, shown, left, right, factor, p, 1.0, replicates))
    adjusted = holm([effect.p_value for effect in effects], hypotheses)
    return Analysis(
        tuple(
            msgspec.structs.replace(effect, p_adjusted=p)
            for effect, p in zip(effects, adjusted, strict=True)
        ),
        tuple(dict.fromkeys(noise)),
        tuple(wanted),
        tuple(unexplained),
    )


def pairs_to_confirm(
    effects: Iterable[Effect],
    replicates: int,
    room: int | None = None,
    *,
    scaled: bool = True,
    done: Mapping[Combination, int] | None = None,
) -> dict[Combination, int]:
    """How many fresh replicates of which combinations test these effects.

    For an interaction these include the single levels, so that the claim that neither
    suffices alone stands on fresh trials too.  A feature that occurs only in some trials
    is tested only by those, and so needs more of them, if ``scaled``.  Where there is
    ``room`` for only so many trials, the effects that most levels show come first and the
    rest are left out: a few that are decided are worth more than many that are not.  ``done`` says
    how many fresh replicates there are already.
    """
    wanted: dict[Combination, int] = {}
    ran = done or {}
    for effect in sorted(effects, key=_prospects):
        sides = [effect.left, effect.right]
        if len(effect.right) > 1:
            sides += [effect.right - {level} for level in effect.right]
        known = sum(code >= 0 for code in effect.group.codes) / len(effect.group.codes)
        scale = (1.5 - known / 2) / max(known, 0.01) if scaled else 1.0
        count = min(_MOST_FRESH, math.ceil(replicates * scale))
        added = {side: max(wanted.get(side, 0), count) for side in sides}
        missing = {side: n - ran.get(side, 0) for side, n in {**wanted, **added}.items()}
        if room is None or sum(n for n in missing.values() if n > 0) <= room:
            wanted.update(added)
    return wanted


def _prospects(effect: Effect) -> tuple[object, ...]:
    """Effects that chance is least likely to have made come first."""
    return len(effect.cause), -len(effect.combinations), -len(effect.group.columns), effect.cause


def _fresh(rows: Sequence[Row], trials: Trials) -> Mapping[Combination, list[int]]:
    found: dict[Combination, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.replicate >= FRESH:
            found[trials.rows[index]].append(index)
    return found


def _representatives(
    hypotheses: Sequence[tuple[Group, tuple[str, ...], tuple[Combination, ...]]],
    fresh: Mapping[Combination, Sequence[int]],
) -> list[Combination]:
    """For each hypothesis the combination to confirm, as few different ones as possible.

    Greedy set cover over all hypotheses of the same cause; what was already run comes first.
    """
    members: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, (_, cause, _) in enumerate(hypotheses):
        members[cause].append(index)
    chosen: dict[int, Combination] = {}
    for indices in members.values():
        left = set(indices)
        while left:
            votes = Counter(c for index in left for c in hypotheses[index][2])
            best = max(votes, key=lambda c: (len(fresh.get(c, ())), votes[c], sorted(c)))
            covered = {index for index in left if best in hypotheses[index][2]}
            chosen.update(dict.fromkeys(covered, best))
            left -= covered
    return [chosen[index] for index in range(len(hypotheses))]


def _left(
    right: Combination,
    cause: tuple[str, ...],
    group: Group,
    trials: Trials,
    routes: frozenset[str],
) -> tuple[Combination, str]:
    """The other side of the minimal pair: one level of the cause taken back to the control.

    Preferred is a factor without an effect of its own here, and one that is not about
    routing, because that makes the plainer pair.
    """

    def alone(factor: str) -> bool:
        level = frozenset(item for item in right if item[0] == factor)
        rows = trials.by_combination.get(level, ())
        usual = trials.by_combination.get(frozenset(), ())
        seen = {group.codes[row] for row in rows}
        return not seen <= {group.codes[row] for row in usual}

    factor = min(cause, key=lambda name: (alone(name), name in routes, name))
    return frozenset(item for item in right if item[0] != factor), factor
