"""Measurements: trials run or found in the store, with the features of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from lab.clients.profile import Client
from lab.environment import Environment
from lab.experiment.analysis import Row
from lab.experiment.design.covering_array import PlannedTrial
from lab.experiment.events import Phase
from lab.experiment.trials.host_roles import assign_roles, learn_default_host
from lab.factors import endpoint as endpoint_factor
from lab.factors.host_spec import Endpoint
from lab.observation.features import Features, extract_features
from lab.observation.generated_hosts import group_generated_hosts
from lab.observation.records import DnsQuery, Exit, Observation, Request, TlsFailure
from lab.observation.timing import Timings, measure_timings
from lab.sandbox.timed_observation import TimedObservation
from lab.store import Store, StoredTrial

__all__ = ["Measurements", "Totals", "TrialExecutor"]


class TrialExecutor(Protocol):
    """Whatever can run trials: a laboratory of cells, or a model of a client in a test."""

    @property
    def jobs(self) -> int:
        """How many trials run at a time."""

    def measure_all(
        self, trials: Iterable[tuple[PlannedTrial, Environment]]
    ) -> Iterator[tuple[PlannedTrial, TimedObservation]]:
        """Run trials, yielding each with its label as it ends."""


class Totals(msgspec.Struct, frozen=True):
    """Sums over all trials."""

    trials: int
    client_cpu_s: float
    overhead_s: float


class Measurements:
    """All trials of one audit so far, in the order in which they were asked for."""

    def __init__(
        self, client: Client, control: Environment, store: Store, laboratory: TrialExecutor
    ) -> None:
        self.client = client
        self.control = control
        self.store = store
        self.laboratory = laboratory
        self.rows: dict[PlannedTrial, StoredTrial] = {}
        self._ends: dict[PlannedTrial, Exit] = {}
        self._silent: dict[PlannedTrial, bool] = {}
        self._features: dict[tuple[PlannedTrial, str | None], tuple[Features, Timings]] = {}
        self._hosts: set[str] = set()
        self.ran = 0
        """Trials that this session ran itself."""

    def known(self, trial: PlannedTrial) -> bool:
        """Whether the store already has this trial."""
        found = self.store.get(self.client.digest, trial.environment, trial.replicate)
        return found is not None

    def measured(self, trial: PlannedTrial) -> bool:
        """Whether this audit already counts this trial."""
        return trial in self.rows

    def following(self, environment: Environment) -> int:
        """The number of the next replicate of an environment that is not a fresh one."""
        number = 0
        while PlannedTrial(environment, number) in self.rows:
            number += 1
        return number

    def measure(
        self, phase: Phase, trials: Sequence[PlannedTrial], stop: Callable[[], bool]
    ) -> Iterator[tuple[PlannedTrial, StoredTrial, bool]]:
        """Yield every trial with its result, and whether it came from the store.

        Known trials come first.  No further trial starts once ``stop()`` is true.
        """
        missing = []
        for trial in trials:
            found = self.store.get(self.client.digest, trial.environment, trial.replicate)
            if found is None:
                missing.append(trial)
            else:
                self._note(trial, found, self.store.observation(found))
                yield trial, found, True

        def starting() -> Iterator[tuple[PlannedTrial, Environment]]:
            for trial in missing:
                if stop():
                    return
                yield trial, trial.environment

        for trial, measured in self.laboratory.measure_all(starting()):
            stored = self.store.put(
                self.client.digest,
                trial.environment,
                trial.replicate,
                phase=phase,
                observation=measured.observation,
                overhead_s=measured.overhead_s,
            )
            self._note(trial, stored, measured.observation)
            self.ran += 1
            yield trial, stored, False

    def _note(self, trial: PlannedTrial, stored: StoredTrial, observation: Observation) -> None:
        self.rows[trial] = stored
        self._ends[trial] = observation.exit
        self._silent[trial] = not observation.events
        for event in observation.events:
            if isinstance(event, Request):
                self._hosts.add(event.host)
            elif isinstance(event, DnsQuery):
                self._hosts.add(event.name)

    def ends(self, environment: Environment) -> list[Exit]:
        """How the trials of one environment ended."""
        return [end for trial, end in self._ends.items() if trial.environment == environment]

    def warnings(self, environment: Environment) -> Iterator[str]:
        """What looks wrong about the client in this environment, one line each."""
        trials = [trial for trial in self.rows if trial.environment == environment]
        if not trials:
            return
        verdicts = Counter(self._ends[trial].verdict for trial in trials)
        codes = Counter(self._ends[trial].code for trial in trials)
        if (usual := verdicts.most_common(1)[0][0]) != "finished":
            yield f"the client does not end by itself in the control environment: {usual}"
        elif (code := codes.most_common(1)[0][0]) != 0:
            end = self._ends[trials[0]]
            tail = (end.stderr or end.stdout).decode(errors="replace").strip()
            last = tail.splitlines()[-1][:200] if tail else "it printed nothing"
            yield f"the client exits with {code} in the control environment: {last!r}"
        if all(self._silent[trial] for trial in trials):
            yield "the client sent nothing at all in the control environment"
        refused = {
            event.host
            for event in self.store.observation(self.rows[trials[0]]).events
            if isinstance(event, TlsFailure)
        }
        if refused:
            yield (
                f"the client did not accept the lab's certificate for {', '.join(sorted(refused))}"
                ", so what it sends there stays unseen; name its CA variable under [trust] in"
                " its profile"
            )

    def official_host(self, endpoint: Endpoint) -> str | None:
        """The provider's host: from the profile, else learnt from the traffic."""
        if endpoint.host is not None:
            return endpoint.host
        plain: list[Observation] = []
        moved: list[tuple[str, Observation]] = []
        for trial, stored in self.rows.items():
            level = trial.environment.mapping.get("endpoint", "unset")
            host = endpoint_factor.resolve_host(level, endpoint)
            if host is None and len(plain) < 8:
                plain.append(self.store.observation(stored))
            elif host is not None and len(moved) < 8:
                moved.append((host, self.store.observation(stored)))
        return learn_default_host(plain, moved)

    def table(self, endpoint: Endpoint) -> list[Row]:
        """One row a trial, the control environment's first."""
        official = self.official_host(endpoint)
        usual = self._usual_end()
        rows = []
        for trial, stored in self.rows.items():
            key = (trial, official)
            if key not in self._features:
                names = assign_roles(trial.environment, endpoint, official)
                seen = self.store.observation(stored)
                self._features[key] = extract_features(seen, names), measure_timings(seen, names)
            found, times = self._features[key]
            end = self._ends[trial]
            failed = end.verdict != "finished" or (self._silent[trial] and end.code != usual.code)
            broken = failed and usual.verdict == "finished" and not self._all_silent()
            rows.append(Row(trial.environment, trial.replicate, found, broken, times))
        rows.sort(key=lambda row: (row.environment != self.control, row.environment, row.replicate))
        features = group_generated_hosts([row.features for row in rows])
        return [
            msgspec.structs.replace(row, features=gathered_here)
            for row, gathered_here in zip(rows, features, strict=True)
        ]

    def _usual_end(self) -> Exit:
        ends = self.ends(self.control)
        verdict = Counter((end.verdict, end.code) for end in ends).most_common(1)[0][0]
        return next(end for end in ends if (end.verdict, end.code) == verdict)

    def _all_silent(self) -> bool:
        return all(self._silent.values())

    @property
    def failed_in_silence(self) -> bool:
        """Whether the client failed in every trial without having sent anything."""
        return self._all_silent() and all(
            end.verdict != "finished" or end.code != 0 for end in self._ends.values()
        )

    def totals(self) -> Totals:
        """Sums over all trials."""
        stored = self.rows.values()
        return Totals(
            len(self.rows), sum(t.cpu_s for t in stored), sum(t.overhead_s for t in stored)
        )

    def hosts(self) -> tuple[str, ...]:
        """Every host contacted or asked for in any trial."""
        return tuple(sorted(self._hosts))
