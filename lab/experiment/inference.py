"""From columns to causes, and to the trials that would tell two explanations apart.

**What a cause is.**  A factor ``X`` has an effect in the context ``C`` (levels of some other
factors, everything else at its control) where changing only ``X`` changes the value.  The
cause is ``{X} ∪ C`` for the smallest such contexts.  So a value that joins time zone and
host name has two causes of one factor each; a mark that appears only where a custom
endpoint meets certain zones has one cause of two factors.

**How it is found.**

1. *One at a time*: what single levels do is taken off the covering array
   (:mod:`lab.experiment.presumption`) and checked by trials of a few of them against the
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

A witness that nothing yet explains is first repeated: what does not come again is noise.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations

import msgspec

from lab.environment import Environment
from lab.experiment.column import Group
from lab.experiment.presumption import Level, presume
from lab.experiment.regions import Region, regions

__all__ = ["TOGETHER", "Combination", "Hypothesis", "Inference", "Trials", "infer"]

Combination = frozenset[Level]
"""Levels that differ from the control, as (factor, level) pairs."""

_LARGEST_CAUSE = 3
_WITNESSES_A_ROUND = 6
_WITNESSES_UNPROVEN = 2
"""Of a column that has shown no repeatable interaction yet, fewer are followed at a time."""
TOGETHER = 4
"""So many levels of different factors are checked in one trial, all others at the control."""
_FEW = 3
_PROVEN = 2
"""Trials of a region's levels alone that show its effect, before it is believed."""
_REPETITIONS = 2
"""Before anything is made of a column, so many of its values must have been seen again."""
_MOST_REPEATED = 6
"""Trials that are repeated to see a value again, which occurs too rarely if that is in vain."""
_DOUBTS_UNPROVEN = 2
"""Of a column that has shown nothing repeatable, so many odd trials are repeated at a time."""
_MOST_REPLICATES = 4
"""A feature that so many trials of one environment do not show will not be waited for."""


class Hypothesis(msgspec.Struct, frozen=True):
    """A cause, and the combinations of levels that showed its effect on the control."""

    cause: tuple[str, ...]
    combinations: tuple[Combination, ...]


class Inference(msgspec.Struct, frozen=True):
    """What the trials so far say of one group of columns.

    ``wanted`` are combinations whose trial would decide what is open, ``checks`` levels that
    are to be tried where nothing else acts on these columns, ``unexplained`` counts witnesses
    for which no cause of at most three factors was found.
    """

    hypotheses: tuple[Hypothesis, ...]
    wanted: tuple[Combination, ...]
    checks: tuple[Level, ...] = ()
    unexplained: int = 0
    active: frozenset[Level] = frozenset()
    """Levels that take part in any effect on these columns."""


class Trials:
    """The environments of all trials so far, seen as combinations against the control.

    ``designed`` are those that were planned before anything was known: of these alone a
    level's share of unusual values means what it says.
    """

    def __init__(
        self,
        control: Environment,
        environments: Sequence[Environment],
        designed: Collection[Environment] | None = None,
    ) -> None:
        self.control = control
        self.designed = [designed is None or one in designed for one in environments]
        self.rows: list[Combination] = [
            frozenset((change.factor, change.right) for change in control.difference(other))
            for other in environments
        ]
        self.by_combination: dict[Combination, list[int]] = defaultdict(list)
        found: dict[str, set[str]] = defaultdict(set)
        for row, combination in enumerate(self.rows):
            self.by_combination[combination].append(row)
            for name, level in combination:
                found[name].add(level)
        self.levels = {name: sorted(values) for name, values in sorted(found.items())}

    def environment(self, combination: Combination) -> Environment:
        """The control environment with these levels."""
        return self.control.but(dict(combination))


