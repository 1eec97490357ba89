"""What the fixtures of a pytest session share: its settings, its folder, and the open client.

Each process has one :class:`SessionResources`.  It knows no fixture: fixtures depend on it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from lab.errors import LabError, MachineError
from lab.files import choose_numbered_folder, make_safe_name
from lab.pytest_plugin.settings import LAB_HOME, Settings, read_settings

if TYPE_CHECKING:
    from lab.findings.policy import Policy
    from lab.findings.report import Report
    from lab.pytest_plugin.trial_resources import TrialResources

__all__ = ["SessionResources", "format_unmeasurable"]

NO_CLIENT = (
    "no client given: add --lab-client NAME, NAME@VERSION, ./profile.toml or '-- PROGRAM ARG…', "
    "e.g. --lab-client codex, or write lab_client = … into the ini file"
)


class SessionResources:
    """Opens what a test needs when it needs it; :meth:`close` closes it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.stack = ExitStack()
        """Closed at the end of the session."""
        self.test: pytest.Item | None = None
        """The test that is running."""
        self._trials: TrialResources | None = None
        self._missing: str | None = None

    @cached_property
    def settings(self) -> Settings:
        """The options of the user; pytest.UsageError for wrong ones."""
        return read_settings(self.config)

    @property
    def worker_input(self) -> MutableMapping[str, Any] | None:
        """What the controller of several processes sent; None in a single process."""
        found: MutableMapping[str, Any] | None = getattr(self.config, "workerinput", None)
        return found

    @cached_property
    def policy(self) -> Policy | None:
        """The rules by which signals are judged."""
        if self.settings.policy is None:
            return None
        from lab.findings.policy import read_policy

        return read_policy(self.settings.policy)

    @cached_property
    def baseline(self) -> Report | None:
        """The report whose signals are accepted."""
        if self.settings.baseline is None:
            return None
        from lab.findings.policy import read_report

        return read_report(self.settings.baseline)

    @cached_property
    def folder(self) -> Path:
        """The folder of this session's trials and reports."""
        if self.worker_input is not None and "lab_folder" in self.worker_input:
            return Path(self.worker_input["lab_folder"])
        if self.settings.out is not None:
            return self.settings.out
        words = [word for word in self.settings.client if word != "--"]
        client = "-".join(Path(word).name.removesuffix(".toml") for word in words)
        name = make_safe_name(client, keep="@._-", max_length=80) or "none"
        return choose_numbered_folder(
            LAB_HOME / "sessions" / f"{name}-seed{self.settings.seed}",
            Path.exists,
            latest=self.settings.resume,
        )

    def open_trials(self) -> TrialResources:
        """Open the client and its cells, once.

        Skips the test where no client is named or the machine lacks something; fails it
        where the client cannot be run.
        """
        if not self.settings.client:
            self.skip(NO_CLIENT)
        if self._missing is not None:
            self.skip(self._missing)
        if self._trials is None:
            # Imported here, because the controller of several processes opens nothing.
            from lab.pytest_plugin.trial_resources import TrialResources

            given = self.worker_input
            workers = int(given["workercount"]) if given is not None else 1
            with self.show_output():
                try:
                    trials = TrialResources(
                        self.settings, self.folder, workers, self.print_progress
                    )
                    self._trials = self.stack.enter_context(trials)
                except MachineError as error:
                    self._missing = str(error)
                except LabError as error:
                    pytest.fail(str(error), pytrace=False)
            if self._missing is not None:
                self.skip(self._missing)
        assert self._trials is not None
        return self._trials

    def close(self) -> None:
        """Close what was opened."""
        self._trials = None
        self.stack.close()

    def skip(self, reason: str) -> NoReturn:
        """Skip the test, or fail it where the user requires that everything is measured.

        Raises:
            Exception: of pytest; the test is skipped or failed.
        """
        if self.settings.require:
            pytest.fail(f"{reason} (--lab-require)", pytrace=False)
        # The reported line is that of the test, not this one.
        raise pytest.skip.Exception(reason, _use_item_location=True)

    def record_property(self, name: str, value: str) -> None:
        """Record a property of the running test, for JUnit files and the summary."""
        if self.test is not None and (name, value) not in self.test.user_properties:
            self.test.user_properties.append((name, value))

    def show_output(self) -> AbstractContextManager[object]:
        """Within the context, output appears at once: an audit takes minutes."""
        capture = self.config.pluginmanager.getplugin("capturemanager")
        if self.worker_input is not None or capture is None:
            return nullcontext()
        context: AbstractContextManager[object] = capture.global_and_fixture_disabled()
        return context

    def print_progress(self, line: str) -> None:
        """Print a line on stderr, except in one of several processes."""
        from lab.reports.text.safe import make_visible

        if self.worker_input is None:
            print(make_visible(line), file=sys.stderr)


def format_unmeasurable(factors: Mapping[str, str]) -> str:
    """Why factors cannot be varied, as the reason of a skipped test."""
    return "; ".join(f"factor {name}: {why}" for name, why in factors.items())
