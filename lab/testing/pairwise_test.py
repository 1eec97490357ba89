"""Whether what is sent tells two environments apart: trials, one after the other, until sure.

1. *A look*: one trial of each.  Where every feature is the same, that is the answer.
2. *Noise*: replicates of the control environment, which all questions about a subject share,
   show what varies by itself; then replicates of the two.  The experiment's columns
   (:mod:`lab.experiment.columns.extract`) leave noise behind.  What still separates the two sides
   are *suspects*: places, and the view in which they differ.
3. *A test*: fresh replicates of both sides, interleaved in random order, in a few rounds;
   suspects that they do not bear out are dropped, and with the last of them the test ends.
   A difference is one that separates the sides perfectly, by an exact permutation test
   (:mod:`lab.experiment.confirm.permutation`), corrected for all suspects (Holm, 1979).

**How often it is wrong.**  Where a side makes no difference to a place, its fresh replicates
are exchangeable, whatever the noise is.  Suspects were chosen before, from other trials, so
that the chance of any false difference between two environments is at most :data:`ALPHA`,
one in ten thousand.  Over the hundred examples of a Hypothesis test that is at most one in a
hundred; mostly far less, because most pairs have no suspect when the test begins.  The price
are nine replicates a side where there is a difference; :mod:`lab.testing.comparison_cache` says
when fewer will do.

**How many hypotheses.**  The correction counts patterns: what behaves alike in all trials is
one.  A suspect that is gone counts as a pattern of its own, because under another order of
the sides it might have been the one that stays.  That bounds Westfall and Young's (1993)
min-p procedure from above.

**Where traffic goes.**  The endpoint and a proxy decide that, so of a pair that differs in
one of them the route is not compared, nor are names asked for, connections and handshakes;
and what is said to the endpoint is compared wherever that is.

**What it cannot see**: what only differs in frequency, or in time; see :mod:`lab.experiment`
for a whole audit, which does.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from itertools import count

import msgspec

from lab.clients.base_spec import build_endpoint
from lab.environment import Environment
from lab.errors import ClientError
from lab.experiment.columns.column import Column, group_columns, number_values
from lab.experiment.columns.extract import extract_columns
from lab.experiment.columns.ladder import View
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.multiple_testing import adjust_p_values
from lab.experiment.confirm.permutation import permutation_p_value, smallest_p_value
from lab.experiment.events import Phase
from lab.experiment.tabulate.signals import assemble_signals
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.measurements import Measurements
from lab.experiment.trials.planned import PlannedTrial, Purpose
from lab.experiment.trials.row import Row
from lab.factors.registry import factors, get_factor
from lab.findings.classify import is_route
from lab.findings.report import Pair, Signal
from lab.observation.last_line import read_last_line
from lab.observation.location import Location
from lab.testing.subject_runner import SubjectRunner

__all__ = ["ALPHA", "QUICK_REPLICATES", "Candidate", "Distinction", "distinguish"]

ALPHA = 1e-4
"""The chance of finding a difference between two environments where there is none."""

_CONTROL_REPLICATES = 4
"""Replicates of the control environment: they cost once what all pairs use."""
_CONTROL_REPLICATES_EXPECTING = 12
"""The same where little else is tried."""
_SCREENING_REPLICATES = 3
"""Replicates of each side from which suspects are taken."""
_INTERIM_LOOKS = (2, 4)
"""Fresh replicates a side after which suspects are dropped, before there are enough."""
QUICK_REPLICATES = 2
"""Fresh replicates a side that show again what was expected."""
_MAX_REPLICATES = 16
"""Fresh replicates a side, however many suspects there are."""
_BLOCKS = 2
"""Tests of one pair: what only shows where the first one's noise is known gets another."""

Candidate = tuple[Location, View]
"""A place, and the view in which it differs."""


class Distinction(msgspec.Struct, frozen=True):
    """What tells two environments apart, covert signals first; nothing, if they look alike."""

    signals: tuple[Signal, ...] = ()
    trials: int = 0
    """Of the two environments, and of the control where its noise was needed."""
    candidates: frozenset[Candidate] = frozenset()
    """The places and views in which they differ."""
    confirmed: bool = True
    """False where only so much was tried as it takes to see again what was expected."""