class _Column:
    """One group of columns, with what follows from the trials of single levels."""

    def __init__(self, trials: Trials, group: Group) -> None:
        self.trials = trials
        self.codes = group.codes
        self.usual = self.value(frozenset())
        if self.usual is None:
            known = Counter(code for code in group.codes if code >= 0)
            self.usual = known.most_common(1)[0][0]
        self.checked: dict[Level, int] = {}
        for combination in trials.by_combination:
            if len(combination) == 1:
                value = self.value(combination)
                if value is not None:
                    self.checked[next(iter(combination))] = value
        rows = [
            (row, code)
            for row, code, designed in zip(trials.rows, self.codes, trials.designed, strict=True)
            if code >= 0 and designed
        ]
        every = [
            (row, code) for row, code in zip(trials.rows, self.codes, strict=True) if code >= 0
        ]
        acting = {level: value for level, value in self.checked.items() if value != self.usual}
        self.single: Mapping[Level, int] = acting
        self.unchecked: tuple[Level, ...] = ()
        self.regions = regions(every, self.usual, acting)
        if not self.regions:
            more = True
            while more:
                presumed = presume(rows, self.usual, self.checked, trials.levels)
                self.single, self.unchecked = presumed.values, presumed.unchecked
                more = self._check_together()
            if not self.unchecked:
                self.regions = regions(every, self.usual, self.single)

    def _check_together(self) -> bool:
        """Take trials of a few levels as checks of that one which acts; whether there is news."""
        before = len(self.checked)
        for combination in self.trials.by_combination:
            if not 1 < len(combination) <= TOGETHER or (value := self.value(combination)) is None:
                continue
            active = self.active(combination)
            if len(active) == 1:
                self.checked.setdefault(active[0], value)
            elif not active and value == self.usual:
                for level in combination:
                    self.checked.setdefault(level, value)
        return len(self.checked) > before

    def value(self, combination: Combination) -> int | None:
        """The most frequent value of the trials of exactly this combination.

        None where nothing is known, or two values are equally frequent.
        """
        rows = self.trials.by_combination.get(combination, ())
        known = Counter(code for row in rows if (code := self.codes[row]) >= 0)
        counts = known.most_common(2)
        tied = len(counts) > 1 and counts[0][1] == counts[1][1]
        return counts[0][0] if counts and not tied else None

    def active(self, combination: Iterable[Level]) -> list[Level]:
        """The levels that have an effect of their own."""
        return [level for level in combination if level in self.single]

    def untried(self, combination: Combination) -> list[Combination]:
        """Those of a few levels of which it is not known what they do by themselves."""
        return [frozenset({level}) for level in sorted(combination) if level not in self.checked]

    def predicted(self, combination: Combination) -> int | None:
        """The value if nothing interacts; None where several effects meet."""
        active = self.active(combination)
        if not active:
            return self.usual
        return self.single[active[0]] if len(active) == 1 else None

    @property
    def repeated(self) -> bool:
        """Whether repetitions enough are known to believe that the column is no noise.

        What is sent in few trials only, with something random in it, looks as if it followed
        from whatever was varied in these.
        """
        return sum(count - 1 for count in self._known().values()) >= _REPETITIONS

    def to_repeat(self) -> list[Combination]:
        """The trial to repeat so that more is known; none where that was tried."""
        known = self._known()
        trials = {one: len(self.trials.by_combination[one]) for one in known}
        if sum(number - 1 for one, number in trials.items() if one) >= _MOST_REPEATED:
            return []
        left = [one for one in known if trials[one] < _MOST_REPLICATES]
        return sorted(left, key=lambda one: (-known[one], sorted(one)))[:1]

    def _known(self) -> dict[Combination, int]:
        """In how many trials of each combination the column is known."""
        counts = {
            combination: sum(self.codes[row] >= 0 for row in rows)
            for combination, rows in self.trials.by_combination.items()
        }
        return {combination: count for combination, count in counts.items() if count}

    def shown(self, region: Region) -> list[Combination]:
        """Combinations of exactly a region's factors that showed its effect by themselves."""
        size = len(region.levels)
        return [
            combination
            for combination in self.trials.by_combination
            if len(combination) == size
            and region.holds(combination)
            and self.value(combination) not in (None, self.usual)
        ]

    def doubtful(self) -> list[Combination]:
        """Single levels whose effect other trials do not bear out and that ran only once."""
        found = []
        for level, value in self.single.items():
            if level not in self.checked or len(self.trials.by_combination[frozenset({level})]) > 1:
                continue
            others = [
                self.codes[row] == value
                for row, combination in enumerate(self.trials.rows)
                if level in combination
                and len(combination) > 1
                and self.codes[row] >= 0
                and self.active(combination) == [level]
            ]
            if sum(others) * 2 < len(others) or len(others) < 2:
                found.append(frozenset({level}))
        return found


