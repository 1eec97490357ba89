"""Chooses the minimal pair that tests each hypothesis."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from lab.experiment.columns.column import ColumnGroup
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable

__all__ = ["OpenHypothesis", "choose_left_side", "choose_right_sides"]


class OpenHypothesis(msgspec.Struct, frozen=True):
    """A group of columns and one cause of it, before a minimal pair is chosen.

    Attributes:
        group: The columns that the cause changes.
        cause: The factors of the cause, sorted.
        shown: The changes with which trials showed the effect.
        active: The settings that take part in any effect on these columns.
    """

    group: ColumnGroup
    cause: tuple[str, ...]
    shown: tuple[Changes, ...]
    active: frozenset[Setting]


def choose_right_sides(
    hypotheses: Sequence[OpenHypothesis],
    confirming: Mapping[Changes, int],
    canaries: frozenset[Setting],
) -> list[Changes]:
    """The changes with which each hypothesis is tested, as few different ones as possible.

    This is a greedy set cover over all hypotheses with the same cause.  Preferred are changes
    that confirming trials already have, then changes without a canary, because people read them.

    Args:
        hypotheses: What is to be tested.
        confirming: The number of confirming trials so far with each set of changes.
        canaries: The settings that are canaries.

    Returns:
        The changes for each hypothesis, in the same order.
    """
    members: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, hypothesis in enumerate(hypotheses):
        members[hypothesis.cause].append(index)
    chosen: dict[int, Changes] = {}
    for indices in members.values():
        left = set(indices)
        while left:
            votes = Counter(changes for index in left for changes in hypotheses[index].shown)
            best = max(
                votes,
                key=lambda changes: (
                    confirming.get(changes, 0),
                    changes.isdisjoint(canaries),
                    votes[changes],
                    sorted(changes),
                ),
            )
            covered = {index for index in left if best in hypotheses[index].shown}
            chosen.update(dict.fromkeys(covered, best))
            left -= covered
    return [chosen[index] for index in range(len(hypotheses))]


def choose_left_side(
    right: Changes, hypothesis: OpenHypothesis, trials: TrialTable, routes: frozenset[str]
) -> tuple[Changes, str]:
    """The other side of the pair: the right side with one factor back at its control.

    Preferred is a factor that has no effect by itself here, then one that does not change the
    route of the traffic, because that makes the plainer pair.

    Args:
        right: The changes of the right side.
        hypothesis: What the pair tests.
        trials: All trials so far.
        routes: The factors that change the route of the traffic.

    Returns:
        The changes of the left side, and the factor in which the two sides differ.
    """
    codes = hypothesis.group.codes

    def acts_alone(factor: str) -> bool:
        alone = frozenset(setting for setting in right if setting.factor == factor)
        seen = {codes[row] for row in trials.rows_by_changes.get(alone, ())}
        usual = {codes[row] for row in trials.rows_by_changes.get(frozenset(), ())}
        return not seen <= usual

    factor = min(hypothesis.cause, key=lambda name: (acts_alone(name), name in routes, name))
    return frozenset(setting for setting in right if setting.factor != factor), factor
