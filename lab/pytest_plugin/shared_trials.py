"""Trials that all audits of a session share, in one process or in several.

Every audit keeps all its trials in its own folder, so that it can be verified and resumed alone.
Beside these folders, one folder of the session has each trial once: an audit takes from it what
another audit, or another process, has measured already.  Many audits contain the control
environment and the same single levels.

Trials that *confirm* an effect are never shared.  They run in blocks, both sides of a pair
interleaved, so that a change over time is not mistaken for a difference between the sides; an older
trial cannot be part of such a block.

Two processes never run the same trial at the same time: each claims a trial before it runs it, with
a lock on one byte of a file (``fcntl``), which the kernel releases however a process ends.  A trial
that another process has claimed is postponed; a process waits only when it has nothing else to run.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from lab.environment import Environment
from lab.experiment.trials.measurements import TrialExecutor
from lab.experiment.trials.planned import PlannedTrial, decode_replicate, encode_replicate
from lab.observation.records import Observation
from lab.sandbox.timed_observation import TimedObservation
from lab.store import SqliteStore, StoredTrial, TrialStore

__all__ = ["Claims", "SharedRunner", "SharedStore"]

_WAIT_S = 0.02


class Claims:
    """Names of which each is claimed by at most one process at a time."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Give all names up."""
        os.close(self._file)

    def try_claim(self, name: str) -> bool:
        """Claim this name; return False where another process has it."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _lock_offset(name))
        except (BlockingIOError, PermissionError):
            return False
        return True

    def release(self, name: str) -> None:
        """Give this name up."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _lock_offset(name))

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Claim this name within the context; waits while another process has it."""
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _lock_offset(name))
        try:
            yield
        finally:
            self.release(name)


def _lock_offset(name: str) -> int:
    """The byte of the file that represents a name; the file itself stays empty."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 2


class SharedStore(SqliteStore):
    """The store of one audit, which also reads and writes the trials of the session."""

    def __init__(self, folder: Path, session: TrialStore) -> None:
        super().__init__(folder)
        self._session_store = session

    def get(self, client: str, environment: Environment, replicate: int) -> StoredTrial | None:
        """The stored trial, if this audit or another one of the session has it.

        Args:
            client: the digest of the client.
            environment: where it ran.
            replicate: the encoded number of the trial.
        """
        found = super().get(client, environment, replicate)
        if found is not None or decode_replicate(environment, replicate).is_confirmation:
            return found
        known = self._session_store.get(client, environment, replicate)
        if known is None:
            return None
        observation = self._session_store.observation(known)
        return super().put(
            client,
            environment,
            replicate,
            phase=known.phase,
            observation=observation,
            overhead_s=known.overhead_s,
        )

    def put(
        self,
        client: str,
        environment: Environment,
        replicate: int,
        *,
        phase: str,
        observation: Observation,
        overhead_s: float,
    ) -> StoredTrial:
        """Write a finished trial, also for the session unless it confirms an effect.

        Args:
            client: the digest of the client.
            environment: where it ran.
            replicate: the encoded number of the trial.
            phase: of the audit.
            observation: what it sent.
            overhead_s: what the lab added to the time of the client, in seconds.
        """
        stored = super().put(
            client,
            environment,
            replicate,
            phase=phase,
            observation=observation,
            overhead_s=overhead_s,
        )
        if not decode_replicate(environment, replicate).is_confirmation:
            self._session_store.put(
                client,
                environment,
                replicate,
                phase=phase,
                observation=observation,
                overhead_s=overhead_s,
            )
        return stored


class SharedRunner:
    """Executes trials like another executor, except those that another process executes."""

    def __init__(
        self, executor: TrialExecutor, client: str, store: TrialStore, claims: Claims
    ) -> None:
        """Share the trials of ``store``.

        Args:
            executor: runs the trials of this process.
            client: the digest of the client.
            store: the trials of the session.
            claims: which process runs which trial.
        """
        self._executor = executor
        self._client = client
        self._store = store
        self._claims = claims

    @property
    def jobs(self) -> int:
        """How many trials run at a time in this process."""
        return self._executor.jobs

    def measure_all(
        self, trials: Iterable[tuple[PlannedTrial, Environment]]
    ) -> Iterator[tuple[PlannedTrial, TimedObservation]]:
        """Run trials, or wait for those that another process runs; each as soon as it is finished.

        A trial is claimed until the caller asks for the next one; by then the caller has stored it.
        """
        source = iter(trials)
        postponed: deque[PlannedTrial] = deque()
        ready: deque[tuple[PlannedTrial, TimedObservation]] = deque()
        held: set[str] = set()

        def claim_trials() -> Iterator[tuple[PlannedTrial, Environment]]:
            # This does not wait: trials that this process has claimed must be stored first.
            again = tuple(postponed)
            postponed.clear()
            for planned in chain(again, (trial for trial, _ in source)):
                name = _claim_name(planned)
                if not planned.is_confirmation:
                    if not self._claims.try_claim(name):
                        postponed.append(planned)
                        continue
                    held.add(name)
                    if (found := self._find_stored(planned)) is not None:
                        self._release(name, held)
                        ready.append((planned, found))
                        continue
                yield planned, planned.environment

        try:
            while True:
                for planned, measured in self._executor.measure_all(claim_trials()):
                    yield planned, measured
                    self._release(_claim_name(planned), held)
                    while ready:
                        yield ready.popleft()
                while ready:
                    yield ready.popleft()
                if not postponed:
                    return
                time.sleep(_WAIT_S)
        finally:
            for name in tuple(held):
                self._release(name, held)

    def _find_stored(self, planned: PlannedTrial) -> TimedObservation | None:
        known = self._store.get(self._client, planned.environment, encode_replicate(planned))
        if known is None:
            return None
        return TimedObservation(self._store.observation(known), known.overhead_s)

    def _release(self, name: str, held: set[str]) -> None:
        if name in held:
            held.remove(name)
            self._claims.release(name)


def _claim_name(planned: PlannedTrial) -> str:
    return f"trial {planned.environment.digest} {encode_replicate(planned)}"
