"""What the questions of a session share: the client, the cells, the trials.

Opened when the first test asks, once a process, and closed at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from lab.clients.base_spec import build_base_spec
from lab.clients.profile import Client
from lab.clients.resolve import resolve
from lab.experiment.trials.measurements import TrialExecutor
from lab.factors.registry import is_inert
from lab.pytest_plugin.settings import LAB_HOME, TRIALS_FOLDER, Settings
from lab.pytest_plugin.shared_trials import Claims, SharedRunner, SharedStore
from lab.sandbox.measurable import find_unmeasurable_factors
from lab.sandbox.requirements import require_all
from lab.sandbox.sandbox import Sandbox
from lab.store import Store

__all__ = ["TrialResources"]


class TrialResources:
    """A client that can be measured, and where its trials are kept.  A context manager.

    ``workers`` is how many processes share the session, this one among them.
    """

    def __init__(
        self, settings: Settings, folder: Path, workers: int, say: Callable[[str], None]
    ) -> None:
        """MachineError where something is missing, ClientError where the client is."""
        require_all()
        self.client: Client = resolve(settings.client, LAB_HOME / "clients", say)
        self.folder = folder
        self._stack = ExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        self.claims = Claims(folder / "claims")
        self._stack.callback(self.claims.close)
        with self.claims.holding("opening"):
            # Two processes that make a database at the same time get in each other's way.
            self.trials = self._stack.enter_context(Store(folder / TRIALS_FOLDER))
            self.trials.bind("client", self.client.digest)
        self._laboratory = Sandbox(
            self.client,
            jobs=settings.jobs,
            processors=max(1, len(os.sched_getaffinity(0)) // workers),
            home=LAB_HOME,
            hidden=(folder,),
        )
        self.laboratory: TrialExecutor = self._laboratory
        if workers > 1:
            self.laboratory = SharedRunner(
                self._laboratory, self.client.digest, self.trials, self.claims
            )

    def __enter__(self) -> Self:
        try:
            self._stack.enter_context(self._laboratory)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def kept(self, question: str) -> SharedStore:
        """The trials of one audit, in a folder of their own."""
        with self.claims.holding("opening"):
            return SharedStore(self.folder / question, self.trials)

    def hindered(self, factors: Iterable[str]) -> Mapping[str, str]:
        """Which of these factors cannot be varied for this client, and why."""
        unreached, bare = find_unmeasurable_factors(self.client), build_base_spec(self.client)
        return {
            name: unreached.get(name) or "no level of it changes anything for this client's profile"
            for name in factors
            if name in unreached or is_inert(name, bare)
        }
