"""Runs the trials of one subject, each trial once.

A subject runner has a client, a store and, when the first trial is needed, something that
executes trials: the sandbox for a program, the twin for a Python callable.  It depends on no
comparison and no test; :class:`lab.testing.subject.Subject` adds these.

An environment need not name all factors.  A factor that it leaves out is at its control, and a
factor that cannot be varied for the client is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property

from lab.clients.base_spec import build_base_spec
from lab.clients.profile import Client
from lab.environment import Environment
from lab.errors import ClientError, LabError, UsageError
from lab.experiment.trials.measurements import TrialExecutor
from lab.experiment.trials.planned import PlannedTrial
from lab.factors.registry import control_environment, factors, realise
from lab.observation.records import Observation
from lab.sandbox.timed_observation import TimedObservation
from lab.store import TrialStore

__all__ = ["SubjectRunner", "UnmeasurableError"]


class UnmeasurableError(UsageError):
    """The factor cannot be varied for this client, so nothing can be said about it.

    Neither a pass nor a failure: the pytest plugin skips the test with the reason.
    """


class SubjectRunner:
    """One client or callable, and its trials."""

    def __init__(
        self,
        client: Client,
        words: tuple[str, ...] | None,
        open_store: Callable[[], TrialStore],
        open_executor: Callable[[], AbstractContextManager[TrialExecutor]],
        *,
        unmeasurable: Mapping[str, str],
        seed: int,
    ) -> None:
        """Create a runner; the store and the executor are opened when they are first needed.

        Args:
            client: The resolved client.
            words: The client as typed on the command line; None for a callable.
            open_store: Opens the store of the trials.
            open_executor: Makes what executes trials; it is entered and left by this runner.
            unmeasurable: Factors that cannot be varied for this client, with the reason.
            seed: Seeds the order of trials.
        """
        self.client = client
        self.words = words
        self.seed = seed
        self.unmeasurable = unmeasurable
        self._open_store = open_store
        self._open_executor = open_executor
        self._store: TrialStore | None = None
        self._executor: TrialExecutor | None = None
        self._stack = ExitStack()
        self._open_error: LabError | None = None

    @property
    def label(self) -> str:
        """``name@version``, or the name of a callable."""
        return self.client.label

    def close(self) -> None:
        """Release the executor and the store; a later trial opens them again."""
        self._executor = None
        self._stack.close()
        if self._store is not None:
            self._store.close()
            self._store = None

    # --- environments -----------------------------------------------------------------------

    @cached_property
    def control(self) -> Environment:
        """All factors that can be varied for the client, at their controls."""
        return control_environment(name for name in factors() if name not in self.unmeasurable)

    def whole(self, environment: Environment) -> Environment:
        """The environment that runs: a level for every factor that can be varied."""
        kept = {name: text for name, text in environment.levels if name not in self.unmeasurable}
        return self.control.but(kept)

    def require_measurable(self, left: Environment, right: Environment) -> None:
        """Check that two environments differ in something that reaches the client.

        Raises:
            UnmeasurableError: They differ, but in nothing that reaches the client.
        """
        whole_left, whole_right = self.whole(left), self.whole(right)
        if whole_left != whole_right:
            base = build_base_spec(self.client)
            if realise(whole_left, base) == realise(whole_right, base):
                names = " and ".join(change.factor for change in whole_left.difference(whole_right))
                raise UnmeasurableError(
                    f"{names} changes nothing for {self.label} between these two levels, "
                    "because its profile does not use it"
                )
        elif left != right:
            every = control_environment(factors())
            changes = every.but(left.mapping).difference(every.but(right.mapping))
            if changes:
                why = "; ".join(f"{c.factor}: {self.unmeasurable[c.factor]}" for c in changes)
                raise UnmeasurableError(f"nothing that differs reaches {self.label} ({why})")

    # --- trials -----------------------------------------------------------------------------

    @property
    def store(self) -> TrialStore:
        """The store of the trials, opened on first use."""
        if self._store is None:
            self._store = self._open_store()
        return self._store

    @property
    def jobs(self) -> int:
        """How many trials run at a time."""
        return self._get_executor().jobs

    def observation(self, environment: Environment, replicate: int = 0) -> Observation:
        """The observation of one trial, which runs unless it is in the store.

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

    def measure_all(
        self, trials: Iterable[tuple[PlannedTrial, Environment]]
    ) -> Iterator[tuple[PlannedTrial, TimedObservation]]:
        """Run trials, yielding each with its label as it ends.

        Raises:
            ClientError: The client could not start, so there is no observation.
        """
        waiting = list(trials)
        if not waiting:
            return
        for label, measured in self._get_executor().measure_all(waiting):
            end = measured.observation.exit
            if end.verdict == "could not start":
                raise ClientError(f"{self.label} could not start: {end.detail}")
            yield label, measured

    def _get_executor(self) -> TrialExecutor:
        if self._open_error is not None:
            raise self._open_error
        if self._executor is None:
            try:
                self._executor = self._stack.enter_context(self._open_executor())
            except LabError as error:
                # A hundred examples may ask again; all get this error without a new attempt.
                self._open_error = error
                raise
        return self._executor
