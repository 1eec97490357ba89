"""A subject: one client, or one Python callable, that tests observe many times.

A client runs in the lab's cells.  Its trials are kept on disk, so an interrupted test run
continues where it stopped, and test processes that share a folder share their trials.  A callable
runs in the twin (:mod:`lab.sandbox.twin`); its trials are kept in memory, as long as the subject
exists.

No trial runs before its observation is needed, and no trial runs twice: the same question always
has the same answer, which Hypothesis requires.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

from lab.clients.builtin_profiles import make_generic_profile
from lab.clients.profile import Client, Profile
from lab.clients.resolve import find_profile, resolve
from lab.environment import Environment
from lab.errors import UsageError
from lab.memory_store import MemoryStore
from lab.sandbox.measurable import find_unmeasurable_factors
from lab.sandbox.requirements import require_all
from lab.sandbox.sandbox import Sandbox
from lab.sandbox.twin import Twin
from lab.store import SqliteStore
from lab.testing.comparison_cache import ComparisonCache
from lab.testing.observed import Observed
from lab.testing.subject_runner import SubjectRunner, UnmeasurableError
from lab.version import __version__

__all__ = ["Subject", "UnmeasurableError"]


class Subject(SubjectRunner):
    """One client or callable under observation; :meth:`open` makes it.

    >>> import urllib.request
    >>> def probe():
    ...     urllib.request.urlopen("https://collect.example/start")
    >>> with lab.Subject.open(probe) as subject:
    ...     subject.observe(lab.control()).hosts
    ('collect.example',)

    A context manager; :meth:`close` releases the cells.  ``words`` is the client as typed on the
    command line, None for a callable.  ``unmeasurable`` has the factors that cannot be varied for
    this client, with the reason.
    """

    @classmethod
    def open(
        cls,
        client: str | Sequence[str] | Client | Callable[[], object],
        *,
        home: Path = Path(".lab"),
        folder: Path | None = None,
        jobs: int | None = None,
        seed: int = 0,
        profile: str | Profile | None = None,
        say: Callable[[str], None] | None = None,
    ) -> Self:
        """A subject, before its first trial.

        Args:
            client: CLIENT as on the command line (``"codex"``, ``"./mine.toml"``,
                ``"-- /usr/bin/python3 /abs/probe.py"``), the words of a command, a resolved
                client, or a callable without arguments.
            home: The folder of the lab's own files.
            folder: Where trials are kept; by default a folder in ``home`` for this client and
                ``seed``.
            jobs: How many trials run at a time.
            seed: Seeds the order of trials.
            profile: The profile that a callable is configured by, or the path of its file.
            say: Receives one line for each step that takes time.

        Raises:
            UsageError: There is no client of that name, or a profile was given for a client
                that has its own.
            ClientError: The client cannot be run.
        """
        if callable(client):
            return cls._open_callable(client, home, seed, profile)
        if profile is not None:
            raise UsageError("profile is for a callable; a client has a profile of its own")
        words = _split_client(client)
        found = (
            client
            if isinstance(client, Client)
            else resolve(words, home / "clients", say or _print_line)
        )
        name = "".join(c if c.isalnum() or c in ".-_" else "-" for c in found.label)
        trials = folder or home / "tests" / f"{name}-{found.digest[:12]}-seed{seed}-{__version__}"

        def open_sandbox() -> Sandbox:
            require_all()
            return Sandbox(found, jobs=jobs, home=home, hidden=(trials,))

        return cls(
            found,
            words,
            lambda: SqliteStore(trials),
            open_sandbox,
            unmeasurable=find_unmeasurable_factors(found),
            seed=seed,
        )

    @classmethod
    def _open_callable(
        cls, call: Callable[[], object], home: Path, seed: int, profile: str | Profile | None
    ) -> Self:
        name = getattr(call, "__qualname__", None) or type(call).__qualname__
        if profile is None:
            profile = make_generic_profile(name.rpartition(".")[2], ("client",))
        elif isinstance(profile, str):
            profile = find_profile(profile)[0]
        argv = profile.argv
        client = Client(profile, profile.version or "", f"callable {name}", "callable", argv, ())
        store = MemoryStore()
        return cls(
            client,
            None,
            lambda: store,
            lambda: Twin.for_client(client, call, home=home),
            unmeasurable=dict.fromkeys(profile.exclude, "the client's profile excludes it"),
            seed=seed,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<lab.Subject {self.label}>"

    def observe(self, environment: Environment) -> Observed:
        """What this subject sends in an environment; no trial runs before it is needed."""
        return Observed(self, environment, self.comparisons)

    @cached_property
    def comparisons(self) -> ComparisonCache:
        """The comparisons of environments made so far."""
        return ComparisonCache(self)


def _split_client(client: str | Sequence[str] | Client) -> tuple[str, ...]:
    """CLIENT as the words that :func:`lab.clients.resolve.resolve` takes."""
    if isinstance(client, Client):
        if client.source.split(" ")[0] == "program":
            return ("--", *client.program)
        return (client.label,)
    if isinstance(client, str):
        try:
            return tuple(shlex.split(client)) if client.startswith("-- ") else (client,)
        except ValueError as error:
            raise UsageError(f"{client!r} is no command: {error}") from None
    words = tuple(client)
    return words if len(words) == 1 or words[:1] == ("--",) else ("--", *words)


def _print_line(line: str) -> None:
    print(f"lab: {line}", file=sys.stderr)
