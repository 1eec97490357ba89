"""The store of trials: a measured trial is on disk before the next one begins.

:class:`TrialStore` is the interface, :class:`SqliteStore` keeps the trials of one audit in one
folder, and :class:`lab.memory_store.MemoryStore` keeps them for one process.

In a folder, ``trials.sqlite`` lists the trials and ``blobs/`` holds the observations, compressed,
each under the SHA-256 of its bytes.  The key of a trial is client, environment and replicate: an
audit that was interrupted asks for the same trials again and finds them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import quote

import msgspec
import zstandard

from lab.environment import Environment
from lab.errors import LabError, UsageError
from lab.files import replace_file
from lab.observation.records import Observation

__all__ = ["SqliteStore", "StoredTrial", "TrialStore", "read_durations", "read_metadata"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS environments (digest TEXT PRIMARY KEY, canonical TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trials (
  client TEXT NOT NULL,
  environment TEXT NOT NULL REFERENCES environments (digest),
  replicate INTEGER NOT NULL,
  phase TEXT NOT NULL,
  verdict TEXT NOT NULL,
  wall_s REAL NOT NULL,
  cpu_s REAL NOT NULL,
  overhead_s REAL NOT NULL,
  observation TEXT NOT NULL,
  PRIMARY KEY (client, environment, replicate)
);
"""


class StoredTrial(msgspec.Struct, frozen=True):
    """The record of a trial; :meth:`TrialStore.observation` reads what the client sent."""

    environment: str
    """The digest of the environment."""
    replicate: int
    phase: str
    verdict: str
    wall_s: float
    cpu_s: float
    overhead_s: float
    observation: str
    """The key of the observation in the store."""


class TrialStore(Protocol):
    """Keeps trials by client, environment and replicate."""

    def bind_metadata(self, key: str, value: str) -> None:
        """Record a value that must be the same whenever this store is used again.

        Raises:
            UsageError: The store was made with another value.
        """

    def get(self, client: str, environment: Environment, replicate: int) -> StoredTrial | None:
        """The trial, or None where it is not in the store.

        Args:
            client: The digest of the client.
            environment: The environment in which the trial ran.
            replicate: The number of the replicate.
        """

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

    def observation(self, trial: StoredTrial) -> Observation:
        """The observation of a trial of this store.

        Raises:
            LabError: The stored bytes cannot be read or are damaged.
        """

    def environments(self) -> dict[str, Environment]:
        """All environments with at least one trial, by digest."""

    def close(self) -> None:
        """Release what the store holds open."""


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Let no other process create the database of the folder meanwhile.

    SQLite itself does not wait while another process creates the file.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Some file systems have no such locks; the database is then opened without one.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read_metadata(folder: Path) -> dict[str, str]:
    """The values to which the store in a folder is bound; empty where it cannot be read."""
    return dict(_query(folder, "SELECT key, value FROM meta", ()))


def read_durations(folder: Path, client: str) -> list[float]:
    """Seconds that each trial of a client took, by the store in a folder, the lab's among them.

    Args:
        folder: The folder of an audit.
        client: The digest of the client.
    """
    rows = _query(folder, "SELECT wall_s + overhead_s FROM trials WHERE client = ?", (client,))
    return [float(row[0]) for row in rows]


def _query(folder: Path, statement: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Rows of a database that is only read; none where there is no such database."""
    try:
        with closing(
            sqlite3.connect(f"file:{quote(str(folder / 'trials.sqlite'))}?mode=ro", uri=True)
        ) as connection:
            return connection.execute(statement, values).fetchall()
    except sqlite3.Error:
        return []


class SqliteStore:
    """The trials of one audit, in one folder.  Several threads may use it."""

    def __init__(self, folder: Path) -> None:
        """Open the store in ``folder``, which is created if it does not exist.

        Raises:
            LabError: The folder cannot be written, or holds no database of the lab.
        """
        self.folder = folder
        try:
            (folder / "blobs").mkdir(parents=True, exist_ok=True)
            with _lock_folder(folder):
                self._connection = sqlite3.connect(
                    folder / "trials.sqlite", check_same_thread=False
                )
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise LabError(
                f"cannot keep trials in {folder}: {error}; choose another folder with --out"
            ) from error
        self._lock = threading.Lock()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Observation)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; every trial is already on disk."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection

    def bind_metadata(self, key: str, value: str) -> None:
        """Record a value that must be the same whenever this folder is used again.

        Raises:
            UsageError: The folder was made with another value.
        """
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
            (known,) = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if known != value:
            raise UsageError(
                f"{self.folder} holds an audit with {key} {known}, not {value}; "
                "use the same, or another folder with --out"
            )

    def get(self, client: str, environment: Environment, replicate: int) -> StoredTrial | None:
        """The trial, or None where it is not in the store.

        Args:
            client: The digest of the client.
            environment: The environment in which the trial ran.
            replicate: The number of the replicate.
        """
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT environment, replicate, phase, verdict, wall_s, cpu_s, overhead_s,"
                " observation FROM trials WHERE client = ? AND environment = ? AND replicate = ?",
                (client, environment.digest, replicate),
            ).fetchone()
        return None if row is None else StoredTrial(*row)

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
        """Write a finished trial: first its blob, then its row.

        Args:
            client: The digest of the client.
            environment: The environment in which the trial ran.
            replicate: The number of the replicate.
            phase: The phase of the experiment that asked for the trial.
            observation: Everything that the client sent, and how it ended.
            overhead_s: Seconds that the lab itself took.
        """
        blob = self._write_blob(self._encoder.encode(observation))
        end = observation.exit
        trial = StoredTrial(
            environment.digest, replicate, phase, end.verdict, end.at, end.cpu_s, overhead_s, blob
        )
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO environments VALUES (?, ?)",
                (environment.digest, environment.canonical().decode()),
            )
            connection.execute(
                "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (client, *msgspec.structs.astuple(trial)),
            )
        return trial

    def observation(self, trial: StoredTrial) -> Observation:
        """The observation of a trial.

        Raises:
            LabError: The blob cannot be read, its digest differs, or another version of the lab
                wrote it.
        """
        path = self._blob(trial.observation)
        try:
            data = zstandard.ZstdDecompressor().decompress(path.read_bytes())
        except (OSError, zstandard.ZstdError) as error:
            raise LabError(f"the blob {path} cannot be read: {error}") from error
        if hashlib.sha256(data).hexdigest() != trial.observation:
            raise LabError(f"the blob {path} is not what was written: its digest differs")
        try:
            return self._decoder.decode(data)
        except msgspec.MsgspecError as error:
            raise LabError(
                f"the blob {path} was written by another version of the lab ({error}); "
                "audit again, with another folder"
            ) from error

    def environments(self) -> dict[str, Environment]:
        """All environments by digest."""
        with self._transaction() as connection:
            rows = connection.execute("SELECT digest, canonical FROM environments").fetchall()
        return {digest: Environment.parse(text.encode()) for digest, text in rows}

    def _blob(self, digest: str) -> Path:
        return self.folder / "blobs" / digest[:2] / digest

    def _write_blob(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        path = self._blob(digest)
        path.parent.mkdir(exist_ok=True)
        # An existing blob is written again, because it may be damaged.
        replace_file(path, zstandard.ZstdCompressor(level=3).compress(data))
        return digest
