"""The sandbox of one client: cells, the servers in them, and the run of one trial.

A sandbox owns the cells, the server that answers in them, and one worker thread a cell.  In a
trial, the levels of the environment are applied to what the client's profile sets, the cell
begins to record, the client runs in its jail, and the recording ends.  Nothing of a trial
outlives it except the observation, and the kernel's counters of the cell (packets,
connections).  Of the earlier runs of a returning user's client only the files are kept.
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
from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.journal import OVERLOADS
from lab.internet.script import Script
from lab.internet.server import CellServer, Server
from lab.observation.records import Exit, Observation
from lab.sandbox.cell.cell import Cell
from lab.sandbox.concurrency import AdaptiveConcurrency
from lab.sandbox.jail.clock_preload import is_clock_supported
from lab.sandbox.jail.execute import run_jail
from lab.sandbox.jail.isolation_check import prove_isolated
from lab.sandbox.jail.jail import Jail, Limits
from lab.sandbox.jail.login_variables import add_login_variables
from lab.sandbox.requirements import diagnose
from lab.sandbox.timed_observation import TimedObservation

__all__ = ["Sandbox"]

T = TypeVar("T")


class Sandbox:
    """Cells for one client.  Use it as a context manager."""

    def __init__(
        self,
        client: Client,
        *,
        jobs: int | None = None,
        processors: int | None = None,
        home: Path = Path(".lab"),
        hidden: tuple[Path, ...] = (),
    ) -> None:
        """Prepare a sandbox; cells are opened on entry.

        Args:
            client: The client that runs in it.
            jobs: How many trials run at a time; None adapts it to what they need.
            processors: How many processors trials may use, by default all (at most 8).
            home: The lab's folder; the client cannot read it.
            hidden: Further folders that the client cannot read.

        Raises:
            UsageError: The client lies in one of these folders.
        """
        self.client = client
        lab_folders = (
            *client.hidden_folders,
            *(os.path.realpath(folder) for folder in (home, *hidden)),
        )
        refuse_lab_folders(client.readable, lab_folders)
        self._hidden = tuple(dict.fromkeys(lab_folders))
        available = processors or len(os.sched_getaffinity(0))
        self._concurrency = AdaptiveConcurrency(max(1, min(8, available)), jobs)
        self.authority = CertificateAuthority.load(home / "authority")
        self.evidence: tuple[str, ...] = ()
        """Lines of evidence that nothing leads out of the cells."""
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
                cell = stack.enter_context(Cell.open(diagnose))
                evidence = prove_isolated(cell)
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
        """How many trials may run at a time now."""
        return self._concurrency.jobs

    def observe(self, environment: Environment) -> Observation:
        """Run the client once in this environment."""
        return self.measure(environment).observation

    def measure(self, environment: Environment) -> TimedObservation:
        """Run the client once in this environment, and measure the lab's overhead."""
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
                end = run_jail(cell, jail, between=begin_again)
            finally:
                recording = network.end()
        finally:
            self._idle.put((cell, network))
        runs.append(end)
        client_s = sum(each.at for each in runs)
        self._concurrency.record_trial(client_s, sum(each.cpu_s for each in runs))
        observation = Observation(recording.events, end, recording.truncated)
        return TimedObservation(observation, max(0.0, time.monotonic() - started - client_s))

    def measure_all(
        self, trials: Iterable[tuple[T, Environment]]
    ) -> Iterator[tuple[T, TimedObservation]]:
        """Run many trials, as many at a time as :attr:`jobs` says.

        Trials start in the order given.  A trial in which the servers did not keep up runs
        again, alone.  When the iterator is closed early, running trials end and no other starts.

        Yields:
            The label of each trial and its result, as soon as it has ended.
        """
        waiting = iter(trials)
        running: dict[Future[TimedObservation], tuple[T, Environment]] = {}
        again: list[tuple[T, Environment]] = []
        try:
            while True:
                while not again and len(running) < self._concurrency.jobs:
                    following = next(waiting, None)
                    if following is None:
                        break
                    running[self._workers.submit(self.measure, following[1])] = following
                if not running and not again:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    label, environment = running.pop(future)
                    if OVERLOADS.isdisjoint(future.result().observation.truncated):
                        yield label, future.result()
                    else:
                        again.append((label, environment))
                while again and not running:
                    label, environment = again.pop()
                    yield label, self._workers.submit(self.measure, environment).result()
        finally:
            wait(running)

    def build_jail(self, environment: Environment) -> Jail:
        """Build the jail in which a trial of this environment runs."""
        client, profile = self.client, self.client.profile
        spec = realise(environment, build_base_spec(client))
        if (
            not is_clock_supported()
            and environment.mapping.get("clock") == get_factor("clock").control
        ):
            # The real date replaces the control's; any other level is refused by the host survey.
            spec = msgspec.structs.replace(spec, clock=None)
        spec = msgspec.structs.replace(
            spec, variables=add_login_variables(spec, client.search_path)
        )
        filled = {
            "prompt": profile.prompt,
            "home": spec.user.home,
            "project": spec.directory,
        }
        return Jail(
            spec=spec,
            argv=tuple(fill_placeholders(word, filled) for word in client.program),
            readable=client.readable,
            ca_pem=self.authority.pem,
            limits=Limits(wall_s=profile.timeout_s),
            mapped_folders=client.mounts,
            hidden=self._hidden,
        )
