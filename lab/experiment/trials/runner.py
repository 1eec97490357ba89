"""Runs the trials of one audit, phase by phase, within the user's limits.

The only decision made here is how many trials the limits on number and time leave room for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from lab.environment import Environment
from lab.experiment.events import (
    EngineEvent,
    Phase,
    PhaseFinished,
    PhaseStarted,
    TrialFinished,
)
from lab.experiment.options import AuditOptions
from lab.experiment.trials.measurements import Measurements
from lab.experiment.trials.planned import PlannedTrial, encode_replicate
from lab.experiment.trials.row import Row
from lab.factors.host_spec import Endpoint

__all__ = ["PHASE_SHARES", "TrialRunner"]

PHASE_SHARES = {"mine": 0.3, "search": 0.4, "screen": 0.55, "isolate": 0.7}
"""The share of the limits on trials and time that is used up when a phase ends."""


class TrialRunner:
    """Runs trials, and counts those that a limit left out."""

    def __init__(self, options: AuditOptions, measurements: Measurements) -> None:
        self.options = options
        self.measurements = measurements
        self.started = time.monotonic()
        self.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.trials_s = 0.0
        """Seconds of the phases, in which trials ran."""
        self.reserved_s = 0.0
        """Seconds at the end of ``max_time`` in which no trial starts, to compare those before."""
        self._requested: set[PlannedTrial] = set()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the audit began."""
        return time.monotonic() - self.started

    @property
    def trial_count(self) -> int:
        """The number of trials so far, including those found in the store."""
        return len(self.measurements.stored)

    @property
    def skipped_count(self) -> int:
        """How many trials a limit left out and no later phase ran."""
        return len(self.list_left_out())

    def list_left_out(self) -> tuple[PlannedTrial, ...]:
        """The trials that a limit left out and no later phase ran."""
        return tuple(trial for trial in self._requested if not self.is_measured(trial))

    def is_measured(self, trial: PlannedTrial) -> bool:
        """Whether the audit already counts this trial."""
        return self.measurements.is_measured(trial)

    def next_trial(self, environment: Environment) -> PlannedTrial:
        """The next replicate of an environment that is not yet measured."""
        return self.measurements.next_trial(environment)

    def list_trials(self) -> tuple[PlannedTrial, ...]:
        """All trials so far, in the order in which they were requested."""
        return tuple(self.measurements.stored)

    def build_rows(self, endpoint: Endpoint) -> list[Row]:
        """One row per trial so far, those of the control environment first."""
        return self.measurements.build_rows(endpoint)

    def explain_unmeasured(self) -> str | None:
        """Why the trials say nothing about the client; None where they do."""
        return self.measurements.outcomes.explain_unmeasured()

    def run_phase(
        self,
        phase: Phase,
        trials: Sequence[PlannedTrial],
        trials_after: int,
        *,
        share: float | None = None,
    ) -> Iterator[EngineEvent]:
        """Run the trials of one phase, as far as the limits allow.

        Args:
            phase: The name under which the trials are reported and stored.
            trials: The trials to run.
            trials_after: An estimate of the trials that later phases will need.
            share: The share of the limits that may be used up when the phase ends; the phase's
                own share if None.

        Yields:
            ``PhaseStarted``, one ``TrialFinished`` per trial, ``PhaseFinished``.
        """
        share = PHASE_SHARES.get(phase, 1.0) if share is None else share
        self._requested.update(trials)
        trials = self._limit(trials, share)
        known = sum(self.measurements.is_stored(trial) for trial in trials)
        yield PhaseStarted(phase, len(trials), known, trials_after)
        ran = 0
        before_s = self.elapsed_s
        measuring = self.measurements.measure(phase, trials, lambda: self._is_time_used(share))
        for trial, stored, from_store in measuring:
            ran += 1
            yield TrialFinished(
                phase,
                trial.environment,
                encode_replicate(trial),
                stored.verdict,
                stored.wall_s,
                from_store,
            )
        self.trials_s += self.elapsed_s - before_s
        yield PhaseFinished(phase, f"{ran} trial{'' if ran == 1 else 's'}")

    def _limit(self, trials: Sequence[PlannedTrial], share: float) -> Sequence[PlannedTrial]:
        """As many of these trials as this share of ``--max-trials`` leaves room for."""
        limit = self.options.max_trials
        if limit is None:
            return trials
        return trials[: max(0, int(limit * share) - self.trial_count)]

    def _is_time_used(self, share: float) -> bool:
        limit = self.options.max_time
        if limit is None:
            return False
        return self.elapsed_s > min(limit * share, limit - self.reserved_s)

    def is_time_up(self, phase: Phase) -> bool:
        """Whether the phase has used its share of the time limit."""
        return self._is_time_used(PHASE_SHARES.get(phase, 1.0))

    def estimate_room(self) -> int | None:
        """An estimate of how many more trials the limits leave room for; None without limits.

        The duration of a trial is the mean over all trials, including those from the store,
        which take no time now.
        """
        rooms = []
        if self.options.max_trials is not None:
            rooms.append(self.options.max_trials - self.trial_count)
        if self.options.max_time is not None and self.trial_count:
            walls_s = sum(trial.wall_s for trial in self.measurements.stored.values())
            each_s = walls_s / self.trial_count
            left_s = self.options.max_time - self.elapsed_s
            jobs = self.measurements.executor.jobs
            rooms.append(int(left_s * jobs / max(each_s, 0.001)))
        return max(0, min(rooms)) if rooms else None
