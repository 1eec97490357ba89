"""What the questions of a session share: the client, the cells, the trials.

Opened when the first test asks, once a process, and closed at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from lab.clients.profile import Client
from lab.clients.resolve import resolve
from lab.experiment.trials.measurements import Measuring
from lab.factors.registry import inert
from lab.pytest_plugin.settings import HOME, TRIALS, Settings
from lab.pytest_plugin.shared_trials import Claims, Kept, Sharing
from lab.sandbox.measurable import unreachable
from lab.sandbox.requirements import require
from lab.sandbox.sandbox import Laboratory, bare_surroundings
from lab.store import Store

__all__ = ["Bench"]


class Bench:
    """A client that can be measured, and where its trials are kept.  A context manager.

    ``workers`` is how many processes share the session, this one among them.
    """

    def __init__(
        self, settings: Settings, folder: Path, workers: int, say: Callable[[str], None]
    ) -> None:
        """MachineError where something is missing, ClientError where the client is."""
        require()
        self.client: Client = resolve(settings.client, HOME / "clients", say)
        self.folder = folder
        self._stack = ExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        self.claims = Claims(folder / "claims")
        self._stack.callback(self.claims.close)
        with self.claims.holding("opening"):
            # Two processes that make a database at the same time get in each other's way.
            self.trials = self._stack.enter_context(Store(folder / TRIALS))
            self.trials.bind("client", self.client.digest)
        self._laboratory = Laboratory(
            self.client,
            jobs=settings.jobs,
            processors=max(1, len(os.sched_getaffinity(0)) // workers),
            home=HOME,
            hidden=(folder,),
        )
        self.laboratory: Measuring = self._laboratory
        if workers > 1:
            self.laboratory = Sharing(
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

    def kept(self, question: str) -> Kept:
        """The trials of one audit, in a folder of their own."""
        with self.claims.holding("opening"):
            return Kept(self.folder / question, self.trials)

    def hindered(self, factors: Iterable[str]) -> Mapping[str, str]:
        """Which of these factors cannot be varied for this client, and why."""
        unreached, bare = unreachable(self.client), bare_surroundings(self.client)
        return {
            name: unreached.get(name) or "no level of it changes anything for this client's profile"
            for name in factors
            if name in unreached or inert(name, bare)
        }
