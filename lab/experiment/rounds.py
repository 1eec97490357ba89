"""What the trials so far say, and the rounds of asking that follow from it.

``isolate`` runs what the analysis wants to know until nothing is open; ``confirm`` repeats the
minimal pairs, interleaved, in fresh trials; ``conclusion`` is what is then known.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence

from lab.environment import Environment
from lab.experiment.analysis import Analysis, Row, analyse
from lab.experiment.confirm.schedule import MAX_ROUNDS, ConfirmationSchedule
from lab.experiment.design.covering_array import PlannedTrial
from lab.experiment.events import EngineEvent
from lab.experiment.isolate.next_trials import pack_checks
from lab.experiment.scope import Scope
from lab.experiment.tabulate.conclusion import Conclusion, conclude
from lab.experiment.trials.contrasts import Changes
from lab.experiment.trials.runner import TrialRunner
from lab.factors.registry import find_conflict
from lab.observation.location import Location

__all__ = ["AnalysisRounds"]

_MAX_TRIALS_A_ROUND = 48


class AnalysisRounds:
    """The reasoning of one audit under way."""

    def __init__(self, scope: Scope, control: Environment, session: TrialRunner) -> None:
        self.scope = scope
        self.control = control
        self.session = session
        self.confirmation = ConfirmationSchedule(control, session.options)
        self.designed: frozenset[Environment] = frozenset()
        """Environments that were planned before anything was known."""
        self.aside: set[PlannedTrial] = set()
        """Trials of sweeps that are not compared with the others."""

    def analysis(
        self,
        rows: Sequence[Row] | None = None,
        *,
        tested: bool = False,
        settled: Collection[Location] = (),
    ) -> Analysis:
        """What the trials so far say, or some of them.

        Once hypotheses are being ``tested``, the correction counts every one that ever was,
        also those that fresh trials have since sent away.
        """
        analysis = analyse(
            self.rows() if rows is None else rows,
            self.control,
            routes=self.scope.routes,
            seed=self.session.options.seed,
            hypotheses=self.confirmation.hypotheses,
            canaries=self.scope.canaries,
            designed=self.designed,
            settled=settled,
        )
        if tested:
            self.confirmation.count(len(analysis.effects))
        return analysis

    def rows(self) -> list[Row]:
        """The trials that are compared: all whose levels are levels of the audit.

        Mining sets many variables at once, sweeps and searches try hundreds of levels.  What a
        sweep repeats is left out too, because it would move questions that are settled.
        """
        kept = {name: frozenset(levels) for name, levels in self.scope.levels.items()}
        return [
            row
            for row in self.session.measurements.table(self.scope.endpoint)
            if PlannedTrial(row.environment, row.replicate) not in self.aside
            and all(level in kept[name] for name, level in row.environment.levels)
        ]

    def isolate(self, rounds: int) -> Generator[EngineEvent, None, Analysis]:
        """Run what the analysis wants to know, until nothing is open."""
        analysis = self.analysis()
        for _ in range(rounds):
            trials = self._wanted(analysis)
            if not trials:
                break
            before = self.session.ran
            yield from self.session.phase("isolate", trials, self.guess_after())
            if self.session.ran == before:
                break
            analysis = self.analysis()
        return analysis

    def _wanted(self, analysis: Analysis) -> list[PlannedTrial]:
        trials = []
        for combination in pack_checks(
            analysis.wanted,
            analysis.checks,
            seed=f"isolate {self.session.options.seed} {self.session.ran}",
            possible=lambda levels: find_conflict(self._environment(levels)) is None,
        )[:_MAX_TRIALS_A_ROUND]:
            environment = self._environment(combination)
            trials.append(
                PlannedTrial(environment, self.session.measurements.following(environment))
            )
        return trials

    def confirm(self, analysis: Analysis) -> Generator[EngineEvent, None, Analysis]:
        """Fresh, interleaved replicates of every minimal pair, in a block of their own."""
        confirmation = self.confirmation
        confirmation.begin(len(analysis.effects))
        for number in range(MAX_ROUNDS):
            trials = confirmation.trials(
                analysis.effects, self.session.measurements.rows, number, self.session.room()
            )
            if not trials and confirmation.last(number):
                break
            before = self.session.ran
            if trials:
                yield from self.session.phase("confirm", trials, 0)
                if self.session.ran == before:
                    break
                analysis = self.analysis(tested=True)
        return analysis

    def _environment(self, combination: Changes) -> Environment:
        return self.control.but(dict(combination))

    def conclusion(self, analysis: Analysis) -> Conclusion:
        """What is known then."""
        return conclude(
            analysis,
            self.rows(),
            self.control,
            scope=self.scope,
            alpha=self.session.options.alpha,
            seed=self.session.options.seed,
            skipped=self.session.skipped,
            failed=self.session.measurements.failed_in_silence,
        )

    def guess_after(self) -> int:
        """A guess at how many trials isolating and confirming will take."""
        return 20 + 4 * sum(len(values) > 1 for values in self.scope.levels.values())
