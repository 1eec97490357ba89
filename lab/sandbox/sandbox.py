"""The laboratory: one client, any number of cells, and the way from environment to observation.

A laboratory owns the cells, the internet that serves them, and worker threads, one a cell.
What happens in one trial: the environment's factors are folded over what the client's
profile brings, the cell's recording begins, the client runs in its jail, the recording
ends.  Nothing of a trial outlives it but the observation, and what its cell's kernel counts
(packets, connections).  Of the earlier runs of a
returning user's client nothing is kept but what they left in the files.
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from lab.clients.base_spec import build_base_spec
from lab.clients.lab_folders import refuse_lab_folders
from lab.clients.profile import Client
from lab.clients.profile_loader import fill_placeholders
from lab.environment import Environment
from lab.factors.registry import get_factor, realise
from lab.internet.models.script import Script
from lab.internet.server import CellServer, Server
from lab.internet.tls.certificate_authority import CertificateAuthority
from lab.observation.records import Exit, Observation
from lab.sandbox.cell.cell import Cell
from lab.sandbox.concurrency import AdaptiveConcurrency
from lab.sandbox.jail.clock_preload import is_clock_supported
from lab.sandbox.jail.plan import Jail, Limits, add_login_variables
from lab.sandbox.timed_observation import TimedObservation

__all__ = ["Sandbox"]

T = TypeVar("T")


class Sandbox:
    """Cells for one client.  Use as a context manager.

    ``jobs`` is how many trials run at a time; None lets what they need decide, of
    ``processors``, by default all there are.  The client sees nothing of ``home``, nor of the
    ``hidden`` folders; UsageError if it lies in one.
    """

    def __init__(
        self,
        client: Client,
        *,
        jobs: int | None = None,
        processors: int | None = None,
        home: Path = Path(".lab"),
        hidden: tuple[Path, ...] = (),
    ) -> None:
        self.client = client
        own = (*client.hidden_folders, *(os.path.realpath(folder) for folder in (home, *hidden)))
        refuse_lab_folders(client.readable, own)
        self._hidden = tuple(dict.fromkeys(own))
        available = processors or len(os.sched_getaffinity(0))
        self._concurrency = AdaptiveConcurrency(max(1, min(8, available)), jobs)
        self.authority = CertificateAuthority.load(home / "authority")
        self.evidence: tuple[str, ...] = ()
        """What proved that nothing leads out of the cells."""
        self._stack = ExitStack()
        self._idle: queue.SimpleQueue[tuple[Cell, CellServer]] = queue.SimpleQueue()
        profile = client.profile
        self._script = Script(
            protocols=profile.provider.protocols,
            answers=profile.answers,
        )

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            internet = stack.enter_context(Server(self.authority))
            for _ in range(self._concurrency.max_jobs):
                cell = stack.enter_context(Cell.open())
                evidence = cell.prove_isolated()
                self.evidence = self.evidence or evidence
                network = internet.attach(cell.sockets)
                stack.callback(network.detach)
                self._idle.put((cell, network))
            self._workers = stack.enter_context(ThreadPoolExecutor(self._concurrency.max_jobs))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._stack.close()

    @property
    def jobs(self) -> int:
        """How many trials run at a time, for now."""
        return self._concurrency.jobs

    def observe(self, environment: Environment) -> Observation:
        """Run the client once in this environment."""
        return self.measure(environment).observation

    def measure(self, environment: Environment) -> TimedObservation:
        """Run the client once, and note what the lab itself cost."""
        started = time.monotonic()
        cell, network = self._idle.get()
        runs: list[Exit] = []

        def begin_again(end: Exit) -> None:
            runs.append(end)
            try:
                network.end()
            finally:
                network.begin(self._script)

        try:
            jail = self.build_jail(environment)
            network.begin(self._script)
            try:
                end = cell.run(jail, begin_again)
            finally:
                recording = network.end()
        finally:
            self._idle.put((cell, network))
        runs.append(end)
        own_s = sum(each.at for each in runs)
        self._concurrency.record_trial(own_s, sum(each.cpu_s for each in runs))
        observation = Observation(recording.events, end, recording.truncated)
        return TimedObservation(observation, max(0.0, time.monotonic() - started - own_s))

    def measure_all(
        self, trials: Iterable[tuple[T, Environment]]
    ) -> Iterator[tuple[T, TimedObservation]]:
        """Run many trials, as many at a time as there are cells, yielding each as it ends.

        Trials start in the order given.  Closing the iterator early lets running trials
        end and starts no more.
        """
        waiting = iter(trials)
        running: dict[Future[TimedObservation], T] = {}
        try:
            while True:
                while len(running) < self._concurrency.jobs:
                    following = next(waiting, None)
                    if following is None:
                        break
                    label, environment = following
                    running[self._workers.submit(self.measure, environment)] = label
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            wait(running)

    def build_jail(self, environment: Environment) -> Jail:
        """The jail in which a trial of this environment runs."""
        client, profile = self.client, self.client.profile
        surroundings = realise(environment, build_base_spec(client))
        if (
            not is_clock_supported()
            and environment.mapping.get("clock") == get_factor("clock").control
        ):
            # The real date then stands for the control's; any other level is refused below.
            surroundings = msgspec.structs.replace(surroundings, clock=None)
        surroundings = msgspec.structs.replace(
            surroundings, variables=add_login_variables(surroundings, client.search_path)
        )
        filled = {
            "prompt": profile.prompt,
            "home": surroundings.user.home,
            "project": surroundings.directory,
        }
        return Jail(
            spec=surroundings,
            argv=tuple(fill_placeholders(word, filled) for word in client.program),
            readable=client.readable,
            ca_pem=self.authority.pem,
            limits=Limits(wall_s=profile.timeout_s),
            mapped_folders=client.mounts,
            hidden=self._hidden,
        )
