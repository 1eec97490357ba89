"""A store that forgets: the trials of what has no digest, kept for one process.

What a Python callable does depends on its closure and on all modules that it calls, so that
nothing says whether it is still the same one tomorrow.  Its trials are not reused then.
"""

from __future__ import annotations

from pathlib import Path

from lab.environment import Environment
from lab.observation.records import Observation
from lab.store import Store, StoredTrial

__all__ = ["Memory"]


class Memory(Store):
    """The trials of one process.  Nothing is written to disk."""

    def __init__(self) -> None:  # no folder, no database
        self.folder = Path()
        self._trials: dict[tuple[str, Environment, int], StoredTrial] = {}
        self._seen: dict[str, Observation] = {}

    def close(self) -> None:
        """Forget everything."""
        self._trials.clear()
        self._seen.clear()

    def bind(self, key: str, value: str) -> None:
        """Nothing: in one process, facts do not change."""

    def get(self, client: str, environment: Environment, replicate: int) -> StoredTrial | None:
        """The trial, if it was run."""
        return self._trials.get((client, environment, replicate))

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
        """Remember a finished trial."""
        end = observation.exit
        name = f"{client} {environment.digest} {replicate}"
        trial = StoredTrial(
            environment.digest, replicate, phase, end.verdict, end.at, end.cpu_s, overhead_s, name
        )
        self._trials[client, environment, replicate] = trial
        self._seen[name] = observation
        return trial

    def observation(self, trial: StoredTrial) -> Observation:
        """What was seen."""
        return self._seen[trial.observation]

    def environments(self) -> dict[str, Environment]:
        """All environments by digest."""
        return {environment.digest: environment for _, environment, _ in self._trials}
