"""The engine: an audit as a stream of events, phase by phase.

``calibrate`` learns what is noise, ``mine`` finds which of the variables in the client's files
matter, ``screen`` tries levels alone and in combination, ``isolate`` runs the trials that the
analysis requests until nothing is open, ``confirm`` repeats the minimal pairs, interleaved, in
trials of their own.  Every finished trial is on disk before its event is yielded.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from lab.clients.profile import Client
from lab.environment import Environment
from lab.errors import ClientError
from lab.experiment.analysis import Analysis
from lab.experiment.design.covering_array import CONTROL_REPLICATES, Design, plan
from lab.experiment.events import (
    AuditFinished,
    AuditStarted,
    EngineEvent,
    Phase,
    SignalConfirmed,
    Warned,
)
from lab.experiment.mining import variable_mining
from lab.experiment.options import AuditOptions
from lab.experiment.rounds import AnalysisRounds
from lab.experiment.scope import Scope, add_levels, add_mined
from lab.experiment.search import level_search
from lab.experiment.sweep import sweep
from lab.experiment.tabulate.report_file import build_report, write_report
from lab.experiment.trials.measurements import Measurements, TrialExecutor
from lab.experiment.trials.phase_runner import AuditPhase
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.runner import PHASE_SHARES, TrialRunner
from lab.factors.registry import find_forbidden_pairs
from lab.findings.report import ClientFacts, ExplorationSummary
from lab.store import SqliteStore

__all__ = ["Engine"]

_ISOLATE_ROUNDS = 12
_COMPLETION_ROUNDS = 3
"""Rounds of screening for combinations whose trials failed."""
_LATE_ROUNDS = 6
"""Rounds of isolation for what only confirming trials showed."""
_MIN_LATE_TRIALS = 10
"""Late screening needs room for so many trials."""
_LATE_SCREENING_SHARE = 0.85
"""The share of the limits that late screening may use; the rest confirms what it finds."""
_MINING_TRIALS_ALONE, _MINING_TRIALS_WITH_OTHERS = 600, 80
"""Trials for mining, where nothing else is varied and where something else is."""
_MINING_MIN_TRIALS = 4
"""Trials of mining that run even if they are slow."""
_MINING_SLOW_S = 240.0
"""Limit on the sum of the durations of mining's trials, in seconds."""
_MINING_PARALLEL = 2
"""Trials of mining that run in parallel; fixed, so that a resumed audit requests the same."""


