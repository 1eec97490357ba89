"""Trials that all questions of a session share, in one process or in several.

Every audit keeps all its trials in its own folder, so that it can be checked and gone on with
alone.  Beside these, one folder a session has each trial once, and an audit takes from there
what another question, or another process, has measured already: the control environment, and
each level alone, are in many audits.

Trials that *confirm* are never shared.  They are run in blocks, both sides of a pair
interleaved, so that nothing that changed in between passes for a difference of the sides; a
trial of an hour ago is no part of such a block.

Processes do not run the same trial at the same time: each claims what it is about to run with
a lock on one byte of a file (``fcntl``), which the system releases however a process ends.
What another process has claimed is put aside; only who has nothing else to do waits for it.
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
from lab.store import Store, StoredTrial

__all__ = ["Claims", "SharedRunner", "SharedStore"]

_WAIT_S = 0.02


class Claims:
    """Names that at most one process holds at a time."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Release everything."""
        os.close(self._file)

    def take(self, name: str) -> bool:
        """Hold this name; False where another process does."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _lock_offset(name))
        except (BlockingIOError, PermissionError):
            return False
        return True

    def leave(self, name: str) -> None:
        """Release this name."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _lock_offset(name))

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Hold this name for a while; waits for whoever else does."""
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _lock_offset(name))
        try:
            yield
        finally:
            self.leave(name)


def _lock_offset(name: str) -> int:
    """Which byte stands for a name; files may be so long, and this one stays empty."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 2


class SharedStore(Store):
    """The trials of one audit, with those of the session that it can use."""

    def __init__(self, folder: Path, session: Store) -> None:
        super().__init__(folder)
        self._session = session

    def get(self, client: str, environment: Environment, replicate: int) -> StoredTrial | None:
        """The trial, if this audit or another one of the session has it."""
        found = super().get(client, environment, replicate)
        if found is not None or decode_replicate(environment, replicate).is_confirmation:
            return found
        there = self._session.get(client, environment, replicate)
        if there is None:
            return None
        observation = self._session.observation(there)
        return super().put(
            client,
            environment,
            replicate,
            phase=there.phase,
            observation=observation,
            overhead_s=there.overhead_s,
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
        """Write a finished trial, for the session too unless it is to confirm something."""
        stored = super().put(
            client,
            environment,
            replicate,
            phase=phase,
            observation=observation,
            overhead_s=overhead_s,
        )
        if not decode_replicate(environment, replicate).is_confirmation:
            self._session.put(
                client,
                environment,
                replicate,
                phase=phase,
                observation=observation,
                overhead_s=overhead_s,
            )
        return stored


class SharedRunner:
    """Measures like the laboratory that it is given, but no trial that another process has."""

    def __init__(
        self, laboratory: TrialExecutor, client: str, store: Store, claims: Claims
    ) -> None:
        self._laboratory = laboratory
        self._client = client
        self._store = store
        self._claims = claims

    @property
    def jobs(self) -> int:
        """How many trials run at a time in this process."""
        return self._laboratory.jobs

    def measure_all(
        self, trials: Iterable[tuple[PlannedTrial, Environment]]
    ) -> Iterator[tuple[PlannedTrial, TimedObservation]]:
        """Run trials, or wait for those that another process runs; each as it is there.

        A trial is claimed until the caller asks for the next one, by when it has stored it.
        """
        source = iter(trials)
        aside: deque[PlannedTrial] = deque()
        ready: deque[tuple[PlannedTrial, TimedObservation]] = deque()
        held: set[str] = set()

        def mine() -> Iterator[tuple[PlannedTrial, Environment]]:
            # No waiting in here: what this process holds must be stored meanwhile.
            again = tuple(aside)
            aside.clear()
            for label in chain(again, (trial for trial, _ in source)):
                name = _claim_name(label)
                if not label.is_confirmation:
                    if not self._claims.take(name):
                        aside.append(label)
                        continue
                    held.add(name)
                    if (found := self._found(label)) is not None:
                        self._release(name, held)
                        ready.append((label, found))
                        continue
                yield label, label.environment

        try:
            while True:
                for label, measured in self._laboratory.measure_all(mine()):
                    yield label, measured
                    self._release(_claim_name(label), held)
                    while ready:
                        yield ready.popleft()
                while ready:
                    yield ready.popleft()
                if not aside:
                    return
                time.sleep(_WAIT_S)
        finally:
            for name in tuple(held):
                self._release(name, held)

    def _found(self, label: PlannedTrial) -> TimedObservation | None:
        there = self._store.get(self._client, label.environment, encode_replicate(label))
        if there is None:
            return None
        return TimedObservation(self._store.observation(there), there.overhead_s)

    def _release(self, name: str, held: set[str]) -> None:
        if name in held:
            held.remove(name)
            self._claims.leave(name)


def _claim_name(label: PlannedTrial) -> str:
    return f"trial {label.environment.digest} {encode_replicate(label)}"
