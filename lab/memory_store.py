"""A store in memory, for clients without a digest.

The behaviour of a Python callable depends on its closure and on every module that it calls, so no
digest identifies it.  Its trials are kept for one process and never reused by another.
"""

from __future__ import annotations

from lab.environment import Environment
from lab.errors import UsageError
from lab.observation.records import Observation
from lab.store import StoredTrial

__all__ = ["MemoryStore"]


class MemoryStore:
    """The trials of one process; nothing is written to disk."""

    def __init__(self) -> None:
        self._metadata: dict[str, str] = {}
        self._trials: dict[tuple[str, Environment, int], StoredTrial] = {}
        self._observations: dict[str, Observation] = {}

    def close(self) -> None:
        """Do nothing: the trials stay for as long as the store exists."""

    def bind_metadata(self, key: str, value: str) -> None:
        """Record a value that must be the same whenever this store is used again.

        Raises:
            UsageError: The store was made with another value.
        """
        known = self._metadata.setdefault(key, value)
        if known != value:
            raise UsageError(f"the store in memory has {key} {known}, not {value}")

    def get(self, client: str, environment: Environment, replicate: int) -> StoredTrial | None:
        """The trial, or None where it is not in the store.

        Args:
            client: The digest of the client.
            environment: The environment in which the trial ran.
            replicate: The number of the replicate.
        """
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
        """Store a finished trial, in place of an earlier one with the same key.

        Args:
            client: The digest of the client.
            environment: The environment in which the trial ran.
            replicate: The number of the replicate.
            phase: The phase of the experiment that asked for the trial.
            observation: Everything that the client sent, and how it ended.
            overhead_s: Seconds that the lab itself took.
        """
        end = observation.exit
        key = f"{client} {environment.digest} {replicate}"
        trial = StoredTrial(
            environment.digest, replicate, phase, end.verdict, end.at, end.cpu_s, overhead_s, key
        )
        self._trials[client, environment, replicate] = trial
        self._observations[key] = observation
        return trial

    def observation(self, trial: StoredTrial) -> Observation:
        """The observation of a trial of this store."""
        return self._observations[trial.observation]

    def environments(self) -> dict[str, Environment]:
        """All environments with at least one trial, by digest."""
        return {environment.digest: environment for _, environment, _ in self._trials}