class Engine:
    """One running audit."""

    def __init__(
        self,
        client: Client,
        options: AuditOptions,
        scope: Scope,
        store: SqliteStore,
        executor: TrialExecutor,
    ) -> None:
        """Prepare an audit; :meth:`run` runs it.

        Args:
            client: The client under test.
            options: The limits, the seed and what to sweep or search.
            scope: The factors with the levels to try.
            store: Where trials are kept and found again.
            executor: What runs the trials.
        """
        self.options = options
        self.control = Environment.of({name: v[0] for name, v in scope.levels.items()})
        self.folder = store.folder
        self.executor = executor
        self.client = client
        self.measurements = Measurements(client, self.control, store, executor)
        self.facts = ClientFacts(client.name, client.version, client.digest, client.source)
        self.runner = TrialRunner(options, self.measurements)
        self.rounds = AnalysisRounds(scope, self.control, self.runner)
        self.sweeps: list[sweep.SweptFactor] = []
        self.explorations: list[ExplorationSummary] = []

    @property
    def scope(self) -> Scope:
        """What is varied; mining, searches and sweeps add levels to it."""
        return self.rounds.scope

    def run(self) -> Iterator[EngineEvent]:
        """The whole audit, from its first event to its last."""
        design = (
            None if self.scope.mining_candidates or self.options.search else self._plan_design()
        )
        planned = self._count_planned(design) + self.rounds.estimate_remaining()
        yield AuditStarted(
            self.facts,
            self.scope.facts,
            self.options.seed,
            self.executor.jobs,
            planned,
            str(self.folder),
        )
        first = [PlannedTrial(self.control, number) for number in range(CONTROL_REPLICATES)]
        yield from self.runner.run_phase("calibrate", first, planned - len(first))
        yield from self._check_calibration()
        if design is None:
            if self.scope.mining_candidates:
                yield from self._mine()
            for name in self.options.search:
                yield from self._search(name)
            design = self._plan_design()
        screen = (*design.singles, *design.array)
        self.rounds.designed = frozenset(
            trial.environment for trial in (*design.calibration, *screen)
        )
        yield from self.runner.run_phase(
            "calibrate",
            [trial for trial in design.calibration if not self.runner.is_measured(trial)],
            self._count_planned(design)
            - len(design.calibration)
            + self.rounds.estimate_remaining(),
        )
        yield from self.runner.run_phase("screen", screen, self.rounds.estimate_remaining())
        yield from self._complete_array()
        analysis = yield from self.rounds.isolate(_ISOLATE_ROUNDS)
        analysis = yield from self.rounds.confirm(analysis)
        if analysis.is_open and not self.runner.is_time_up("confirm"):
            analysis = yield from self.rounds.isolate(_LATE_ROUNDS)
            analysis = yield from self.rounds.confirm(analysis)
        analysis = yield from self._screen_left_out(screen, analysis)
        for name in self.options.sweep:
            analysis = yield from self._sweep(name, analysis)
        yield from self._report(analysis)

    def _complete_array(self) -> Iterator[EngineEvent]:
        """Run further rows for combinations whose trials failed, unless a limit was reached."""
        for number in range(_COMPLETION_ROUNDS):
            if self.runner.list_left_out():
                return
            rows = self.rounds.plan_completion(number)
            if not rows:
                return
            self.rounds.designed |= frozenset(rows)
            trials = [self.runner.next_trial(environment) for environment in rows]
            yield from self.runner.run_phase("screen", trials, self.rounds.estimate_remaining())

    def _screen_left_out(
        self, screen: Sequence[PlannedTrial], analysis: Analysis
    ) -> Generator[EngineEvent, None, Analysis]:
        """Run the screening trials that a limit left out, if confirmation left room for them."""
        left = [trial for trial in screen if not self.runner.is_measured(trial)]
        room = self.runner.estimate_room()
        if not left or room is None or room < _MIN_LATE_TRIALS:
            return analysis
        yield from self.runner.run_phase("screen", left, 0, share=_LATE_SCREENING_SHARE)
        analysis = yield from self.rounds.isolate(_LATE_ROUNDS)
        return (yield from self.rounds.confirm(analysis))

    def _plan_design(self) -> Design:
        return plan(
            self.scope.levels,
            strength=self.options.strength,
            seed=self.options.seed,
            forbidden=find_forbidden_pairs(self.scope.levels),
            single_only=self.scope.single_only,
        )

    def _count_planned(self, design: Design | None) -> int:
        """The number of trials of the first phases; an estimate while there is no design."""
        if design is not None:
            return len(design.calibration) + len(design.singles) + len(design.array)
        counts = sorted(map(len, self.scope.levels.values()))
        pairs = counts[-1] * counts[-2] if len(counts) > 1 else 0
        return CONTROL_REPLICATES + _MINING_TRIALS_WITH_OTHERS + sum(counts) + pairs

    def _mine(self) -> Iterator[EngineEvent]:
        """Find which of the client's variables matter, and add them as levels."""
        others = any(
            len(v) > 1 for name, v in self.scope.levels.items() if name != variable_mining.FACTOR
        )
        most = _MINING_TRIALS_WITH_OTHERS if others else _MINING_TRIALS_ALONE
        before = self.runner.trial_count

        def enough(more: int) -> bool:
            ran = self.runner.trial_count - before
            # The recorded durations: a resumed audit gets these trials from the store in no time.
            walls_s = [trial.wall_s for trial in self.measurements.stored.values()][before:]
            slow = sum(walls_s) > _MINING_SLOW_S and ran > _MINING_MIN_TRIALS
            limit = self.options.max_trials
            short = limit is not None and before + ran + more > limit * PHASE_SHARES["mine"]
            return ran + more > most or slow or short or self.runner.is_time_up("mine")

        found = yield from variable_mining.mine_variables(
            self.scope.mining_candidates,
            self.control,
            self._start_phase("mine"),
            lanes=_MINING_PARALLEL,
            seed=self.options.seed,
            exceeds_limit=enough,
        )
        self.rounds.scope = add_mined(self.scope, found)

    def _search(self, name: str) -> Iterator[EngineEvent]:
        """Generate levels of a factor, and add those that show something new."""
        if len(self.scope.levels.get(name, ())) > 1:
            found = yield from level_search.search_levels(
                name,
                self.scope.levels,
                self._start_phase("search"),
                words=(*self.options.words, *self.scope.words),
                trials=self.options.search_trials,
                seed=self.options.seed,
            )
            self.explorations.append(found.explored)
            self.rounds.scope = add_levels(self.scope, name, found.levels)

    def _sweep(self, name: str, analysis: Analysis) -> Generator[EngineEvent, None, Analysis]:
        """Try every level of a factor; what is new is confirmed, and its context swept too."""
        runner = self._start_phase("sweep")
        found: tuple[str, ...] = ()
        before = self.runner.trial_count
        while len(self.scope.levels.get(name, ())) > 1:
            signals = self.rounds.conclude(analysis).signals
            known = set(self.runner.list_trials())
            swept = yield from sweep.sweep_factor(name, signals, self.control, runner)
            new: tuple[str, ...] = ()
            if not found:
                new = yield from sweep.find_new_levels(
                    name, signals, runner, self.scope, self.rounds.analyse
                )
            ran = set(self.runner.list_trials()) - known
            self.rounds.excluded |= {trial for trial in ran if trial.environment[name] not in new}
            if not new:
                self.sweeps.append(swept)
                self.explorations.append(
                    sweep.summarise_sweep(swept, found, self.runner.trial_count - before)
                )
                break
            found = new
            self.rounds.scope = add_levels(self.scope, name, new)
            yield from runner.run([PlannedTrial(self.control.but({name: level})) for level in new])
            analysis = yield from self.rounds.isolate(_LATE_ROUNDS)
            analysis = yield from self.rounds.confirm(analysis)
        return analysis

    def _start_phase(self, phase: Phase) -> AuditPhase:
        return AuditPhase(phase, self.runner, self.scope.endpoint, self.rounds.estimate_remaining())

    def _check_calibration(self) -> Iterator[EngineEvent]:
        """The client must run in the control environment before anything can be compared."""
        ends = self.measurements.outcomes.list_exits(self.control)
        if ends and all(end.verdict == "could not start" for end in ends):
            raise ClientError(f"{self.client.label} could not be started: {ends[0].detail}")
        for message in self.measurements.outcomes.list_warnings(self.control):
            yield Warned(message)

    def _report(self, analysis: Analysis) -> Iterator[EngineEvent]:
        conclusion = self.rounds.conclude(analysis)
        signals = conclusion.signals
        for swept in self.sweeps:
            rows = self.runner.build_rows(self.scope.endpoint)
            signals = tuple(sweep.add_partition(s, swept, rows, self.control) for s in signals)
        for signal in signals:
            yield SignalConfirmed(signal)
        report = build_report(
            conclusion,
            signals,
            self.runner,
            facts=self.facts,
            scope=self.scope,
            jobs=self.executor.jobs,
            folder=self.folder,
            explored=self.explorations,
        )
        write_report(report, self.measurements, self.folder)
        yield AuditFinished(report)
