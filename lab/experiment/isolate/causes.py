"""Infers the causes of one group of columns, and the trials that distinguish explanations.

**What a cause is.**  A factor ``X`` has an effect in the context ``C`` (levels of some other
factors, everything else at its control) where changing only ``X`` changes the value.  The
cause is ``{X} ∪ C`` for the smallest such contexts.  A value that joins time zone and host name
has two causes of one factor each; a mark that appears only where a custom endpoint meets certain
zones has one cause of two factors.

**How it is inferred.**

1. *Single levels*: their effects are estimated from the covering array
   (:mod:`lab.experiment.isolate.main_effects`) and checked by trials of a few of them against the
   control, each alone or with levels that have no effect on the column.  What differs is an
   effect of one factor.
2. *Prediction*: a trial in which no factor, or exactly one, has an effect by itself on the
   column should show the control's value, or that factor's.  A trial that shows something
   else is a *deviation*: it suggests an interaction.
3. *Candidates*: a set of the deviation's levels can explain it unless some other trial has
   the same levels and shows the predicted value (a hitting-set argument, as in Reiter's
   theory of diagnosis, 1987).  Smaller sets come first.
4. *Decisive trials*: the candidate is run alone, everything else at its control; where there are
   many candidates, a trial keeps about half of the deviation's levels, chosen to split the
   candidates evenly (delta debugging, Zeller and Hildebrandt, 2002, with the answers shared
   between all columns).

A deviation that nothing explains yet is repeated first: one that does not reproduce is noise.  One
is repeated at a time, and one more for each that did reproduce, so that noise costs few trials
and real effects are not delayed; the trial is chosen so that it serves other columns too.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

import msgspec

from lab.experiment.columns.column import ColumnGroup
from lab.experiment.isolate.interactions import Interaction
from lab.experiment.isolate.level_effects import MAX_CHECKED_TOGETHER, MAX_REPLICATES, LevelEffects
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable

__all__ = ["CauseInference", "Hypothesis", "RepeatRequest", "infer_causes"]

_LARGEST_CAUSE = 3
_DEVIATIONS_A_ROUND = 6
_DEVIATIONS_UNPROVEN = 2
"""Deviations followed at a time in a column without a reproducible interaction so far."""
_MAX_REPEATS = 6
_FEW_CANDIDATES = 3
_MIN_PROOFS = 2
"""Trials of an interaction's levels alone that must show its effect before it is accepted."""


class Hypothesis(msgspec.Struct, frozen=True):
    """A cause, and the changes with which trials showed its effect.

    Attributes:
        cause: The factors, sorted.
        combinations: Changes against the control that showed the effect.
    """

    cause: tuple[str, ...]
    combinations: tuple[Changes, ...]


class RepeatRequest(msgspec.Struct, frozen=True):
    """Trials that no other trial reproduces yet, of which some are to be repeated.

    Attributes:
        trials: The changes of the trials.
        most: How many of them to repeat at most.
    """

    trials: tuple[Changes, ...]
    most: int


