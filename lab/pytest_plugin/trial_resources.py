"""What the audits of a session share: the client, the cells and the store of trials.

Opened once a process, when the first test needs it, and closed at the end.
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
from lab.store import SqliteStore

__all__ = ["TrialResources"]


class TrialResources:
    """A client that can be measured, the cells that run it, and the store of its trials.

    A context manager: cells and store are open within it.
    """

    def __init__(
        self, settings: Settings, folder: Path, workers: int, print_line: Callable[[str], None]
    ) -> None:
        """Install the client and open the store.

        Args:
            settings: the settings of the session.
            folder: where trials and reports of the session are kept.
            workers: how many processes share the session, this one included.
            print_line: prints a line of progress.

        Raises:
            MachineError: the machine lacks something.
            ClientError: the client cannot be installed.
        """
        require_all()
        self.client: Client = resolve(settings.client, LAB_HOME / "clients", print_line)
        self.folder = folder
        self._stack = ExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        self.claims = Claims(folder / "claims")
        self._stack.callback(self.claims.close)
        with self.claims.hold("opening"):
            # Two processes must not create the database at the same time.
            self.store = self._stack.enter_context(SqliteStore(folder / TRIALS_FOLDER))
            self.store.bind_metadata("client", self.client.digest)
        self._sandbox = Sandbox(
            self.client,
            jobs=settings.jobs,
            processors=max(1, len(os.sched_getaffinity(0)) // workers),
            home=LAB_HOME,
            hidden=(folder,),
        )
        self.executor: TrialExecutor = self._sandbox
        if workers > 1:
            self.executor = SharedRunner(self._sandbox, self.client.digest, self.store, self.claims)

    def __enter__(self) -> Self:
        try:
            self._stack.enter_context(self._sandbox)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def open_store(self, name: str) -> SharedStore:
        """Open the store of one audit, in a folder of that name in the session's folder."""
        with self.claims.hold("opening"):
            return SharedStore(self.folder / name, self.store)

    def find_unmeasurable(self, factors: Iterable[str]) -> Mapping[str, str]:
        """Which of these factors cannot be varied for this client, each with the reason."""
        unmeasurable = find_unmeasurable_factors(self.client)
        base_spec = build_base_spec(self.client)
        return {
            name: unmeasurable.get(name)
            or "no level of it changes anything for this client's profile"
            for name in factors
            if name in unmeasurable or is_inert(name, base_spec)
        }
