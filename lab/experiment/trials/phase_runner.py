"""What one phase (mining, a search, a sweep) may do with an audit: run trials and read rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from lab.environment import Environment
from lab.experiment.events import EngineEvent, Phase
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.experiment.trials.runner import TrialRunner
from lab.factors.host_spec import Endpoint
from lab.observation.features import Features

__all__ = ["AuditPhase", "PhaseRunner"]


class PhaseRunner(Protocol):
    """What mining, searches and sweeps need of an audit."""

    def run(self, trials: Sequence[PlannedTrial]) -> Iterator[EngineEvent]:
        """Run these trials, except those that the audit has already measured."""

    def rows(self) -> list[Row]:
        """All trials of the audit so far, the control environment's first."""

    def features(self, environment: Environment) -> list[Features]:
        """The features of each trial of an environment so far."""

    def count_trials(self) -> int:
        """The number of trials of the audit so far."""

    def next_trial(self, environment: Environment) -> PlannedTrial:
        """The next replicate of an environment that the audit has not measured."""


class AuditPhase:
    """One phase of a running audit."""

    def __init__(
        self, phase: Phase, runner: TrialRunner, endpoint: Endpoint, trials_after: int
    ) -> None:
        """Begin a phase.

        Args:
            phase: The name under which its trials are reported and stored.
            runner: Runs the trials within the limits of the audit.
            endpoint: How the client's endpoint is configured.
            trials_after: An estimate of the trials that later phases will need.
        """
        self._phase: Phase = phase
        self._runner = runner
        self._endpoint = endpoint
        self._trials_after = trials_after
        self._rows: list[Row] = []

    def run(self, trials: Sequence[PlannedTrial]) -> Iterator[EngineEvent]:
        """Run these trials, except those that the audit has already measured."""
        missing = [trial for trial in trials if not self._runner.is_measured(trial)]
        if missing:
            yield from self._runner.run_phase(self._phase, missing, self._trials_after)

    def rows(self) -> list[Row]:
        """All trials of the audit so far, the control environment's first."""
        if len(self._rows) != self.count_trials():
            self._rows = self._runner.build_rows(self._endpoint)
        return self._rows

    def features(self, environment: Environment) -> list[Features]:
        """The features of each trial of an environment so far."""
        return [row.features for row in self.rows() if row.environment == environment]

    def count_trials(self) -> int:
        """The number of trials of the audit so far."""
        return self._runner.trial_count

    def next_trial(self, environment: Environment) -> PlannedTrial:
        """The next replicate of an environment that the audit has not measured."""
        return self._runner.next_trial(environment)