class CauseInference(msgspec.Struct, frozen=True):
    """What the trials so far show about one group of columns.

    Attributes:
        hypotheses: The causes, those with the fewest factors first.
        wanted: The changes of trials that would decide what is open.
        checks: The settings to try where nothing else acts on these columns.
        unexplained: The number of deviations that recurred and have no cause so far: no set of at
            most three factors explains them, or trials that would decide are still to run.
        active: The settings that take part in any effect on these columns.
        repeats: For each of these, some trials are to be repeated; it does not matter which.
    """

    hypotheses: tuple[Hypothesis, ...]
    wanted: tuple[Changes, ...]
    checks: tuple[Setting, ...] = ()
    unexplained: int = 0
    active: frozenset[Setting] = frozenset()
    repeats: tuple[RepeatRequest, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether further trials would decide anything."""
        return bool(self.wanted or self.checks or self.repeats)


def infer_causes(trials: TrialTable, group: ColumnGroup, seed: int) -> CauseInference:
    """Infer the causes of one group of columns from the trials so far.

    Args:
        trials: The changes of each trial.
        group: The columns, with one code per trial.
        seed: Decides between trials that would serve equally well.
    """
    column = LevelEffects(trials, group)
    if not column.is_repeated:
        return CauseInference((), tuple(column.choose_repeats()))
    doubtful = column.list_doubtful()
    wanted: list[Changes] = []
    deviating: list[Changes] = []
    proven = any(
        level in column.checked and frozenset({level}) not in doubtful for level in column.acting
    )
    causes: dict[tuple[str, ...], list[Changes]] = defaultdict(list)
    for level in column.acting:
        if level in column.checked and frozenset({level}) not in doubtful:
            causes[(level.factor,)].append(frozenset({level}))

    agreeing, deviations = _find_deviations(column)
    # The effects of single levels must be known before further interactions are searched.
    most = 0 if column.unchecked else _DEVIATIONS_A_ROUND
    most_unproven = min(most, _DEVIATIONS_UNPROVEN)
    support = Counter(
        pair for row in deviations for pair in combinations(sorted(trials.changes[row]), 2)
    )
    verified: dict[tuple[str, ...], list[Changes]] = defaultdict(list)
    for interaction in () if column.unchecked else column.interactions:
        shown = column.list_proofs(interaction)
        if sum(len(trials.rows_by_changes[one]) for one in shown) >= _MIN_PROOFS:
            verified[interaction.factors] += shown
        else:
            wanted += _choose_proofs(interaction, shown)
    unexplained = 0
    followed = 0
    for row in sorted(deviations, key=lambda row: (len(trials.changes[row]), row)):
        combination = trials.changes[row]
        if any(one.contains(combination) for one in column.interactions):
            continue
        if _is_explained(combination, verified):
            continue
        if len(combination) <= MAX_CHECKED_TOGETHER and (alone := column.list_untried(combination)):
            if not proven and len(trials.rows_by_changes[combination]) == 1:
                deviating.append(combination)
            elif followed < (most if proven else most_unproven):
                followed += 1
                wanted += alone
            continue
        candidates = _find_candidates(combination, agreeing)
        if not candidates:
            unexplained += len(trials.rows_by_changes[combination]) > 1
            continue
        if candidates == [combination]:
            names = _list_factors(combination)
            if names in verified or len(trials.rows_by_changes[combination]) > 1:
                verified[names].append(combination)
            else:
                deviating.append(combination)
            continue
        known = [c for c in candidates if _list_factors(c) in verified]
        if not known and len(trials.rows_by_changes[combination]) == 1:
            deviating.append(combination)
            continue
        if followed >= (most if verified else most_unproven):
            continue
        followed += 1
        candidates.sort(key=lambda c: (-_count_support(c, support), len(c), sorted(c)))
        if known:
            wanted.append(max(known, key=lambda c: (_count_support(c, support), sorted(c))))
        elif len(candidates) <= _FEW_CANDIDATES:
            wanted.append(candidates[0])
        else:
            wanted.append(_choose_split(combination, candidates, seed + row))
    for names, shown in verified.items():
        causes[names].extend(shown)
    hypotheses = tuple(
        Hypothesis(names, tuple(sorted(shown, key=sorted)))
        for names, shown in sorted(causes.items(), key=lambda item: (len(item[0]), item[0]))
    )
    if not hypotheses:
        # What recurred and is still open when the trials end is no negative result.
        unexplained += sum(
            len(trials.rows_by_changes[trials.changes[row]]) > 2 for row in deviations
        )
    useful = [c for c in wanted if len(trials.rows_by_changes.get(c, ())) < MAX_REPLICATES]
    together = {level for shown in verified.values() for one in shown for level in one}
    for interaction in column.interactions:
        if interaction.factors in verified:
            together |= {
                Setting(name, one) for name, those in interaction.levels.items() for one in those
            }
    active = frozenset(together.union(column.acting))
    repeated = [frozenset({level}) for level in column.acting]
    repeats = (
        _request_repeats(trials, doubtful, repeated),
        _request_repeats(
            trials, deviating if most else [], [trials.changes[row] for row in deviations]
        ),
    )
    return CauseInference(
        hypotheses,
        tuple(dict.fromkeys(useful)),
        column.unchecked,
        unexplained,
        active,
        tuple(doubt for doubt in repeats if doubt.trials),
    )


def _request_repeats(
    trials: TrialTable, deviating: Sequence[Changes], known: Sequence[Changes]
) -> RepeatRequest:
    """Request one repeat of deviating trials, and one more for each known one that reproduced.

    Replicates agree in a column, so a deviation that ran more than once has reproduced.
    """
    reproduced = sum(len(trials.rows_by_changes.get(one, ())) > 1 for one in known)
    return RepeatRequest(tuple(dict.fromkeys(deviating)), min(1 + reproduced, _MAX_REPEATS))


def _choose_proofs(interaction: Interaction, shown: Sequence[Changes]) -> list[Changes]:
    """Changes of an interaction to try alone, with as few levels in common as possible."""
    chosen = list(shown)
    while len(chosen) < _MIN_PROOFS and (
        left := [c for c in interaction.observed if c not in chosen]
    ):
        chosen.append(
            min(left, key=lambda c: (max((len(c & o) for o in chosen), default=0), sorted(c)))
        )
    return chosen[len(shown) :] or list(shown)


def _find_deviations(column: LevelEffects) -> tuple[list[Changes], list[int]]:
    """The changes of trials with the predicted value, and one row for each set of others."""
    agreeing: dict[Changes, None] = {}
    deviations = []
    for row, combination in enumerate(column.trials.changes):
        code = column.codes[row]
        if code < 0 or len(combination) < 2:
            continue
        predicted = column.predict(combination)
        if predicted is None:
            continue
        if code == predicted:
            agreeing[combination] = None
        elif code == column.find_value(combination):
            deviations.append(row)
    firsts: dict[Changes, int] = {}
    for row in deviations:
        firsts.setdefault(column.trials.changes[row], row)
    return list(agreeing), list(firsts.values())


def _find_candidates(deviation: Changes, agreeing: Sequence[Changes]) -> list[Changes]:
    """The smallest sets of the deviation's settings that no agreeing trial refutes.

    Only sets of two or more: single settings have been tried alone.
    """
    shared = [deviation & other for other in agreeing]
    shared = [common for common in shared if len(common) > 1]
    for size in range(2, min(_LARGEST_CAUSE, len(deviation)) + 1):
        possible = map(frozenset, combinations(sorted(deviation), size))
        found = [one for one in possible if not any(one <= common for common in shared)]
        if found:
            return found
    return []


def _is_explained(
    deviation: Changes, verified: Mapping[tuple[str, ...], Sequence[Changes]]
) -> bool:
    """Whether a verified cause has all its factors here, at levels that took part in it."""
    for names, shown in verified.items():
        here = {level for level in deviation if level.factor in names}
        if len(here) == len(names) and here <= {level for one in shown for level in one}:
            return True
    return False


def _choose_split(deviation: Changes, candidates: Sequence[Changes], seed: int) -> Changes:
    """A subset of the deviation's settings that contains about half of the candidates."""
    chance = random.Random(seed)
    levels = sorted(deviation)
    best: tuple[float, Changes] | None = None
    for _ in range(64):
        kept = frozenset(chance.sample(levels, chance.randint(2, len(levels) - 1)))
        inside = sum(candidate <= kept for candidate in candidates)
        score = abs(inside - len(candidates) / 2)
        if best is None or score < best[0]:
            best = (score, kept)
    assert best is not None
    return best[1]


def _count_support(candidate: Changes, support: Mapping[tuple[Setting, Setting], int]) -> int:
    pairs = combinations(sorted(candidate), 2)
    return min(support[pair] for pair in pairs)


def _list_factors(combination: Changes) -> tuple[str, ...]:
    return tuple(sorted(factor for factor, _ in combination))
