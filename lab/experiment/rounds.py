"""Rounds of analysis: what the trials so far show, and the trials that follow from it.

``isolate`` runs what the analysis requests until nothing is open; ``confirm`` repeats the minimal
pairs, interleaved, in trials of their own; ``conclude`` is what is then known.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence

from lab.environment import Environment
from lab.experiment.analysis import Analysis, analyse
from lab.experiment.columns.round_cache import RoundCache
from lab.experiment.confirm.schedule import MAX_ROUNDS, ConfirmationSchedule
from lab.experiment.design.combination_space import CombinationSpace
from lab.experiment.design.coverage import count_coverage, plan_completion
from lab.experiment.events import ComparisonStarted, EngineEvent
from lab.experiment.isolate.next_trials import pack_checks
from lab.experiment.scope import Scope
from lab.experiment.tabulate.conclusion import Conclusion, conclude
from lab.experiment.trials.contrasts import Changes
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.experiment.trials.runner import TrialRunner
from lab.factors.registry import find_conflict, find_forbidden_pairs
from lab.findings.report import Coverage
from lab.observation.location import Location

__all__ = ["AnalysisRounds"]

_MAX_TRIALS_A_ROUND = 48
_ROUTE_ROUNDS = 2
"""Rounds of isolation that are about routes too: with an endpoint and a proxy, each connection
depends on both, and which of them did what would take more trials than all else."""
_RESERVED_ANALYSES = 2.5
"""Of ``--max-time``, the time of so many analyses is kept for comparing the last trials."""


class AnalysisRounds:
    """The reasoning of one running audit."""

    def __init__(self, scope: Scope, control: Environment, runner: TrialRunner) -> None:
        """Begin without trials.

        Args:
            scope: What is varied; mining, searches and sweeps replace it by a larger one.
            control: The environment with every factor at its control.
            runner: Runs the trials that the analysis requests.
        """
        self.scope = scope
        self.control = control
        self.runner = runner
        self.options = runner.options
        self.comparisons = RoundCache()
        self.schedule = ConfirmationSchedule(control, runner.options)
        self.designed: frozenset[Environment] = frozenset()
        """Environments that were planned before anything was known."""
        self.excluded: set[PlannedTrial] = set()
        """Trials of sweeps that are not compared with the others."""
        self._isolated = 0
        """Rounds of isolation so far."""

    def analyse(
        self,
        rows: Sequence[Row] | None = None,
        settled: Collection[Location] = (),
        *,
        tested: bool = False,
    ) -> Analysis:
        """What the trials so far show, or some of them.

        Args:
            rows: The trials to analyse; all that are compared if None.
            settled: Locations about which no further trials are requested.
            tested: Whether the effects are being confirmed.  Then the correction for multiple
                testing counts every hypothesis that was ever tested, also those that trials
                have since refuted.
        """
        before_s = self.runner.elapsed_s
        analysis = analyse(
            self.select_rows() if rows is None else rows,
            self.control,
            routes=self.scope.routes,
            seed=self.options.seed,
            hypotheses=self.schedule.hypotheses,
            canaries=self.scope.canaries,
            designed=self.designed,
            settled=settled,
            left_routes=self.scope.routes if self._isolated >= _ROUTE_ROUNDS else (),
            comparisons=self.comparisons,
        )
        # The next analysis, and the conclusion, take about as long as this one.
        self.runner.reserved_s = _RESERVED_ANALYSES * (self.runner.elapsed_s - before_s)
        if tested:
            self.schedule.count_hypotheses(len(analysis.effects))
        return analysis

    def select_rows(self) -> list[Row]:
        """The trials that are compared: all whose levels are levels of the audit.

        Mining sets many variables at once, sweeps and searches try hundreds of levels.  Further
        replicates that a sweep ran are left out too, because they would reopen settled questions.
        """
        kept = {name: frozenset(levels) for name, levels in self.scope.levels.items()}
        return [
            row
            for row in self.runner.build_rows(self.scope.endpoint)
            if row.trial not in self.excluded
            and all(level in kept[name] for name, level in row.environment.levels)
        ]

    def plan_completion(self, number: int) -> list[Environment]:
        """Further rows of the array, for combinations whose trials failed.

        Args:
            number: The number of such rounds before.
        """
        seed = f"completion {self.options.seed} {number}"
        return plan_completion(self._space, self.select_rows(), self.designed, seed=seed)

    def count_coverage(self) -> Coverage:
        """Which combinations of levels ran so far."""
        return count_coverage(
            self._space,
            self.select_rows(),
            designed=self.designed,
            left_out=[trial.environment for trial in self.runner.list_left_out()],
            single_only=self.scope.single_only,
        )

    @property
    def _space(self) -> CombinationSpace:
        levels = self.scope.levels
        return CombinationSpace(levels, self.options.strength, find_forbidden_pairs(levels))

    def isolate(self, rounds: int) -> Generator[EngineEvent, None, Analysis]:
        """Run what the analysis requests, until nothing is open, for at most so many rounds."""
        yield ComparisonStarted(self.runner.trial_count)
        analysis = self.analyse()
        for _ in range(rounds):
            trials = self._plan_next(analysis)
            if not trials:
                break
            before = self.runner.trial_count
            yield from self.runner.run_phase("isolate", trials, self.estimate_remaining())
            if self.runner.trial_count == before:
                break
            yield ComparisonStarted(self.runner.trial_count)
            self._isolated += 1
            analysis = self.analyse()
        return analysis

    def _plan_next(self, analysis: Analysis) -> list[PlannedTrial]:
        """The next replicate of each environment that the analysis requests."""
        requested = pack_checks(
            analysis.wanted,
            analysis.checks,
            seed=f"isolate {self.options.seed} {self.runner.trial_count}",
            possible=lambda changes: find_conflict(self._make_environment(changes)) is None,
        )
        return [
            self.runner.next_trial(self._make_environment(changes))
            for changes in requested[:_MAX_TRIALS_A_ROUND]
        ]

    def confirm(self, analysis: Analysis) -> Generator[EngineEvent, None, Analysis]:
        """Run interleaved replicates of every minimal pair, in a block of their own."""
        schedule = self.schedule
        schedule.begin_block(len(analysis.effects))
        for number in range(MAX_ROUNDS):
            trials = schedule.plan_round(
                analysis.effects, self.runner.list_trials(), number, self.runner.estimate_room()
            )
            if not trials and schedule.is_last_round(number):
                break
            before = self.runner.trial_count
            if trials:
                yield from self.runner.run_phase("confirm", trials, 0)
                if self.runner.trial_count == before:
                    break
                yield ComparisonStarted(self.runner.trial_count)
                analysis = self.analyse(tested=True)
        return analysis

    def _make_environment(self, changes: Changes) -> Environment:
        return self.control.but(dict(changes))

    def conclude(self, analysis: Analysis) -> Conclusion:
        """What is known after this analysis."""
        return conclude(
            analysis,
            self.select_rows(),
            self.control,
            scope=self.scope,
            alpha=self.options.alpha,
            seed=self.options.seed,
            skipped=self.runner.skipped_count,
            unmeasured=self.runner.explain_unmeasured(),
            coverage=self.count_coverage(),
        )

    def estimate_remaining(self) -> int:
        """An estimate of the trials that isolating and confirming will take."""
        return 20 + 4 * sum(len(values) > 1 for values in self.scope.levels.values())
