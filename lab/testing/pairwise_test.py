"""A sequential test of whether two environments can be distinguished by what is sent.

1. *First trials*: one trial of each side.  If every feature is the same, there is no difference.
2. *Screening*: replicates of the control environment, shared by all comparisons of a subject,
   show what varies by itself; replicates of both sides follow.  The experiment's columns
   (:mod:`lab.experiment.columns.extract`) remove noise.  The columns that still separate the two
   sides give the *candidates*: locations, each with the view in which it differs.
3. *Test*: fresh replicates of both sides, interleaved in random order, in a few rounds.
   Candidates that the fresh replicates do not confirm are dropped; if none is left, the test
   ends.  A difference separates the sides perfectly and is significant by an exact permutation
   test (:mod:`lab.experiment.confirm.permutation`), corrected for all candidates (Holm, 1979).

**Error rate.**  If the side has no effect on a location, the fresh replicates of both sides are
exchangeable, whatever the noise.  The candidates were chosen from other trials.  Therefore the
probability of any false difference between two environments is at most :data:`ALPHA`, one in ten
thousand.  Over the hundred examples of a Hypothesis test it is at most one in a hundred, and
usually far less, because most pairs have no candidate when the test begins.  A difference costs
nine replicates a side; :mod:`lab.testing.comparison_cache` says when fewer suffice.

**Number of hypotheses.**  The correction counts patterns: columns that behave alike in all trials
are one pattern.  A dropped candidate counts as a pattern of its own, because under another order
of the sides it might have been the one that is kept.  The corrected p-value is an upper bound of
that of Westfall and Young's (1993) min-p procedure.

**Routes.**  The endpoint and the proxy decide where traffic goes.  For a pair that differs in one
of them, the route, names looked up, connections and handshakes are not compared; messages to the
endpoint are compared wherever the endpoint is.

**Limits.**  It does not find differences in frequency or in timing only; an audit
(:mod:`lab.experiment`) does.
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
"""The probability of a false difference between two environments."""

_CONTROL_REPLICATES = 4
"""Replicates of the control environment, run once for all pairs."""
_CONTROL_REPLICATES_EXPECTING = 12
"""The same when an expected difference is tested with few other trials."""
_SCREENING_REPLICATES = 3
"""Replicates of each side from which candidates are taken."""
_INTERIM_LOOKS = (2, 4)
"""Numbers of fresh replicates a side after which candidates are dropped early."""
QUICK_REPLICATES = 2
"""Fresh replicates a side that must show an expected difference again."""
_MAX_REPLICATES = 16
"""Most fresh replicates a side, however many candidates there are."""
_BLOCKS = 2
"""Tests of one pair: the second is for candidates found only after the first showed more noise."""

Candidate = tuple[Location, View]
"""A location, and the view in which it differs."""


class Distinction(msgspec.Struct, frozen=True):
    """What distinguishes two environments, covert signals first; empty if nothing does."""

    signals: tuple[Signal, ...] = ()
    trials: int = 0
    """How many trials were used, those of the control environment included."""
    candidates: frozenset[Candidate] = frozenset()
    """The locations and views in which they differ."""
    confirmed: bool = True
    """False if only the few trials ran that show an expected difference again."""


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
        """Distinguishes this pair's blocks in the store from those of other pairs."""
        self._rng = random.Random(digest)
        self.rows: list[Row] = []
        self.separating: list[Column] = []
        """Columns that separate the sides in all trials so far."""

    def run(self, expected: frozenset[Candidate], fresh: int) -> Distinction:
        """Run trials until the result is significant, or an expected difference occurs again."""
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
                return self._build_distinction(self._effects(seen, _BLOCKS, 0), confirmed=False)
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
        """Run these replicates of both sides in random order; ``block`` is for confirmation."""
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
        if self.measurements.outcomes.has_failed_silently:
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

    def _is_route(self, location: Location) -> bool:
        """Whether the location only shows the route, which differs between the two sides."""
        return is_route(location, routed=self.rerouted, rerouted=self.rerouted)

    def _describe_failure(self) -> str:
        end = self.measurements.outcomes.list_exits(self.right)[-1]
        last = read_last_line(end)
        how = end.verdict if end.verdict != "finished" else f"code {end.code}"
        return (
            f"{self.runner.label} ended with {how} and sent nothing in both environments, "
            f"so that nothing can be compared: {last!r}"
        )

    def _split_sides(self, rows: Sequence[Row]) -> tuple[list[int], list[int]]:
        """The indices of the rows of the left side, and of the right side."""
        left, right = (
            [index for index, row in enumerate(rows) if row.environment == side]
            for side in (self.left, self.right)
        )
        return left, right

    # --- the test ---------------------------------------------------------------------------

    def _run_block(self, block: int) -> list[Effect]:
        """Run a block of fresh replicates, returning the differences that it confirms."""
        candidates = Counter(map(_candidate_of, self.separating))
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
            kept = [column for column in self.separating if _candidate_of(column) in candidates]
            if not kept:
                return []
            gone = (candidates - Counter(map(_candidate_of, kept))).total()
            patterns = len(group_columns(kept)) + gone
        return [e for e in self._effects(kept, block, gone) if e.p_adjusted <= alpha]

    def _number_block(self, block: int) -> int:
        """The number that one of this pair's blocks has in the store."""
        return 1 + self._pair_number * (_BLOCKS + 1) + block

    def _effects(self, kept: Sequence[Column], block: int, gone: int) -> list[Effect]:
        """The separating columns as effects, with p-values from a block's fresh replicates."""
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

    def _build_distinction(
        self, effects: Sequence[Effect], *, confirmed: bool = True
    ) -> Distinction:
        rows = [row for row in self.rows if row.environment in (self.left, self.right)]
        trials = TrialTable(self.left, [row.environment for row in rows])
        signals = assemble_signals(
            effects,
            rows,
            trials,
            needles=lambda name, level: get_factor(name).needles(level),
            routes=self.routes,
        )
        completed = tuple(
            msgspec.structs.replace(signal, pair=self._complete_pair(signal)) for signal in signals
        )
        candidates = frozenset(_candidate_of(c) for effect in effects for c in effect.group.columns)
        return Distinction(completed, len(self.rows), candidates, confirmed)

    def _complete_pair(self, signal: Signal) -> Pair:
        """The signal's pair, with the levels shared by both sides that are not at the control."""
        differing = {change.factor for change in self.changes}
        shared = {
            name: text
            for name, text in self.left.levels
            if name not in differing and text != get_factor(name).control
        }
        return msgspec.structs.replace(signal.pair, context=shared)


def _required_replicates(patterns: int, alpha: float) -> int:
    """The fresh replicates a side with which a perfect separation is significant."""
    return next(
        n
        for n in range(4, _MAX_REPLICATES + 1)
        if n == _MAX_REPLICATES or smallest_p_value(n) * patterns <= alpha
    )


def _is_separating(codes: Sequence[int], sides: tuple[Sequence[int], Sequence[int]]) -> bool:
    """Whether each side has exactly one value, and the two values differ."""
    ours, theirs = ({codes[row] for row in side} - {-1} for side in sides)
    return len(ours) == len(theirs) == 1 and ours != theirs


def _candidate_of(column: Column) -> Candidate:
    return column.location, column.view


def _select_rows(column: Column, chosen: Sequence[int]) -> Column:
    """The column, restricted to the chosen rows."""
    return msgspec.structs.replace(column, values=tuple(column.values[row] for row in chosen))
