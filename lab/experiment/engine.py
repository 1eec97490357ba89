"""The engine: an audit as a stream of events.

``calibrate`` learns what is noise, ``mine`` finds which of the variables that the client's
files name matter, ``screen`` tries every level alone and all levels in combination,
``isolate`` runs what the analysis wants to know until nothing is open, ``confirm`` repeats
the minimal pairs, interleaved, in fresh trials.  Every finished trial is on disk before its
event is yielded.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Sequence

from lab.clients.profile import Client
from lab.environment import Environment
from lab.errors import ClientError
from lab.experiment.analysis import Analysis, Row
from lab.experiment.design.covering_array import CONTROL_REPLICATES, Design, PlannedTrial, plan
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
from lab.experiment.trials.runner import PHASE_SHARES, TrialRunner
from lab.factors.registry import find_forbidden_pairs
from lab.findings.report import ClientFacts, ExplorationSummary
from lab.observation.features import Features
from lab.observation.location import Location
from lab.store import Store

__all__ = ["Engine"]

_ISOLATE_ROUNDS = 12
_LATE_ROUNDS = 3
"""Rounds for questions that only the trials of confirmation raised."""
_MIN_LATE_TRIALS = 10
"""Trials that are left over, from which on more screening is worth while."""
_LATE_SCREENING_SHARE = 0.85
"""The share of the limits that such screening may use: what it finds is to be confirmed."""
_MINING_TRIALS_ALONE, _MINING_TRIALS_WITH_OTHERS = 600, 80
"""Trials for mining, where nothing else is varied and where something is."""
_MINING_MIN_TRIALS = 4
"""Trials of mining that are run however slow they are."""
_MINING_SLOW_S = 240.0
"""Seconds of mining's trials where these are slow, as a client's that waits for nothing."""
_MINING_PARALLEL = 2
"""Trials of mining that may run side by side; a resumed audit must ask for the same ones."""


class Engine:
    """One audit under way."""

    def __init__(
        self,
        client: Client,
        options: AuditOptions,
        chosen: Scope,
        store: Store,
        laboratory: TrialExecutor,
    ) -> None:
        self.options = options
        self.control = Environment.of({name: v[0] for name, v in chosen.levels.items()})
        self.folder = store.folder
        self.laboratory = laboratory
        self.client = client
        self.measurements = Measurements(client, self.control, store, laboratory)
        self.facts = ClientFacts(client.name, client.version, client.digest, client.source)
        self.session = TrialRunner(options, self.measurements)
        self.inquiry = AnalysisRounds(chosen, self.control, self.session)
        self.swept: list[sweep.SweptFactor] = []
        self.explored: list[ExplorationSummary] = []

    @property
    def scope(self) -> Scope:
        """What is varied; mining, searches and sweeps add levels to it."""
        return self.inquiry.scope

    def run(self) -> Iterator[EngineEvent]:
        """The whole audit, from its first event to its last."""
        design = None if self.scope.mined or self.options.search else self._plan()
        planned = self._planned(design) + self.inquiry.guess_after()
        yield AuditStarted(
            self.facts,
            self.scope.facts,
            self.options.seed,
            self.laboratory.jobs,
            planned,
            str(self.folder),
        )
        first = [PlannedTrial(self.control, number) for number in range(CONTROL_REPLICATES)]
        yield from self.session.phase("calibrate", first, planned - len(first))
        yield from self._check_calibration()
        if design is None:
            if self.scope.mined:
                yield from self._mine()
            for name in self.options.search:
                yield from self._search(name)
            design = self._plan()
        screen = (*design.singles, *design.array)
        self.inquiry.designed = frozenset(
            trial.environment for trial in (*design.calibration, *screen)
        )
        yield from self.session.phase(
            "calibrate",
            [trial for trial in design.calibration if not self.measurements.measured(trial)],
            self._planned(design) - len(design.calibration) + self.inquiry.guess_after(),
        )
        yield from self.session.phase("screen", screen, self.inquiry.guess_after())
        analysis = yield from self.inquiry.isolate(_ISOLATE_ROUNDS)
        analysis = yield from self.inquiry.confirm(analysis)
        if analysis.open:
            analysis = yield from self.inquiry.isolate(_LATE_ROUNDS)
            analysis = yield from self.inquiry.confirm(analysis)
        analysis = yield from self._catch_up(screen, analysis)
        for name in self.options.sweep:
            analysis = yield from self._sweep(name, analysis)
        yield from self._report(analysis)

    def _catch_up(
        self, screen: Sequence[PlannedTrial], analysis: Analysis
    ) -> Generator[EngineEvent, None, Analysis]:
        """Run what screening had to leave out, where confirmation left room for it."""
        left = [trial for trial in screen if not self.measurements.measured(trial)]
        room = self.session.room()
        if not left or room is None or room < _MIN_LATE_TRIALS:
            return analysis
        yield from self.session.phase("screen", left, 0, share=_LATE_SCREENING_SHARE)
        analysis = yield from self.inquiry.isolate(_LATE_ROUNDS)
        return (yield from self.inquiry.confirm(analysis))

    def _plan(self) -> Design:
        return plan(
            self.scope.levels,
            strength=self.options.strength,
            seed=self.options.seed,
            forbidden=find_forbidden_pairs(self.scope.levels),
            alone=self.scope.alone,
        )

    def _planned(self, design: Design | None) -> int:
        """How many trials the first phases take; a guess while there is no design."""
        if design is not None:
            return len(design.calibration) + len(design.singles) + len(design.array)
        counts = sorted(map(len, self.scope.levels.values()))
        pairs = counts[-1] * counts[-2] if len(counts) > 1 else 0
        return CONTROL_REPLICATES + _MINING_TRIALS_WITH_OTHERS + sum(counts) + pairs

    def _mine(self) -> Iterator[EngineEvent]:
        """Find which of the client's variables matter, and take them up as levels."""
        others = any(
            len(v) > 1 for name, v in self.scope.levels.items() if name != variable_mining.FACTOR
        )
        most = _MINING_TRIALS_WITH_OTHERS if others else _MINING_TRIALS_ALONE
        before = self.session.ran

        def enough(more: int) -> bool:
            ran = self.session.ran - before
            # What the trials took, not what the clock says: resumed, they take no time again.
            walls_s = [trial.wall_s for trial in self.measurements.rows.values()][before:]
            slow = sum(walls_s) > _MINING_SLOW_S and ran > _MINING_MIN_TRIALS
            limit = self.options.max_trials
            short = limit is not None and before + ran + more > limit * PHASE_SHARES["mine"]
            return ran + more > most or slow or short or self.session.time_is_up("mine")

        found = yield from variable_mining.mine_variables(
            self.scope.mined,
            self.control,
            _Bench(self, "mine"),
            lanes=_MINING_PARALLEL,
            seed=self.options.seed,
            enough=enough,
        )
        self.inquiry.scope = add_mined(self.scope, found)

    def _search(self, name: str) -> Iterator[EngineEvent]:
        """Generate levels of a factor, and take up those that show something new."""
        if len(self.scope.levels.get(name, ())) > 1:
            found = yield from level_search.search_levels(
                name,
                self.scope.levels,
                _Bench(self, "search"),
                words=(*self.options.words, *self.scope.words),
                trials=self.options.search_trials,
                seed=self.options.seed,
            )
            self.explored.append(found.explored)
            self.inquiry.scope = add_levels(self.scope, name, found.levels)

    def _sweep(self, name: str, analysis: Analysis) -> Generator[EngineEvent, None, Analysis]:
        """Try every level of a factor; what is new is confirmed, and its context swept too."""
        bench = _Bench(self, "sweep")
        found: tuple[str, ...] = ()
        before = self.session.ran
        while len(self.scope.levels.get(name, ())) > 1:
            signals = self.inquiry.conclusion(analysis).signals
            known = set(self.measurements.rows)
            swept = yield from sweep.sweep_factor(name, signals, self.control, bench)
            new: tuple[str, ...] = ()
            if not found:
                new = yield from sweep.find_new_levels(name, signals, bench, self.scope)
            ran = set(self.measurements.rows) - known
            self.inquiry.aside |= {trial for trial in ran if trial.environment[name] not in new}
            if not new:
                self.swept.append(swept)
                self.explored.append(sweep.summarise_sweep(swept, found, self.session.ran - before))
                break
            found = new
            self.inquiry.scope = add_levels(self.scope, name, new)
            yield from bench.run([PlannedTrial(self.control.but({name: level})) for level in new])
            analysis = yield from self.inquiry.isolate(_LATE_ROUNDS)
            analysis = yield from self.inquiry.confirm(analysis)
        return analysis

    def _check_calibration(self) -> Iterator[EngineEvent]:
        """The client must run in the control environment before anything can be compared."""
        ends = self.measurements.ends(self.control)
        if ends and all(end.verdict == "could not start" for end in ends):
            raise ClientError(f"{self.client.label} could not be started: {ends[0].detail}")
        for message in self.measurements.warnings(self.control):
            yield Warned(message)

    def _report(self, analysis: Analysis) -> Iterator[EngineEvent]:
        conclusion = self.inquiry.conclusion(analysis)
        signals = conclusion.signals
        for swept in self.swept:
            rows = self.measurements.table(self.scope.endpoint)
            signals = tuple(sweep.add_partition(s, swept, rows, self.control) for s in signals)
        for signal in signals:
            yield SignalConfirmed(signal)
        report = build_report(
            conclusion,
            signals,
            self.session,
            facts=self.facts,
            scope=self.scope,
            jobs=self.laboratory.jobs,
            folder=self.folder,
            explored=self.explored,
        )
        write_report(report, self.measurements, self.folder)
        yield AuditFinished(report)