def distinguish(
    runner: SubjectRunner,
    left: Environment,
    right: Environment,
    expected: frozenset[Candidate] = frozenset(),
    fresh: int = 0,
) -> Distinction:
    """What distinguishes two environments of all factors.

    ClientError where the client fails on both sides without sending anything.

    Args:
        runner: The subject whose trials are run.
        left: One environment.
        right: The other environment.
        expected: Locations and views in which a pair with the same differing factors was
            distinguished before.  A difference there ends the test, and the result is not
            confirmed.
        fresh: Fresh replicates a side that must show an expected difference again.
    """
    if left == right:
        return Distinction()
    return PairwiseTest(runner, left, right).run(expected, fresh)


class PairwiseTest:
    """One pair, and the trials that were run for it."""

    def __init__(self, runner: SubjectRunner, left: Environment, right: Environment) -> None:
        self.runner = runner
        self.left, self.right = left, right
        self.measurements = Measurements(runner.client, left, runner.store, runner)
        self.endpoint = build_endpoint(runner.client)
        self.changes = left.difference(right)
        self.routes = frozenset(name for name, item in factors().items() if item.routes)
        self.rerouted = any(change.factor in self.routes for change in self.changes)
        ordered = "".join(sorted((left.digest, right.digest)))
        digest = hashlib.sha256(f"{runner.seed} {ordered}".encode()).digest()
        self._pair_number = int.from_bytes(digest[:5], "big")
        """Of this pair alone, so that the trials of another are not taken for fresh ones."""
        self._rng = random.Random(digest)
        self.rows: list[Row] = []
        self.separating: list[Column] = []
        """Columns that separate the sides, by all trials so far."""

    def run(self, expected: frozenset[Candidate], fresh: int) -> Distinction:
        """Run trials until the answer is sure, or what is expected was seen again."""
        self._run_replicates("screen", [0])
        if not self.separating:
            return self._no_difference()
        control, times = (
            self.runner.control,
            _CONTROL_REPLICATES_EXPECTING if expected else _CONTROL_REPLICATES,
        )
        self._measure("calibrate", [PlannedTrial(control, number) for number in range(times)])
        if expected.intersection(map(_candidate_of, self.separating)):
            if fresh:
                self._run_replicates("confirm", range(fresh), self._number_block(_BLOCKS))
            if seen := [column for column in self.separating if _candidate_of(column) in expected]:
                return self._build_distinction(self._effects(seen, _BLOCKS, 0), sure=False)
        for number in range(1, _SCREENING_REPLICATES):
            if not self.separating:
                return self._no_difference()
            self._run_replicates("screen", [number])
        for block in range(_BLOCKS):
            if not self.separating:
                break
            if effects := self._run_block(block):
                return self._build_distinction(effects)
        return self._no_difference()

    # --- trials -----------------------------------------------------------------------------

    def _run_replicates(
        self, phase: Phase, numbers: Sequence[int], block: int | None = None
    ) -> None:
        """Run these replicates of both sides, in random order; to confirm, in a block."""
        purpose = Purpose.EXPLORATION if block is None else Purpose.CONFIRMATION
        trials = [
            PlannedTrial(side, number, purpose, block or 0)
            for side in (self.left, self.right)
            for number in numbers
        ]
        self._rng.shuffle(trials)
        self._measure(phase, trials)

    def _measure(self, phase: Phase, trials: Sequence[PlannedTrial]) -> None:
        for _ in self.measurements.measure(phase, trials, lambda: False):
            pass
        if self.measurements.has_failed_silently:
            raise ClientError(self._describe_failure())
        self.rows = self.measurements.build_rows(self.endpoint)
        found, _ = extract_columns(self.rows)
        sides = self._split_sides(self.rows)
        self.separating = [
            column
            for column in found
            if _is_separating(number_values(column.values), sides)
            and not self._is_route(column.location)
        ]

    def _is_route(self, place: Location) -> bool:
        """Whether the place shows where traffic goes, of a pair that was sent other ways."""
        return is_route(place, routed=self.rerouted, rerouted=self.rerouted)

    def _describe_failure(self) -> str:
        end = self.measurements.list_exits(self.right)[-1]
        last = read_last_line(end)
        how = end.verdict if end.verdict != "finished" else f"code {end.code}"
        return (
            f"{self.runner.label} ended with {how} and sent nothing in both environments, "
            f"so that nothing can be compared: {last!r}"
        )

    def _split_sides(self, rows: Sequence[Row]) -> tuple[list[int], list[int]]:
        """The rows of the left side, and of the right."""
        left, right = (
            [index for index, row in enumerate(rows) if row.environment == side]
            for side in (self.left, self.right)
        )
        return left, right

    # --- the test ---------------------------------------------------------------------------

    def _run_block(self, block: int) -> list[Effect]:
        """Run a block of fresh replicates; the differences that it bears out."""
        suspects = Counter(map(_candidate_of, self.separating))
        patterns = len(group_columns(self.separating))
        alpha = ALPHA / _BLOCKS
        done = 0
        for look in count():
            needed = _required_replicates(patterns, alpha)
            if done >= needed:
                break
            upto = min(_INTERIM_LOOKS[look], needed) if look < len(_INTERIM_LOOKS) else needed
            self._run_replicates("confirm", range(done, upto), self._number_block(block))
            done = upto
            kept = [column for column in self.separating if _candidate_of(column) in suspects]
            if not kept:
                return []
            gone = (suspects - Counter(map(_candidate_of, kept))).total()
            patterns = len(group_columns(kept)) + gone
        return [e for e in self._effects(kept, block, gone) if e.p_adjusted <= alpha]

    def _number_block(self, block: int) -> int:
        """The number that one of this pair's blocks has in the store."""
        return 1 + self._pair_number * (_BLOCKS + 1) + block

    def _effects(self, kept: Sequence[Column], block: int, gone: int) -> list[Effect]:
        """What separates the sides, with what a block's fresh replicates say of it."""
        number = self._number_block(block)
        chosen = [i for i, r in enumerate(self.rows) if r.environment in (self.left, self.right)]
        groups = group_columns([_select_rows(column, chosen) for column in kept])
        left, right = self._split_sides([self.rows[index] for index in chosen])
        fresh = {
            n
            for n, i in enumerate(chosen)
            if (trial := self.rows[i].trial).is_confirmation and trial.block == number
        }
        tests = [
            [[group.codes[row] for row in side if row in fresh] for side in (left, right)]
            for group in groups
        ]
        known = [[[code for code in side if code >= 0] for side in test] for test in tests]
        p_values = [permutation_p_value(ours, theirs) for ours, theirs in known]
        adjusted = adjust_p_values(p_values, len(groups) + gone)
        cause = tuple(change.factor for change in self.changes)
        combination = frozenset(Setting(change.factor, change.right) for change in self.changes)
        return [
            Effect(
                group,
                cause,
                (combination,),
                frozenset(),
                combination,
                cause[0],
                frozenset(),
                p_value=p,
                p_adjusted=corrected,
                replicates=min(map(len, sides)),
                block=number,
            )
            for group, sides, p, corrected in zip(groups, known, p_values, adjusted, strict=True)
        ]

    # --- the answer -------------------------------------------------------------------------

    def _no_difference(self) -> Distinction:
        return Distinction(trials=len(self.rows))

    def _build_distinction(self, effects: Sequence[Effect], *, sure: bool = True) -> Distinction:
        rows = [row for row in self.rows if row.environment in (self.left, self.right)]
        trials = TrialTable(self.left, [row.environment for row in rows])
        signals = assemble_signals(
            effects,
            rows,
            trials,
            needles=lambda name, level: get_factor(name).needles(level),
            routes=self.routes,
        )
        told = [msgspec.structs.replace(one, pair=self._complete_pair(one)) for one in signals]
        suspects = frozenset(_candidate_of(c) for effect in effects for c in effect.group.columns)
        return Distinction(tuple(told), len(self.rows), suspects, sure)

    def _complete_pair(self, signal: Signal) -> Pair:
        """The signal's pair, with the levels that both sides share and the control has not."""
        differing = {change.factor for change in self.changes}
        shared = {
            name: text
            for name, text in self.left.levels
            if name not in differing and text != get_factor(name).control
        }
        return msgspec.structs.replace(signal.pair, context=shared)


def _required_replicates(patterns: int, alpha: float) -> int:
    """Fresh replicates a side with which a perfect separation survives correction."""
    return next(
        n
        for n in range(4, _MAX_REPLICATES + 1)
        if n == _MAX_REPLICATES or smallest_p_value(n) * patterns <= alpha
    )


def _is_separating(codes: Sequence[int], sides: tuple[Sequence[int], Sequence[int]]) -> bool:
    """Whether each side has one value, and not the same."""
    ours, theirs = ({codes[row] for row in side} - {-1} for side in sides)
    return len(ours) == len(theirs) == 1 and ours != theirs


def _candidate_of(column: Column) -> Candidate:
    return column.location, column.view


def _select_rows(column: Column, chosen: Sequence[int]) -> Column:
    """The column over some of its trials."""
    return msgspec.structs.replace(column, values=tuple(column.values[row] for row in chosen))
