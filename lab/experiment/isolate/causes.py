"""From columns to causes, and to the trials that would tell two explanations apart.

**What a cause is.**  A factor ``X`` has an effect in the context ``C`` (levels of some other
factors, everything else at its control) where changing only ``X`` changes the value.  The
cause is ``{X} ∪ C`` for the smallest such contexts.  So a value that joins time zone and
host name has two causes of one factor each; a mark that appears only where a custom
endpoint meets certain zones has one cause of two factors.

**How it is found.**

1. *One at a time*: what single levels do is taken off the covering array
   (:mod:`lab.experiment.isolate.main_effects`) and checked by trials of a few of them against the
   control, each alone or with levels that do nothing to the column.  What differs is an effect
   of one factor.
2. *Prediction*: a trial in which no factor, or exactly one, has an effect of its own on the
   column should show the control's value, or that factor's.  A trial that shows something
   else is a *witness* of an interaction.
3. *Candidates*: a set of the witness's levels can explain it unless some other trial has
   the same levels and shows the predicted value (a hitting-set argument, as in Reiter's
   theory of diagnosis, 1987).  Smaller sets first.
4. *Asking*: the candidate is run alone against the control's background; where there are
   many candidates, a trial that keeps about half of the witness's levels, chosen to split
   the candidates evenly (delta debugging, Zeller and Hildebrandt, 2002, with the answers
   shared between all columns).

A witness that nothing yet explains is first repeated: what does not come again is noise.  One
is repeated at a time, and one more for each that did come again, so that noise costs little
and what is real is not slowed down; which one is chosen so that it serves other columns too.
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
"""Of a column that has shown no repeatable interaction yet, fewer are followed at a time."""
_MAX_REPEATS = 6
_FEW_CANDIDATES = 3
_MIN_PROOFS = 2
"""Trials of a region's levels alone that show its effect, before it is believed."""


class Hypothesis(msgspec.Struct, frozen=True):
    """A cause, and the combinations of levels that showed its effect on the control."""

    cause: tuple[str, ...]
    combinations: tuple[Changes, ...]


class RepeatRequest(msgspec.Struct, frozen=True):
    """Trials that nothing bears out yet, of which so many are to be repeated."""

    trials: tuple[Changes, ...]
    most: int


class CauseInference(msgspec.Struct, frozen=True):
    """What the trials so far say of one group of columns.

    ``wanted`` are combinations whose trial would decide what is open, ``checks`` levels that
    are to be tried where nothing else acts on these columns, ``unexplained`` counts witnesses
    for which no cause of at most three factors was found.  Of each of the ``repeats`` some
    trials are to be repeated, whichever.
    """

    hypotheses: tuple[Hypothesis, ...]
    wanted: tuple[Changes, ...]
    checks: tuple[Setting, ...] = ()
    unexplained: int = 0
    active: frozenset[Setting] = frozenset()
    """Levels that take part in any effect on these columns."""
    repeats: tuple[RepeatRequest, ...] = ()

    @property
    def open(self) -> bool:
        """Whether there are trials that would say more."""
        return bool(self.wanted or self.checks or self.repeats)