class _Bench:
    """What mining, searches and sweeps may do with an engine, as one of its phases."""

    def __init__(self, engine: Engine, phase: Phase) -> None:
        self._engine = engine
        self._phase: Phase = phase
        self._rows: list[Row] = []

    def run(self, trials: Sequence[PlannedTrial]) -> Iterator[EngineEvent]:
        """Run these trials, as a phase."""
        engine = self._engine
        known = [trial for trial in trials if not engine.measurements.measured(trial)]
        if known:
            yield from engine.session.phase(self._phase, known, engine.inquiry.guess_after())

    def features(self, environment: Environment) -> list[Features]:
        """What the trials of an environment showed."""
        return [row.features for row in self.rows() if row.environment == environment]

    def rows(self) -> list[Row]:
        """All trials so far, the control environment's first."""
        if len(self._rows) != self.count():
            self._rows = self._engine.measurements.table(self._engine.scope.endpoint)
        return self._rows

    def count(self) -> int:
        """How many trials there are so far."""
        return self._engine.session.ran

    def again(self, environment: Environment) -> PlannedTrial:
        """One more trial of an environment."""
        return self._engine.session.again(environment)

    def analysis(self, rows: Sequence[Row], settled: Collection[Location] = ()) -> Analysis:
        """What some trials say; of settled places nothing more is wanted."""
        return self._engine.inquiry.analysis(rows, settled=settled)
