"""Measurements: the trials of one audit, run or found in the store, as rows of features."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Protocol

import msgspec

from lab.clients.profile import Client
from lab.environment import Environment
from lab.experiment.events import Phase
from lab.experiment.trials.host_roles import assign_roles, learn_default_host
from lab.experiment.trials.planned import PlannedTrial, encode_replicate
from lab.experiment.trials.row import Row
from lab.experiment.trials.trial_outcomes import TrialOutcomes
from lab.factors import endpoint as endpoint_factor
from lab.factors.host_spec import Endpoint
from lab.observation.features import Features, extract_features
from lab.observation.generated_hosts import group_generated_hosts
from lab.observation.location import Location
from lab.observation.moved_texts import follow_moved_texts
from lab.observation.parts import MessagePart
from lab.observation.records import DnsQuery, Observation, Request
from lab.observation.timing import Timings, measure_timings
from lab.sandbox.timed_observation import TimedObservation
from lab.store import StoredTrial, TrialStore

__all__ = ["Measurements", "Totals", "TrialExecutor"]

_STATUS = Location("exit", part=MessagePart.STATUS)
_LEARNING_TRIALS = 8
"""Observations of each kind from which the official host is learnt."""


class TrialExecutor(Protocol):
    """Whatever can run trials: a sandbox of cells, or a model of a client in a test."""

    @property
    def jobs(self) -> int:
        """How many trials run at a time."""

    def measure_all(
        self, trials: Iterable[tuple[PlannedTrial, Environment]]
    ) -> Iterator[tuple[PlannedTrial, TimedObservation]]:
        """Run trials, and yield each with its measurement as it ends."""


class Totals(msgspec.Struct, frozen=True):
    """Sums over all trials; times in seconds."""

    trials: int
    client_cpu_s: float
    overhead_s: float


class Measurements:
    """All trials of one audit so far, in the order in which they were requested."""

    def __init__(
        self, client: Client, control: Environment, store: TrialStore, executor: TrialExecutor
    ) -> None:
        """Begin without trials.

        Args:
            client: The client under test; its digest is part of each trial's key in the store.
            control: The environment with every factor at its control.
            store: Where trials are kept.
            executor: What runs the trials that the store does not have.
        """
        self.client = client
        self.control = control
        self.store = store
        self.executor = executor
        self.stored: dict[PlannedTrial, StoredTrial] = {}
        """What the store has of each trial, in the order of the requests."""
        self.outcomes = TrialOutcomes(client, control)
        """How the client ran."""
        self._features: dict[tuple[PlannedTrial, str | None], tuple[Features, Timings]] = {}
        self._hosts: set[str] = set()

    def is_stored(self, trial: PlannedTrial) -> bool:
        """Whether the store already has this trial."""
        return self._get(trial) is not None

    def is_measured(self, trial: PlannedTrial) -> bool:
        """Whether this audit already counts this trial."""
        return trial in self.stored

    def next_trial(self, environment: Environment) -> PlannedTrial:
        """The first replicate of an environment, for exploration, that is not yet measured."""
        return next(
            trial
            for number in count()
            if (trial := PlannedTrial(environment, number)) not in self.stored
        )

    def measure(
        self, phase: Phase, trials: Sequence[PlannedTrial], stop: Callable[[], bool]
    ) -> Iterator[tuple[PlannedTrial, StoredTrial, bool]]:
        """Run trials, or take them from the store, which come first.

        Args:
            phase: The name under which new trials are stored.
            trials: The trials that are wanted.
            stop: No further trial starts once this returns True.

        Yields:
            Each trial, what the store has of it, and whether it was there already.
        """
        missing = []
        for trial in trials:
            found = self._get(trial)
            if found is None:
                missing.append(trial)
            else:
                self._record(trial, found, self.store.observation(found))
                yield trial, found, True

        def start() -> Iterator[tuple[PlannedTrial, Environment]]:
            for trial in missing:
                if stop():
                    return
                yield trial, trial.environment

        for trial, measured in self.executor.measure_all(start()):
            stored = self.store.put(
                self.client.digest,
                trial.environment,
                encode_replicate(trial),
                phase=phase,
                observation=measured.observation,
                overhead_s=measured.overhead_s,
            )
            self._record(trial, stored, measured.observation)
            yield trial, stored, False

    def _record(self, trial: PlannedTrial, stored: StoredTrial, observation: Observation) -> None:
        self.stored[trial] = stored
        self.outcomes.record(trial, observation)
        for event in observation.events:
            if isinstance(event, Request):
                self._hosts.add(event.host)
            elif isinstance(event, DnsQuery):
                self._hosts.add(event.name)

    def find_official_host(self, endpoint: Endpoint) -> str | None:
        """The provider's host: from the profile, otherwise learnt from the traffic."""
        if endpoint.host is not None:
            return endpoint.host
        unset: list[Observation] = []
        configured: list[tuple[str, Observation]] = []
        for trial, stored in self.stored.items():
            level = trial.environment.mapping.get("endpoint", "unset")
            host = endpoint_factor.resolve_host(level, endpoint)
            if host is None and len(unset) < _LEARNING_TRIALS:
                unset.append(self.store.observation(stored))
            elif host is not None and len(configured) < _LEARNING_TRIALS:
                configured.append((host, self.store.observation(stored)))
        return learn_default_host(unset, configured)

    def build_rows(self, endpoint: Endpoint) -> list[Row]:
        """One row per trial: those of the control environment first, then by environment.

        A broken trial (:meth:`TrialOutcomes.find_defects`) says how it ended and what it lacks.
        """
        official = self.find_official_host(endpoint)
        defects = self.outcomes.find_defects()
        rows = []
        for trial, stored in self.stored.items():
            key = (trial, official)
            if key not in self._features:
                names = assign_roles(trial.environment, endpoint, official)
                seen = self.store.observation(stored)
                self._features[key] = extract_features(seen, names), measure_timings(seen, names)
            found, times = self._features[key]
            defect = defects.get(trial)
            missed = defect.missed if defect is not None else ()
            if missed:
                found = {**found, _STATUS: (", no ".join((found[_STATUS][0], *missed)),)}
            rows.append(Row(trial, found, defect is not None, times, missed))
        rows.sort(
            key=lambda row: (
                row.environment != self.control,
                row.environment,
                encode_replicate(row.trial),
            )
        )
        features = follow_moved_texts(group_generated_hosts([row.features for row in rows]))
        return [
            msgspec.structs.replace(row, features=gathered_here)
            for row, gathered_here in zip(rows, features, strict=True)
        ]

    def _get(self, trial: PlannedTrial) -> StoredTrial | None:
        return self.store.get(self.client.digest, trial.environment, encode_replicate(trial))

    def sum_totals(self) -> Totals:
        """Sums over all trials."""
        stored = self.stored.values()
        return Totals(
            len(self.stored), sum(t.cpu_s for t in stored), sum(t.overhead_s for t in stored)
        )

    def list_hosts(self) -> tuple[str, ...]:
        """Every host that was contacted or resolved in any trial, sorted."""
        return tuple(sorted(self._hosts))
