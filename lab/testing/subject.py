"""A subject: one client, or one Python callable, that tests observe again and again.

A client runs in the lab's cells.  Its trials are kept on disk by the client's digest, the
environment's and the number of the replicate, so that a run of tests that was killed goes on
where it was, and workers that share a folder share their trials.  A callable runs in the twin
(:mod:`lab.sandbox.twin`), and its trials are kept for as long as the subject is there.

Nothing runs before something is asked, and no trial runs twice: whoever asks again gets the
same answer, which Hypothesis relies on.

An environment need not name all factors.  What it leaves out is at its control, because
otherwise it would be the host's; what cannot reach the client is left out.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lab import __version__
from lab.clients.base_spec import build_base_spec
from lab.clients.builtin_profiles import make_generic_profile
from lab.clients.profile import Client, Profile
from lab.clients.resolve import find_profile, resolve
from lab.environment import Environment
from lab.errors import ClientError, LabError, UsageError
from lab.experiment.trials.measurements import TrialExecutor
from lab.experiment.trials.planned import PlannedTrial
from lab.factors.registry import control_environment, factors, realise
from lab.memory_store import Memory
from lab.observation.records import Observation
from lab.sandbox.measurable import find_unmeasurable_factors
from lab.sandbox.requirements import require_all
from lab.sandbox.sandbox import Sandbox
from lab.sandbox.timed_observation import TimedObservation
from lab.sandbox.twin import Twin
from lab.store import Store

if TYPE_CHECKING:
    from lab.testing.comparison_cache import Answers
    from lab.testing.observed import Observed

__all__ = ["Subject", "UnmeasurableError"]


class UnmeasurableError(UsageError):
    """What was asked for cannot be varied for this client, so nothing can be said of it.

    Neither a pass nor a failure: the pytest plugin skips the test with the reason.
    """


class Subject:
    """One client or callable under observation; :meth:`open` makes it.

    >>> import urllib.request
    >>> def probe():
    ...     urllib.request.urlopen("https://collect.example/start")
    >>> with lab.Subject.open(probe) as subject:
    ...     subject.observe(lab.control()).hosts
    ('collect.example',)

    A context manager; :meth:`close` gives the cells back.  ``words`` is how the client is
    named on the command line, None for a callable.
    """

    def __init__(
        self,
        client: Client,
        words: tuple[str, ...] | None,
        store: Callable[[], Store],
        laboratory: Callable[[], AbstractContextManager[TrialExecutor]],
        *,
        out_of_reach: Mapping[str, str],
        seed: int,
    ) -> None:
        self.client = client
        self.words = words
        self.seed = seed
        self.out_of_reach = out_of_reach
        """Factors that cannot be varied for this client, with the reason."""
        self._open_store = store
        self._open_laboratory = laboratory
        self._store: Store | None = None
        self._laboratory: TrialExecutor | None = None
        self._stack = ExitStack()
        self._refused: LabError | None = None

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

        ``client`` is CLIENT as on the command line (``"codex"``, ``"./mine.toml"``,
        ``"-- /usr/bin/python3 /abs/probe.py"``), the words of a command, a resolved
        client, or a callable without arguments.  ``profile``, a profile or its file's path,
        says what a callable finds that stands for a client.  Trials are kept in ``folder``,
        by default one in ``home`` for this client and ``seed``; ``jobs`` is how many run at
        a time.  ``say`` is told, in one line each, what takes time.

        UsageError where nothing has that name, ClientError where it cannot be run.
        """
        if callable(client):
            return cls._of_callable(client, home, seed, profile)
        if profile is not None:
            raise UsageError("profile says what a callable stands for; a client has its own")
        words = _words(client)
        found = (
            client if isinstance(client, Client) else resolve(words, home / "clients", say or _say)
        )
        name = "".join(c if c.isalnum() or c in ".-_" else "-" for c in found.label)
        here = folder or home / "tests" / f"{name}-{found.digest[:12]}-seed{seed}-{__version__}"

        def laboratory() -> Sandbox:
            require_all()
            return Sandbox(found, jobs=jobs, home=home, hidden=(here,))

        return cls(
            found,
            words,
            lambda: Store(here),
            laboratory,
            out_of_reach=find_unmeasurable_factors(found),
            seed=seed,
        )

    @classmethod
    def _of_callable(
        cls, call: Callable[[], object], home: Path, seed: int, profile: str | Profile | None
    ) -> Self:
        name = getattr(call, "__qualname__", None) or type(call).__qualname__
        if profile is None:
            profile = make_generic_profile(name.rpartition(".")[2], ("client",))
        elif isinstance(profile, str):
            profile = find_profile(profile)[0]
        argv = profile.argv
        client = Client(profile, profile.version or "", f"callable {name}", "callable", argv, ())
        return cls(
            client,
            None,
            Memory,
            lambda: Twin.standing_for(client, call, home=home),
            out_of_reach=dict.fromkeys(profile.exclude, "the client's profile excludes it"),
            seed=seed,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<lab.Subject {self.label}>"

    @property
    def label(self) -> str:
        """``name@version``, or the name of a callable."""
        return self.client.label

    def close(self) -> None:
        """Give back the cells and the database; what is asked later opens them again."""
        self._laboratory = None
        self._stack.close()
        if self._store is not None and not isinstance(self._store, Memory):
            self._store.close()
            self._store = None

    # --- what tests ask ---------------------------------------------------------------------

    def observe(self, environment: Environment) -> Observed:
        """What this subject sends in an environment; nothing runs before it is asked for."""
        from lab.testing.observed import Observed

        return Observed(self, environment)

    def observation(self, environment: Environment, replicate: int = 0) -> Observation:
        """One trial of an environment, run or remembered.

        MachineError where no cell can be made, ClientError where the client cannot start.
        """
        whole = self.whole(environment)
        found = self.store.get(self.client.digest, whole, replicate)
        if found is not None:
            return self.store.observation(found)
        ((_, measured),) = self.measure_all([(PlannedTrial(whole, replicate), whole)])
        self.store.put(
            self.client.digest,
            whole,
            replicate,
            phase="screen",
            observation=measured.observation,
            overhead_s=measured.overhead_s,
        )
        return measured.observation

    def whole(self, environment: Environment) -> Environment:
        """The environment that runs: a level for every factor that reaches the client."""
        reached = {name: text for name, text in environment.levels if name not in self.out_of_reach}
        return self.control.but(reached)

    @cached_property
    def answers(self) -> Answers:
        """What tells pairs of environments apart, each asked once."""
        from lab.testing.comparison_cache import Answers

        return Answers(self)

    @cached_property
    def control(self) -> Environment:
        """All factors that reach the client, at their controls."""
        return control_environment(name for name in factors() if name not in self.out_of_reach)

    def require_measurable(self, left: Environment, right: Environment) -> None:
        """That two environments differ in something that reaches the client.

        UnmeasurableError, with the reason, where all that differs does not.
        """
        here, there = self.whole(left), self.whole(right)
        if here != there:
            base = build_base_spec(self.client)
            if realise(here, base) == realise(there, base):
                names = " and ".join(change.factor for change in here.difference(there))
                raise UnmeasurableError(
                    f"{names} changes nothing for {self.label} between these two levels, "
                    "because its profile has no use for it"
                )
        elif left != right:
            both = control_environment(factors())
            changes = both.but(left.mapping).difference(both.but(right.mapping))
            if changes:
                why = "; ".join(f"{c.factor}: {self.out_of_reach[c.factor]}" for c in changes)
                raise UnmeasurableError(f"nothing that differs reaches {self.label} ({why})")

    # --- what runs trials -------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """Where the trials are."""
        if self._store is None:
            self._store = self._open_store()
        return self._store

    @property
    def jobs(self) -> int:
        """How many trials run at a time."""
        return self._measuring().jobs

    def measure_all(
        self, trials: Iterable[tuple[PlannedTrial, Environment]]
    ) -> Iterator[tuple[PlannedTrial, TimedObservation]]:
        """Run trials, yielding each with its label as it ends.

        ClientError for one that could not start: that is no observation.
        """
        waiting = list(trials)
        if not waiting:
            return
        for label, measured in self._measuring().measure_all(waiting):
            end = measured.observation.exit
            if end.verdict == "could not start":
                raise ClientError(f"{self.label} could not start: {end.detail}")
            yield label, measured

    def _measuring(self) -> TrialExecutor:
        if self._refused is not None:
            raise self._refused
        if self._laboratory is None:
            try:
                self._laboratory = self._stack.enter_context(self._open_laboratory())
            except LabError as error:
                # The same answer at once, should a hundred examples ask.
                self._refused = error
                raise
        return self._laboratory


def _words(client: str | Sequence[str] | Client) -> tuple[str, ...]:
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


def _say(line: str) -> None:
    print(f"lab: {line}", file=sys.stderr)
