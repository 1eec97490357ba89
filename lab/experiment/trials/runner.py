"""One audit's trials as they are run: phase by phase, within the user's limits.

What an experiment asks for goes through here, and comes back as events.  Nothing is decided
here but how many trials the limits on number and time leave room for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from lab.environment import Environment
from lab.experiment.design.covering_array import PlannedTrial
from lab.experiment.events import (
    EngineEvent,
    Phase,
    PhaseFinished,
    PhaseStarted,
    TrialFinished,
)
from lab.experiment.options import AuditOptions
from lab.experiment.trials.measurements import Measurements

__all__ = ["PHASE_SHARES", "TrialRunner"]

PHASE_SHARES = {"mine": 0.3, "search": 0.4, "screen": 0.55, "isolate": 0.7}
"""Of the limits on trials and time, what is used when a phase ends: later ones need some."""


class TrialRunner:
    """Runs trials, and remembers those that a limit left out."""

    def __init__(self, options: AuditOptions, measurements: Measurements) -> None:
        self.options = options
        self.measurements = measurements
        self.started = time.monotonic()
        self.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._left_out: set[PlannedTrial] = set()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the audit began."""
        return time.monotonic() - self.started

    @property
    def ran(self) -> int:
        """Trials so far, those of an earlier session included."""
        return len(self.measurements.rows)

    @property
    def skipped(self) -> int:
        """How many trials a limit left out, and nobody ran later."""
        return sum(not self.measurements.measured(trial) for trial in self._left_out)

    def again(self, environment: Environment) -> PlannedTrial:
        """One more trial of an environment."""
        return PlannedTrial(environment, self.measurements.following(environment))

    def phase(
        self,
        phase: Phase,
        trials: Sequence[PlannedTrial],
        after: int,
        *,
        share: float | None = None,
    ) -> Iterator[EngineEvent]:
        """Run trials; ``after`` is a guess at how many the later phases will need.

        ``share`` of the limits may be used then, by default what is the phase's.
        """
        share = PHASE_SHARES.get(phase, 1.0) if share is None else share
        self._left_out.update(trials)
        trials = self._affordable(trials, share)
        known = sum(self.measurements.known(trial) for trial in trials)
        yield PhaseStarted(phase, len(trials), known, after)
        ran = 0
        measuring = self.measurements.measure(phase, trials, lambda: self._used_up(share))
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
        yield PhaseFinished(phase, f"{ran} trial{'' if ran == 1 else 's'}")

    def _affordable(self, trials: Sequence[PlannedTrial], share: float) -> Sequence[PlannedTrial]:
        """As many of these trials as this share of ``--max-trials`` leaves room for."""
        limit = self.options.max_trials
        if limit is None:
            return trials
        return trials[: max(0, int(limit * share) - self.ran)]

    def _used_up(self, share: float) -> bool:
        limit = self.options.max_time
        return limit is not None and self.elapsed_s > limit * share

    def time_is_up(self, phase: Phase) -> bool:
        """Whether the phase has used its share of the time."""
        return self._used_up(PHASE_SHARES.get(phase, 1.0))

    def room(self) -> int | None:
        """How many more trials the limits leave room for, as far as one can tell.

        What a trial takes is told by all there are, also those of an earlier session, which
        cost nothing now.
        """
        rooms = []
        if self.options.max_trials is not None:
            rooms.append(self.options.max_trials - self.ran)
        if self.options.max_time is not None and self.ran:
            each_s = sum(trial.wall_s for trial in self.measurements.rows.values()) / self.ran
            left_s = self.options.max_time - self.elapsed_s
            jobs = self.measurements.laboratory.jobs
            rooms.append(int(left_s * jobs / max(each_s, 0.001)))
        return max(0, min(rooms)) if rooms else None