def infer_causes(trials: TrialTable, group: ColumnGroup, seed: int) -> CauseInference:
    """The causes of one group of columns, as far as the trials so far tell them."""
    column = LevelEffects(trials, group)
    if not column.repeated:
        return CauseInference((), tuple(column.to_repeat()))
    doubtful = column.doubtful()
    wanted: list[Changes] = []
    odd: list[Changes] = []
    proven = any(
        level in column.checked and frozenset({level}) not in doubtful for level in column.single
    )
    causes: dict[tuple[str, ...], list[Changes]] = defaultdict(list)
    for level in column.single:
        if level in column.checked and frozenset({level}) not in doubtful:
            causes[(level.factor,)].append(frozenset({level}))

    agreeing, witnesses = _find_deviations(column)
    # What single levels do must be known before further interactions are looked into.
    most = 0 if column.unchecked else _DEVIATIONS_A_ROUND
    most_unproven = min(most, _DEVIATIONS_UNPROVEN)
    support = Counter(
        pair for row in witnesses for pair in combinations(sorted(trials.changes[row]), 2)
    )
    verified: dict[tuple[str, ...], list[Changes]] = defaultdict(list)
    for region in () if column.unchecked else column.regions:
        shown = column.shown(region)
        if sum(len(trials.rows_by_changes[one]) for one in shown) >= _MIN_PROOFS:
            verified[region.names] += shown
        else:
            wanted += _choose_proofs(region, shown)
    unexplained = 0
    asked = 0
    for row in sorted(witnesses, key=lambda row: (len(trials.changes[row]), row)):
        combination = trials.changes[row]
        if any(one.holds(combination) for one in column.regions):
            continue
        if _is_explained(combination, verified):
            continue
        if len(combination) <= MAX_CHECKED_TOGETHER and (alone := column.untried(combination)):
            if not proven and len(trials.rows_by_changes[combination]) == 1:
                odd.append(combination)
            elif asked < (most if proven else most_unproven):
                asked += 1
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
                odd.append(combination)
            continue
        known = [c for c in candidates if _list_factors(c) in verified]
        if not known and len(trials.rows_by_changes[combination]) == 1:
            odd.append(combination)
            continue
        if asked >= (most if verified else most_unproven):
            continue
        asked += 1
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
    useful = [c for c in wanted if len(trials.rows_by_changes.get(c, ())) < MAX_REPLICATES]
    together = {level for shown in verified.values() for one in shown for level in one}
    for region in column.regions:
        if region.names in verified:
            together |= {
                Setting(name, one) for name, those in region.levels.items() for one in those
            }
    active = frozenset(together.union(column.single))
    repeated = [frozenset({level}) for level in column.single]
    repeats = (
        _request_repeats(trials, doubtful, repeated),
        _request_repeats(trials, odd if most else [], [trials.changes[row] for row in witnesses]),
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
    trials: TrialTable, odd: Sequence[Changes], known: Sequence[Changes]
) -> RepeatRequest:
    """Trials that are odd, and how many of them to repeat: one, and one for each that came again.

    All replicates agree in a column, so what ran more than once did come again.
    """
    again = sum(len(trials.rows_by_changes.get(one, ())) > 1 for one in known)
    return RepeatRequest(tuple(dict.fromkeys(odd)), min(1 + again, _MAX_REPEATS))


def _choose_proofs(region: Interaction, shown: Sequence[Changes]) -> list[Changes]:
    """Combinations of a region to try alone, as unlike each other as can be."""
    chosen = list(shown)
    while len(chosen) < _MIN_PROOFS and (left := [c for c in region.seen if c not in chosen]):
        chosen.append(
            min(left, key=lambda c: (max((len(c & o) for o in chosen), default=0), sorted(c)))
        )
    return chosen[len(shown) :] or list(shown)


def _find_deviations(column: LevelEffects) -> tuple[list[Changes], list[int]]:
    """Combinations that behave as predicted, and trials that do not."""
    agreeing: dict[Changes, None] = {}
    witnesses = []
    for row, combination in enumerate(column.trials.changes):
        code = column.codes[row]
        if code < 0 or len(combination) < 2:
            continue
        predicted = column.predicted(combination)
        if predicted is None:
            continue
        if code == predicted:
            agreeing[combination] = None
        elif code == column.value(combination):
            witnesses.append(row)
    firsts: dict[Changes, int] = {}
    for row in witnesses:
        firsts.setdefault(column.trials.changes[row], row)
    return list(agreeing), list(firsts.values())


def _find_candidates(witness: Changes, agreeing: Sequence[Changes]) -> list[Changes]:
    """The smallest sets of the witness's levels that no agreeing trial refutes.

    Sets of two levels or more: single levels have been tried alone.
    """
    shared = [witness & other for other in agreeing]
    shared = [common for common in shared if len(common) > 1]
    for size in range(2, min(_LARGEST_CAUSE, len(witness)) + 1):
        possible = map(frozenset, combinations(sorted(witness), size))
        found = [one for one in possible if not any(one <= common for common in shared)]
        if found:
            return found
    return []


def _is_explained(witness: Changes, verified: Mapping[tuple[str, ...], Sequence[Changes]]) -> bool:
    """Whether each of a cause's levels in this witness was seen to take part in it."""
    for names, shown in verified.items():
        here = {level for level in witness if level.factor in names}
        if len(here) == len(names) and here <= {level for one in shown for level in one}:
            return True
    return False


def _choose_split(witness: Changes, candidates: Sequence[Changes], seed: int) -> Changes:
    """Part of the witness's levels that about half of the candidates survive."""
    chance = random.Random(seed)
    levels = sorted(witness)
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