def infer(trials: Trials, group: Group, seed: int) -> Inference:
    """The causes of one group of columns, as far as the trials so far tell them."""
    column = _Column(trials, group)
    if not column.repeated:
        return Inference((), tuple(column.to_repeat()))
    doubtful = column.doubtful()
    wanted: list[Combination] = []
    proven = any(
        level in column.checked and frozenset({level}) not in doubtful for level in column.single
    )
    wanted += doubtful if proven else doubtful[:_DOUBTS_UNPROVEN]
    causes: dict[tuple[str, ...], list[Combination]] = defaultdict(list)
    for level in column.single:
        if level in column.checked and frozenset({level}) not in doubtful:
            causes[(level[0],)].append(frozenset({level}))

    agreeing, witnesses = _witnesses(column)
    # What single levels do must be known before further interactions are looked into.
    most = 0 if column.unchecked else _WITNESSES_A_ROUND
    most_unproven = min(most, _WITNESSES_UNPROVEN)
    support = Counter(
        pair for row in witnesses for pair in combinations(sorted(trials.rows[row]), 2)
    )
    verified: dict[tuple[str, ...], list[Combination]] = defaultdict(list)
    for region in () if column.unchecked else column.regions:
        shown = column.shown(region)
        if sum(len(trials.by_combination[one]) for one in shown) >= _PROVEN:
            verified[region.names] += shown
        else:
            wanted += _to_show(region, shown)
    unexplained = 0
    asked = 0
    for row in sorted(witnesses, key=lambda row: (len(trials.rows[row]), row)):
        combination = trials.rows[row]
        if any(one.holds(combination) for one in column.regions):
            continue
        if _explained(combination, verified):
            continue
        if len(combination) <= TOGETHER and (alone := column.untried(combination)):
            if asked < (most if proven else most_unproven):
                asked += 1
                once = len(trials.by_combination[combination]) == 1
                wanted += [combination] if once and not proven else alone
            continue
        candidates = _candidates(combination, agreeing)
        if not candidates:
            unexplained += len(trials.by_combination[combination]) > 1
            continue
        if candidates == [combination]:
            names = _names(combination)
            if names in verified or len(trials.by_combination[combination]) > 1:
                verified[names].append(combination)
            elif asked < most_unproven:
                asked += 1
                wanted.append(combination)
            continue
        if asked >= (most if verified else most_unproven):
            continue
        asked += 1
        known = [c for c in candidates if _names(c) in verified]
        if not known and len(trials.by_combination[combination]) == 1:
            wanted.append(combination)
            continue
        candidates.sort(key=lambda c: (-_support(c, support), len(c), sorted(c)))
        if known:
            wanted.append(max(known, key=lambda c: (_support(c, support), sorted(c))))
        elif len(candidates) <= _FEW:
            wanted.append(candidates[0])
        else:
            wanted.append(_splitting(combination, candidates, seed + row))
    for names, shown in verified.items():
        causes[names].extend(shown)
    hypotheses = tuple(
        Hypothesis(names, tuple(sorted(shown, key=sorted)))
        for names, shown in sorted(causes.items(), key=lambda item: (len(item[0]), item[0]))
    )
    useful = [c for c in wanted if len(trials.by_combination.get(c, ())) < _MOST_REPLICATES]
    together = {level for shown in verified.values() for one in shown for level in one}
    for region in column.regions:
        if region.names in verified:
            together |= {(name, one) for name, those in region.levels.items() for one in those}
    active = frozenset(together.union(column.single))
    return Inference(
        hypotheses, tuple(dict.fromkeys(useful)), column.unchecked, unexplained, active
    )


def _to_show(region: Region, shown: Sequence[Combination]) -> list[Combination]:
    """Combinations of a region to try alone, as unlike each other as can be."""
    chosen = list(shown)
    while len(chosen) < _PROVEN and (left := [c for c in region.seen if c not in chosen]):
        chosen.append(
            min(left, key=lambda c: (max((len(c & o) for o in chosen), default=0), sorted(c)))
        )
    return chosen[len(shown) :] or list(shown)


def _witnesses(column: _Column) -> tuple[list[Combination], list[int]]:
    """Combinations that behave as predicted, and trials that do not."""
    agreeing: dict[Combination, None] = {}
    witnesses = []
    for row, combination in enumerate(column.trials.rows):
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
    firsts: dict[Combination, int] = {}
    for row in witnesses:
        firsts.setdefault(column.trials.rows[row], row)
    return list(agreeing), list(firsts.values())


def _candidates(witness: Combination, agreeing: Sequence[Combination]) -> list[Combination]:
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


def _explained(
    witness: Combination, verified: Mapping[tuple[str, ...], Sequence[Combination]]
) -> bool:
    """Whether each of a cause's levels in this witness was seen to take part in it."""
    for names, shown in verified.items():
        here = {level for level in witness if level[0] in names}
        if len(here) == len(names) and here <= {level for one in shown for level in one}:
            return True
    return False


def _splitting(witness: Combination, candidates: Sequence[Combination], seed: int) -> Combination:
    """Part of the witness's levels that about half of the candidates survive."""
    chance = random.Random(seed)
    levels = sorted(witness)
    best: tuple[float, Combination] | None = None
    for _ in range(64):
        kept = frozenset(chance.sample(levels, chance.randint(2, len(levels) - 1)))
        inside = sum(candidate <= kept for candidate in candidates)
        score = abs(inside - len(candidates) / 2)
        if best is None or score < best[0]:
            best = (score, kept)
    assert best is not None
    return best[1]


def _support(candidate: Combination, support: Mapping[tuple[Level, Level], int]) -> int:
    pairs = combinations(sorted(candidate), 2)
    return min(support[pair] for pair in pairs)


def _names(combination: Combination) -> tuple[str, ...]:
    return tuple(sorted(factor for factor, _ in combination))
