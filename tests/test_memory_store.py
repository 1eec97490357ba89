"""The store in memory; what it has in common with the one on disk is tested in conformance."""

from __future__ import annotations

import pytest

from lab.environment import Environment
from lab.errors import UsageError
from lab.memory_store import MemoryStore
from lab.observation.records import Exit, Observation

UTC = Environment.of({"timezone": "UTC"})
TOKYO = Environment.of({"timezone": "Asia/Tokyo"})
OBSERVATION = Observation((), Exit(1.5, "finished", 0, None, 0.25, b"out", b"err"))


def put(store, environment=UTC, replicate=0, client="c", observation=OBSERVATION):
    return store.put(
        client, environment, replicate, phase="screen", observation=observation, overhead_s=0.5
    )


def test_a_trial_is_found_by_client_environment_and_replicate():
    store = MemoryStore()
    trial = put(store)
    assert store.get("c", UTC, 0) is trial
    assert [store.get(*key) for key in (("d", UTC, 0), ("c", TOKYO, 0), ("c", UTC, 1))] == [
        None
    ] * 3
    assert store.observation(trial) is OBSERVATION


def test_a_trial_has_the_facts_of_its_observation():
    trial = put(MemoryStore(), replicate=3)
    assert (trial.environment, trial.replicate, trial.phase) == (UTC.digest, 3, "screen")
    assert (trial.verdict, trial.cpu_s, trial.overhead_s) == ("finished", 0.25, 0.5)


def test_a_later_trial_replaces_an_earlier_one():
    store = MemoryStore()
    put(store)
    other = Observation((), Exit(9.0, "killed", None, 9, 0.0, b"", b""))
    assert store.observation(put(store, observation=other)) is other
    assert store.get("c", UTC, 0).verdict == "killed"


def test_trials_stay_after_closing():
    store = MemoryStore()
    put(store)
    store.close()
    assert store.get("c", UTC, 0) is not None


def test_metadata_must_stay_the_same():
    store = MemoryStore()
    store.bind_metadata("seed", "1")
    store.bind_metadata("seed", "1")
    with pytest.raises(UsageError, match="has seed 1, not 2"):
        store.bind_metadata("seed", "2")


def test_environments_are_listed_by_digest():
    store = MemoryStore()
    put(store, UTC)
    put(store, UTC, 1)
    put(store, TOKYO)
    assert store.environments() == {UTC.digest: UTC, TOKYO.digest: TOKYO}
