"""The store: what was measured is on disk before the next trial begins.

One folder an audit.  ``trials.sqlite`` says which trials there are; ``blobs/`` holds the
observations, each under the SHA-256 of its bytes, compressed.  A trial is known by client,
environment and number of the replicate: an audit that was killed asks for the same trials
again and finds them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import msgspec
import zstandard

from lab.environment import Environment
from lab.errors import LabError, UsageError
from lab.files import replace_file
from lab.observation.records import Observation

__all__ = ["Store", "StoredTrial"]

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
    """A trial as the store knows it; the observation is read on demand."""

    environment: str
    replicate: int
    phase: str
    verdict: str
    wall_s: float
    cpu_s: float
    overhead_s: float
    observation: str


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Within, no other process makes the folder's database: SQLite does not wait for that."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Where a file system has no such locks, there is nothing better than to go on.
        with suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


class Store:
    """The trials of one audit, in one folder.  Safe for use by several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            (folder / "blobs").mkdir(parents=True, exist_ok=True)
            with _alone(folder):
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
        """Close the database; everything is already written."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection

    def bind(self, key: str, value: str) -> None:
        """Note a fact that must be the same whenever this folder is used again.

        UsageError if the folder was made for another value.
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
        """The trial, if it is already there."""
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
        """Write a finished trial: first its blob, then its row."""
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
        """What was seen; LabError where the bytes on disk are not what was written."""
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
        # Also where it is there already: what is there may be broken.
        replace_file(path, zstandard.ZstdCompressor(level=3).compress(data))
        return digest
