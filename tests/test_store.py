import fcntl
import hashlib
import os
import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.environment import Environment
from lab.errors import LabError, UsageError
from lab.observation.records import (
    ClientHello,
    Connection,
    Datagram,
    DnsQuery,
    Exit,
    Observation,
    ProxyHop,
    Request,
    TlsFailure,
    WebSocketMessage,
)
from lab.store import SqliteStore

PLACE = Environment.of({"timezone": "UTC", "user": "Zoë"})
END = Exit(1.5, "finished", 0, None, 0.25, b"out\xff", b"err", "detail")
EVENTS = (
    DnsQuery(0.0, "h", "AAAA", "udp", "192.168.1.1", b"\x00H"),
    Connection(0, 0.1, None, "2001:db8::1", 443, "h2", b"\xff\x00", 10_000, ("http://p:1",)),
    ClientHello(0, 0.1, "h", 443, b"\x16", None, ("h2",), (1,), (2,), (3,), (4,), (5,), "a", "b"),
    TlsFailure(0, 0.2, "h", "unknown ca"),
    ProxyHop(0, 0.3, "socks5", "p:1080", "h:443", ((b"A", b"\xff"),), "agent:s3cret"),
    Request(0, 0.4, "2", "https", "h", 443, "POST", "/x?y", ((b"B", b""),), b"\x1f\x8b", 99, False),
    WebSocketMessage(0, 0.5, "h", "/live", False, b"\x00"),
    Datagram(0.6, None, "203.0.113.1", 9, b"\xff"),
)


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "audit") as opened:
        yield opened


def put(store, observation, replicate=0, client="c", phase="screen"):
    return store.put(client, PLACE, replicate, phase=phase, observation=observation, overhead_s=0.5)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_each_record_comes_back_as_it_was(store, event):
    seen = Observation((event,), END, ("bytes",))
    assert store.observation(put(store, seen)) == seen


datagrams = st.builds(
    Datagram,
    at=st.floats(0, 1e9),
    host=st.none() | st.text(),
    address=st.text(),
    port=st.integers(0, 65535),
    data=st.binary(),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=50,
)
@given(st.lists(datagrams | st.sampled_from(EVENTS)))
def test_any_events_come_back_in_order(store, events):
    seen = Observation(tuple(events), END)
    assert store.observation(put(store, seen)) == seen


def test_the_same_observation_is_kept_once(store):
    first = put(store, Observation(EVENTS, END))
    second = put(store, Observation(EVENTS, END), replicate=1)
    assert first.observation == second.observation
    assert len([path for path in (store.folder / "blobs").rglob("*") if path.is_file()]) == 1


def test_what_was_written_is_there_after_a_kill(tmp_path):
    """A second store on the folder sees the trial although the first was never closed."""
    first = SqliteStore(tmp_path)
    trial = put(first, Observation(EVENTS, END))
    with SqliteStore(tmp_path) as second:
        assert second.get("c", PLACE, 0) == trial
        assert second.observation(trial).events == EVENTS
    first.close()


def test_a_folder_belongs_to_one_audit(tmp_path):
    with SqliteStore(tmp_path) as store:
        store.bind_metadata("seed", "1")
        store.bind_metadata("client", "c")
    with SqliteStore(tmp_path) as store:
        store.bind_metadata("seed", "1")
        with pytest.raises(UsageError, match=r"seed 1, not 2.*--out"):
            store.bind_metadata("seed", "2")


def blob(store, trial) -> Path:
    (path,) = (store.folder / "blobs").rglob(trial.observation)
    return path


def test_a_blob_with_other_bytes_is_named(store):
    trial = put(store, Observation(EVENTS, END))
    other = put(store, Observation((), END), replicate=1)
    blob(store, trial).write_bytes(blob(store, other).read_bytes())
    with pytest.raises(LabError, match=f"{trial.observation} is not what was written"):
        store.observation(trial)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-3], lambda data: b"", lambda data: b"x" * 9]
)
def test_a_broken_blob_is_named(store, damage):
    trial = put(store, Observation(EVENTS, END))
    path = blob(store, trial)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(LabError, match=f"{trial.observation} cannot be read"):
        store.observation(trial)


def test_a_broken_blob_is_mended_when_the_trial_is_run_again(store):
    trial = put(store, Observation(EVENTS, END))
    blob(store, trial).write_bytes(b"")
    assert store.observation(put(store, Observation(EVENTS, END))).events == EVENTS


def test_a_missing_blob_is_named(store):
    trial = put(store, Observation(EVENTS, END))
    blob(store, trial).unlink()
    with pytest.raises(LabError, match=trial.observation):
        store.observation(trial)


def test_a_blob_of_another_schema_is_named(store):
    data = msgspec.msgpack.encode({"events": "of another kind"})
    digest = hashlib.sha256(data).hexdigest()
    trial = msgspec.structs.replace(put(store, Observation((), END)), observation=digest)
    path = store.folder / "blobs" / digest[:2] / digest
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zstandard.compress(data))
    with pytest.raises(LabError, match="another version"):
        store.observation(trial)


@pytest.mark.parametrize("trouble", ["a file in the way", "no database"])
def test_a_folder_that_cannot_be_used_is_named(tmp_path, trouble):
    folder = tmp_path / "audit"
    if trouble == "no database":
        folder.mkdir()
        (folder / "trials.sqlite").write_bytes(b"not a database" * 100)
    else:
        folder.write_text("")
    with pytest.raises(LabError, match="--out"):
        SqliteStore(folder)


def test_two_threads(store):
    failures = []

    def work(client):
        try:
            for number in range(40):
                trial = put(store, Observation(EVENTS[: number % 9], END), number, client)
                assert store.get(client, PLACE, number) == trial
                assert len(store.observation(trial).events) == number % 9
        except (AssertionError, LabError, sqlite3.Error, OSError) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert all(store.get(name, PLACE, 39) for name in ("a", "b"))
    assert not list((store.folder / "blobs").rglob("*.partial"))


def test_who_opens_a_folder_waits_for_another_process_that_makes_its_database(tmp_path):
    held = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    opening = threading.Thread(target=lambda: SqliteStore(tmp_path).close())
    opening.start()
    opening.join(0.1)
    assert opening.is_alive()
    assert not (tmp_path / "trials.sqlite").exists()
    os.close(held)
    opening.join(10)
    assert (tmp_path / "trials.sqlite").exists()
