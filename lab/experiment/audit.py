"""The engine: an audit as a stream of events.

``calibrate`` learns what is noise, ``screen`` tries every level alone and all levels in
combination, ``isolate`` runs what the analysis wants to know until nothing is open,
``confirm`` repeats the minimal pairs, interleaved, in fresh trials.  Every finished trial is
on disk before its event is yielded.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from lab import __version__
from lab.clients.profile import Client
from lab.environment import Environment
from lab.errors import ClientError, UsageError
from lab.experiment.analysis import FRESH, Analysis, analyse, pairs_to_confirm
from lab.experiment.conclude import conclude
from lab.experiment.design import Planned, plan
from lab.experiment.events import (
    AuditFinished,
    AuditStarted,
    EngineEvent,
    Phase,
    PhaseFinished,
    PhaseStarted,
    SignalConfirmed,
    TrialFinished,
    Warned,
)
from lab.experiment.inference import Combination
from lab.experiment.options import Options
from lab.experiment.permutation import replicates_needed
from lab.experiment.scope import Scope, scope
from lab.experiment.trials import Measurements, Measuring
from lab.findings.encode import encode
from lab.findings.report import ClientFacts, LabFacts, Report
from lab.sandbox.laboratory import Laboratory
from lab.store import Store

__all__ = ["audit", "conduct"]

_ISOLATE_ROUNDS = 12
_LATE_ROUNDS = 3
"""Rounds for questions that only the trials of confirmation raised."""
_CONFIRM_ROUNDS = 5
_FIRST_LOOK = 2
"""Replicates of the first round of confirmation, which sends most chance finds away."""
_LARGEST_ROUND = 48
_ISOLATE_SHARE, _SCREEN_SHARE = 0.7, 0.55


def audit(client: Client, options: Options) -> Generator[EngineEvent, None, None]:
    """Run the whole experiment on a client.

    Closing the iterator stops the audit after the trials that are running; everything
    measured stays in the audit's folder.  UsageError for impossible options, MachineError
    where no cell can be made, ClientError where the client cannot be run at all.
    """
    chosen = scope(client, options)
    folder = options.out or options.home / "audits" / _identifier(client, options, chosen)
    if options.out is not None and not options.resume and _holds_audit(folder):
        raise UsageError(
            f"{folder} already holds an audit; add --resume to go on with it, "
            "or choose another folder with --out"
        )
    if options.out is not None and options.resume and not _holds_audit(folder):
        raise UsageError(f"there is no audit in {folder} to go on with; leave --resume out")
    if options.out is None:
        folder = _numbered(folder, latest=options.resume)
    with Store(folder) as store:
        store.bind("client", client.digest)
        store.bind("seed", str(options.seed))
        with Laboratory(
            client, jobs=options.jobs, home=options.home, hidden=(folder,)
        ) as laboratory:
            yield from conduct(client, options, chosen, store, laboratory)


def conduct(
    client: Client, options: Options, chosen: Scope, store: Store, laboratory: Measuring
) -> Generator[EngineEvent, None, None]:
    """The experiment itself, with whatever can measure: cells, or a model of a client."""
    yield from _Engine(client, options, chosen, store, laboratory).run()


def _identifier(client: Client, options: Options, chosen: Scope) -> str:
    safe = "".join(c if c.isalnum() or c in ".-_" else "-" for c in client.label)
    return f"{safe}-{chosen.digest[:8]}-seed{options.seed}"


def _holds_audit(folder: Path) -> bool:
    return (folder / "trials.sqlite").exists()


def _numbered(folder: Path, *, latest: bool) -> Path:
    """The first of the numbered siblings without an audit, or the last with one."""
    number = 1
    candidate, last = folder, folder
    while _holds_audit(candidate):
        number += 1
        last, candidate = candidate, folder.with_name(f"{folder.name}-{number}")
    return last if latest else candidate


class _Engine:
    """One audit under way."""

    def __init__(
        self,
        client: Client,
        options: Options,
        chosen: Scope,
        store: Store,
        laboratory: Measuring,
    ) -> None:
        self.options = options
        self.scope = chosen
        self.design = plan(chosen.levels, strength=options.strength, seed=options.seed)
        self.folder = store.folder
        self.laboratory = laboratory
        self.client = client
        self.measurements = Measurements(client, self.design.control, store, laboratory)
        self.facts = ClientFacts(client.name, client.version, client.digest, client.source)
        self.started = time.monotonic()
        self.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.skipped = 0
        self.hypotheses = 0

    def run(self) -> Iterator[EngineEvent]:
        design = self.design
        planned = len(design.calibration) + len(design.singles) + len(design.array)
        yield AuditStarted(
            self.facts,
            self.scope.facts,
            self.options.seed,
            self.laboratory.jobs,
            planned + self._guess_after(),
            str(self.folder),
        )
        after = planned - len(design.calibration) + self._guess_after()
        yield from self._phase("calibrate", design.calibration, after)
        yield from self._check_calibration()
        yield from self._phase("screen", (*design.singles, *design.array), self._guess_after())
        analysis = yield from self._isolate(_ISOLATE_ROUNDS)
        analysis = yield from self._confirm(analysis)
        if analysis.wanted:
            analysis = yield from self._isolate(_LATE_ROUNDS)
            analysis = yield from self._confirm(analysis)
        yield from self._report(analysis)

    def _guess_after(self) -> int:
        return 20 + 4 * sum(len(values) > 1 for values in self.scope.levels.values())

    def _phase(self, phase: Phase, trials: Sequence[Planned], after: int) -> Iterator[EngineEvent]:
        """Run trials; ``after`` is a guess at how many the later phases will need."""
        trials = self._affordable(phase, trials)
        known = sum(self.measurements.known(trial) for trial in trials)
        yield PhaseStarted(phase, len(trials), known, after)
        ran = 0
        measuring = self.measurements.measure(phase, trials, lambda: self._time_is_up(phase))
        for planned, stored, from_store in measuring:
            ran += 1
            yield TrialFinished(
                phase,
                planned.environment,
                planned.replicate,
                stored.verdict,
                stored.wall_s,
                from_store,
            )
        self.skipped += len(trials) - ran
        yield PhaseFinished(phase, f"{ran} trial{'' if ran == 1 else 's'}")

    def _affordable(self, phase: Phase, trials: Sequence[Planned]) -> Sequence[Planned]:
        """As many of these trials as ``--max-trials`` leaves room for.

        Screening may not use up what confirmation needs.
        """
        limit = self.options.max_trials
        if limit is None:
            return trials
        share = {"calibrate": 1.0, "screen": _SCREEN_SHARE, "isolate": _ISOLATE_SHARE}
        room = max(0, int(limit * share.get(phase, 1.0)) - len(self.measurements.rows))
        self.skipped += max(0, len(trials) - room)
        return trials[:room]

    def _time_is_up(self, phase: Phase) -> bool:
        limit = self.options.max_time
        if limit is None:
            return False
        share = {"screen": _SCREEN_SHARE, "isolate": _ISOLATE_SHARE}.get(phase, 1.0)
        return time.monotonic() - self.started > limit * share

    def _check_calibration(self) -> Iterator[EngineEvent]:
        """The client must run in the control environment before anything can be compared."""
        ends = self.measurements.ends(self.design.control)
        if ends and all(end.verdict == "could not start" for end in ends):
            raise ClientError(f"{self.client.label} could not be started: {ends[0].detail}")
        for message in self.measurements.warnings(self.design.control):
            yield Warned(message)

    def _analysis(self, *, tested: bool = False) -> Analysis:
        """What the trials so far say.

        Once hypotheses are being ``tested``, the correction counts every one that ever was,
        also those that fresh trials have since sent away.
        """
        analysis = analyse(
            self.measurements.table(self.scope.endpoint),
            self.design.control,
            routes=self.scope.routes,
            seed=self.options.seed,
            hypotheses=self.hypotheses,
            canaries=self.scope.canaries,
        )
        if tested:
            self.hypotheses = max(self.hypotheses, len(analysis.effects))
        return analysis

    def _isolate(self, rounds: int) -> Generator[EngineEvent, None, Analysis]:
        """Run what the analysis wants to know, until nothing is open."""
        analysis = self._analysis()
        for _ in range(rounds):
            trials = self._wanted(analysis.wanted)
            if not trials:
                break
            before = len(self.measurements.rows)
            yield from self._phase("isolate", trials, self._guess_after())
            if len(self.measurements.rows) == before:
                break
            analysis = self._analysis()
        return analysis

    def _wanted(self, combinations: Sequence[Combination]) -> list[Planned]:
        trials = []
        for combination in combinations[:_LARGEST_ROUND]:
            environment = self._environment(combination)
            trials.append(Planned(environment, self.measurements.following(environment)))
        return trials

    def _confirm(self, analysis: Analysis) -> Generator[EngineEvent, None, Analysis]:
        """Fresh, interleaved replicates of every minimal pair."""
        self.hypotheses = max(self.hypotheses, len(analysis.effects))
        for number in range(_CONFIRM_ROUNDS):
            replicates = replicates_needed(self.hypotheses, self.options.alpha)
            room = self._room()
            look = number == 0 and room is None
            wanted = pairs_to_confirm(
                analysis.effects,
                _FIRST_LOOK if look else replicates,
                room,
                scaled=not look,
                done=self._fresh(),
            )
            trials = [
                trial
                for combination, count in wanted.items()
                for n in range(count)
                if not self.measurements.measured(
                    trial := Planned(self._environment(combination), FRESH + n)
                )
            ]
            if not trials:
                break
            random.Random(f"confirm {self.options.seed} {number}").shuffle(trials)
            before = len(self.measurements.rows)
            yield from self._phase("confirm", trials, 0)
            if len(self.measurements.rows) == before:
                break
            analysis = self._analysis(tested=True)
        return analysis

    def _room(self) -> int | None:
        """How many more trials the limits leave room for, as far as one can tell."""
        rooms = []
        ran = len(self.measurements.rows)
        if self.options.max_trials is not None:
            rooms.append(self.options.max_trials - ran)
        if self.options.max_time is not None:
            elapsed = time.monotonic() - self.started
            left = self.options.max_time - elapsed
            rooms.append(int(left * self.measurements.ran / max(elapsed, 0.001)))
        return max(0, min(rooms)) if rooms else None

    def _fresh(self) -> Counter[Combination]:
        """How many fresh replicates of each combination there are."""
        control = self.design.control
        return Counter(
            frozenset((c.factor, c.right) for c in control.difference(trial.environment))
            for trial in self.measurements.rows
            if trial.replicate >= FRESH
        )

    def _environment(self, combination: Combination) -> Environment:
        return self.design.control.but(dict(combination))

    def _report(self, analysis: Analysis) -> Iterator[EngineEvent]:
        conclusion = conclude(
            analysis,
            self.measurements.table(self.scope.endpoint),
            self.design.control,
            scope=self.scope,
            alpha=self.options.alpha,
            seed=self.options.seed,
            skipped=self.skipped,
            failed=self.measurements.failed_in_silence,
        )
        for signal in conclusion.signals:
            yield SignalConfirmed(signal)
        totals = self.measurements.totals()
        report = Report(
            client=self.facts,
            lab=LabFacts(__version__),
            seed=self.options.seed,
            alpha=self.options.alpha,
            strength=self.options.strength,
            jobs=self.laboratory.jobs,
            started=self.started_at,
            wall_s=round(time.monotonic() - self.started, 3),
            trials=totals.trials,
            client_cpu_s=round(totals.client_cpu_s, 3),
            overhead_s=round(totals.overhead_s, 3),
            factors=conclusion.factors,
            signals=conclusion.signals,
            noise=conclusion.noise,
            inconclusive=conclusion.inconclusive,
            not_measured=(*self.scope.not_measured, *conclusion.not_measured),
            calibration=conclusion.calibration,
            hosts=self.measurements.hosts(),
            verdict=conclusion.verdict,
            warnings=tuple(self.measurements.warnings(self.design.control)),
            audit=str(self.folder),
        )
        self._write(report)
        yield AuditFinished(report)

    def _write(self, report: Report) -> None:
        """The report, and the environments by digest, beside the trials."""
        document = {
            digest: environment.mapping
            for digest, environment in self.measurements.store.environments().items()
        }
        text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
        for name, data in (("environments.json", text.encode()), ("report.json", encode(report))):
            partial = self.folder / f"{name}.partial"
            partial.write_bytes(data)
            partial.replace(self.folder / name)
