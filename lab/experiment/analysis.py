"""All trials so far → what they say, and which trials would say more.

The analysis starts afresh from all trials each time, so it is a pure function: an audit
that was killed and resumed reaches the same conclusions.  The engine runs what is wanted
and asks again, until nothing is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.canaries import Canary, canary_columns
from lab.experiment.column import Group, NoisyPlace, grouped
from lab.experiment.columns import columns
from lab.experiment.inference import Combination, Trials, infer
from lab.experiment.permutation import holm, p_value
from lab.experiment.presumption import Level
from lab.observation.features import Features
from lab.observation.location import Location

__all__ = ["FRESH", "Analysis", "Effect", "Row", "analyse", "block_of", "is_replicate"]

FRESH = 1000
"""Replicates numbered from here were run to confirm, and are the only ones tested.

The first block of them has the numbers from here, the second those from twice here, ….
"""


class Row(msgspec.Struct, frozen=True):
    """One trial: its environment, its features, and whether it ran well enough to compare."""

    environment: Environment
    replicate: int
    features: Features
    broken: bool = False


class Effect(msgspec.Struct, frozen=True):
    """One group of columns, one cause of it, and the minimal pair that tests it.

    ``left`` and ``right`` are combinations of levels against the control that differ in
    ``factor``.  ``disturbing`` are the levels that do something to these columns in another
    way: only trials without them test this effect.  ``replicates`` is the smaller number of
    fresh trials of the two sides, in the one ``block`` of trials that has the most of both.
    """

    group: Group
    cause: tuple[str, ...]
    combinations: tuple[Combination, ...]
    left: Combination
    right: Combination
    factor: str
    disturbing: frozenset[Level]
    p_value: float
    p_adjusted: float
    replicates: int
    block: int = -1


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
    designed: Collection[Environment] | None = None,
    settled: Collection[Location] = (),
) -> Analysis:
    """Causes of everything that varies.  The first row must be a trial of the control.

    ``hypotheses`` is how many were ever put to the test, if that is more than are left:
    the correction for many tests counts them all.  ``canaries`` are looked for in places
    that cannot be compared exactly.  ``designed`` are the environments that were planned
    before anything was known, None for all.  Of places that are ``settled`` nothing more is
    wanted.
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
    trials = Trials(control, environments, designed)
    fresh = [index for index, row in enumerate(rows) if row.replicate >= FRESH]

    effects: list[Effect] = []
    wanted: dict[Combination, None] = {}
    unexplained = []
    open_pairs: list[tuple[Group, tuple[str, ...], tuple[Combination, ...]]] = []
    active: list[frozenset[Level]] = []
    for group in grouped(found):
        inference = infer(trials, group, seed)
        if not all(column.location in settled for column in group.columns):
            wanted.update(dict.fromkeys(inference.wanted))
        if inference.unexplained:
            unexplained.append(group)
        open_pairs += [(group, h.cause, h.combinations) for h in inference.hypotheses]
        active += [inference.active] * len(inference.hypotheses)

    made_up = frozenset((canary.factor, canary.level) for canary in canaries)
    chosen = _representatives(open_pairs, Counter(trials.rows[index] for index in fresh), made_up)
    for (group, cause, shown), right, levels in zip(open_pairs, chosen, active, strict=True):
        left, factor = _left(right, cause, group, trials, routes)
        disturbing = levels - right
        sides: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for row in fresh:
            if group.codes[row] < 0:
                continue
            for number, side in enumerate((left, right)):
                if is_replicate(trials.rows[row], side, cause, disturbing):
                    sides[block_of(rows[row].replicate)][number].append(group.codes[row])
        # Of one block alone, because what changed between two would pass for an effect.
        block = max(sides, key=lambda number: (min(map(len, sides[number])), -number), default=-1)
        before, after = sides[block]
        p = p_value(before, after)
        replicates = min(len(before), len(after))
        effects.append(
            Effect(group, cause, shown, left, right, factor, disturbing, p, 1.0, replicates, block)
        )
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


def block_of(replicate: int) -> int:
    """The block of fresh trials that a replicate belongs to; -1 for any other trial."""
    return replicate // FRESH - 1


def is_replicate(
    trial: Combination, side: Combination, cause: Sequence[str], disturbing: frozenset[Level]
) -> bool:
    """Whether a trial with these levels is one of this side of an effect's minimal pair.

    It has the side's levels in the factors of the cause, and whatever does nothing to these
    columns in the others.
    """
    if not side <= trial or not trial.isdisjoint(disturbing):
        return False
    return all(level in side for level in trial if level[0] in cause)


def _representatives(
    hypotheses: Sequence[tuple[Group, tuple[str, ...], tuple[Combination, ...]]],
    fresh: Mapping[Combination, int],
    made_up: frozenset[Level],
) -> list[Combination]:
    """For each hypothesis the combination to confirm, as few different ones as possible.

    Greedy set cover over all hypotheses of the same cause; what was already run comes first,
    then what has no ``made_up`` level, because somebody will read it.
    """
    members: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, (_, cause, _) in enumerate(hypotheses):
        members[cause].append(index)
    chosen: dict[int, Combination] = {}
    for indices in members.values():
        left = set(indices)
        while left:
            votes = Counter(c for index in left for c in hypotheses[index][2])
            best = max(
                votes, key=lambda c: (fresh.get(c, 0), c.isdisjoint(made_up), votes[c], sorted(c))
            )
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
