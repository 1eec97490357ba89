"""Tests hypotheses: causes and confirming trials in, effects with p-values out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import msgspec

from lab.experiment.columns.column import Column
from lab.experiment.confirm import distribution_shifts
from lab.experiment.confirm.additive import is_additive
from lab.experiment.confirm.distribution_shifts import stratified_fisher_p
from lab.experiment.confirm.effect import Effect, FreshTrial, split_rounds, split_sides
from lab.experiment.confirm.minimal_pairs import (
    OpenHypothesis,
    choose_left_side,
    choose_right_sides,
)
from lab.experiment.confirm.multiple_testing import LOOKS, adjust_p_values
from lab.experiment.confirm.permutation import permutation_p_value
from lab.experiment.confirm.suspected_shifts import find_shifts
from lab.experiment.isolate.cause_search import FoundCauses
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.row import Row

__all__ = ["evaluate_hypotheses"]

_SHIFT_FACTOR = distribution_shifts.MAX_LOOKS / distribution_shifts.WEIGHT
"""By what the p-value of a shift is multiplied, for its looks and its smaller weight."""


def evaluate_hypotheses(
    causes: FoundCauses,
    noise: Sequence[Column],
    rows: Sequence[Row],
    trials: TrialTable,
    *,
    canaries: Collection[Setting],
    routes: frozenset[str],
    tested: int,
) -> tuple[Effect, ...]:
    """Test every hypothesis with the confirming trials so far, and correct the p-values.

    Args:
        causes: The causes that trials suggest.
        noise: The columns in which replicates differ; their distributions are compared.
        rows: All trials so far; only those that confirm test anything.
        trials: The changes of each.
        canaries: The settings that are canaries, which a pair avoids.
        routes: The factors that change the route of the traffic.
        tested: The number of hypotheses that were ever tested, for the correction, if that is
            more than are left.

    Returns:
        The effects on values, then those on distributions.
    """
    confirming = [
        (index, trials.changes[index], row.trial)
        for index, row in enumerate(rows)
        if row.trial.is_confirmation
    ]
    effects = _test_values(causes, confirming, rows, trials, frozenset(canaries), routes)
    suspected = find_shifts(rows, trials, [*noise, *causes.without_cause], effects, routes)
    effects += [_test_shift(effect, confirming) for effect in suspected]
    corrected = [
        min(1.0, one.p_value * (LOOKS if one.shift is None else _SHIFT_FACTOR)) for one in effects
    ]
    return tuple(
        msgspec.structs.replace(effect, p_adjusted=p)
        for effect, p in zip(effects, adjust_p_values(corrected, tested), strict=True)
    )


def _test_values(
    causes: FoundCauses,
    confirming: Sequence[FreshTrial],
    rows: Sequence[Row],
    trials: TrialTable,
    canaries: frozenset[Setting],
    routes: frozenset[str],
) -> list[Effect]:
    """The effects on values, each with its minimal pair and the test of it."""
    hypotheses = [
        OpenHypothesis(item.group, one.cause, one.combinations, item.inference.active)
        for item in causes.groups
        for one in item.inference.hypotheses
        if len(one.cause) < 2 or not is_additive(item.group, one.combinations, rows, trials)
    ]
    counts = Counter(changes for _, changes, _ in confirming)
    effects = []
    rights = choose_right_sides(hypotheses, counts, canaries)
    for hypothesis, right in zip(hypotheses, rights, strict=True):
        left, factor = choose_left_side(right, hypothesis, trials, routes)
        effect = Effect(
            hypothesis.group,
            hypothesis.cause,
            hypothesis.shown,
            left,
            right,
            factor,
            hypothesis.active - right,
        )
        ours, theirs, block = split_sides(effect, confirming)
        replicates = min(len(ours), len(theirs))
        effects.append(effect.with_test(permutation_p_value(ours, theirs), replicates, block=block))
    return effects


def _test_shift(effect: Effect, confirming: Sequence[FreshTrial]) -> Effect:
    """An effect on a distribution with the test of it."""
    rounds = split_rounds(effect, confirming)
    replicates = sum(min(len(ours), len(theirs)) for ours, theirs in rounds)
    return effect.with_test(stratified_fisher_p(rounds), replicates, looks=len(rounds))
