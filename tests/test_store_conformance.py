"""Every implementation of ``TrialStore`` keeps the contract of the protocol."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.environment import Environment
from lab.errors import UsageError
from lab.memory_store import MemoryStore
from lab.observation.records import Datagram, Exit, Observation
from lab.store import SqliteStore, StoredTrial, TrialStore

STORES: dict[str, Callable[[Path], TrialStore]] = {
    "sqlite": lambda folder: SqliteStore(folder / "audit"),
    "memory": lambda folder: MemoryStore(),
}
UTC = Environment.of({"timezone": "UTC"})
TOKYO = Environment.of({"timezone": "Asia/Tokyo"})
END = Exit(1.5, "finished", 0, None, 0.25, b"out", b"", "")
SENT = Observation((Datagram(0.5, None, "203.0.113.1", 9, b"hello"),), END)
SILENT = Observation((), END)


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    opened = STORES[request.param](tmp_path)
    yield opened
    opened.close()


def put(store: TrialStore, environment=UTC, replicate=0, observation=SENT, phase="screen"):
    return store.put(
        "client", environment, replicate, phase=phase, observation=observation, overhead_s=0.5
    )


def test_a_trial_is_found_by_client_environment_and_replicate(store):
    trial = put(store, replicate=3)
    assert store.get("client", UTC, 3) == trial
    assert store.get("other", UTC, 3) is None
    assert store.get("client", UTC, 4) is None
    assert store.get("client", TOKYO, 3) is None


def test_the_record_has_what_the_trial_had(store):
    trial = put(store, replicate=3)
    assert trial == StoredTrial(
        UTC.digest, 3, "screen", "finished", 1.5, 0.25, 0.5, trial.observation
    )


def test_the_observation_comes_back(store):
    trials = [put(store), put(store, replicate=1, observation=SILENT), put(store, TOKYO)]
    assert [store.observation(trial) for trial in trials] == [SENT, SILENT, SENT]


def test_the_same_key_again_replaces_the_trial(store):
    put(store, observation=SILENT)
    again = put(store, phase="confirm")
    assert store.get("client", UTC, 0) == again
    assert store.observation(again) == SENT


def test_the_environments_are_those_with_trials(store):
    assert store.environments() == {}
    for environment in (UTC, TOKYO, UTC):
        put(store, environment)
    assert store.environments() == {UTC.digest: UTC, TOKYO.digest: TOKYO}


def test_metadata_stays_what_it_is(store):
    store.bind_metadata("seed", "1")
    store.bind_metadata("client", "c")
    store.bind_metadata("seed", "1")
    with pytest.raises(UsageError, match="seed 1, not 2"):
        store.bind_metadata("seed", "2")
