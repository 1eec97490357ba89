"""One pytest session, as the lab sees it: what was asked of it, what it opened, what it heard.

In each process there is one.  Where tests run in several (pytest-xdist), the workers measure
and the controller, which runs no test, chooses the folder and tells the end: a test names the
folders of its audits in its properties, which pytest brings to the controller by itself.
"""

from __future__ import annotations

import sys
from collections.abc import MutableMapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from lab.errors import LabError, MachineError, UsageError
from lab.files import choose_numbered_folder, make_safe_name
from lab.pytest_plugin.audit_fixture import AUDIT_PROPERTY, AuditFixture
from lab.pytest_plugin.header import format_header
from lab.pytest_plugin.observe_fixture import OBSERVED_FOLDER, ObserveFixture
from lab.pytest_plugin.settings import LAB_HOME, TRIALS_FOLDER, Settings, read_settings

if TYPE_CHECKING:
    from lab.findings.policy import Policy
    from lab.findings.report import Report
    from lab.pytest_plugin.resources import TrialResources
    from lab.testing.subject import Subject

__all__ = ["PluginSession"]

NO_CLIENT = (
    "no client given: add --lab-client NAME, NAME@VERSION, ./profile.toml or '-- PROGRAM ARG…', "
    "e.g. --lab-client codex, or write lab_client = … into the ini file"
)


class PluginSession:
    """Everything is opened when a test needs it, and closed by :meth:`close`."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.audits = AuditFixture(self)
        self.observing = ObserveFixture(self)
        self.told: dict[str, list[str]] = {}
        """The folders of audits, with the tests that were about each."""
        self._item: pytest.Item | None = None
        self._bench: TrialResources | None = None
        self._observing = False
        self._opened: Subject | None = None
        self._refused: str | None = None
        self._stack = ExitStack()

    @cached_property
    def settings(self) -> Settings:
        """What the user asked for; pytest.UsageError for what makes no sense."""
        return read_settings(self.config)

    @property
    def worker(self) -> MutableMapping[str, Any] | None:
        """What the controller told this process; None where it is alone."""
        found: MutableMapping[str, Any] | None = getattr(self.config, "workerinput", None)
        return found

    def prepare(self) -> None:
        """Check what was asked for, before any test runs."""
        asked = self.settings
        try:
            _ = self.policy, self.baseline
            if asked.factors:
                from lab.factors.registry import get_factor

                _ = [get_factor(name) for name in asked.factors]
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        if self.worker is None and asked.out is not None:
            _check_out_folder(asked.out, resume=asked.resume)

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
        """Where this session's trials and reports are."""
        if self.worker is not None and "lab_folder" in self.worker:
            return Path(self.worker["lab_folder"])
        if self.settings.out is not None:
            return self.settings.out
        client = "-".join(
            Path(word).name.removesuffix(".toml") for word in self.settings.client if word != "--"
        )
        name = make_safe_name(client, keep="@._-", max_length=80) or "none"
        return choose_numbered_folder(
            LAB_HOME / "sessions" / f"{name}-seed{self.settings.seed}",
            Path.exists,
            latest=self.settings.resume,
        )

    def share(self, worker: MutableMapping[str, Any]) -> None:
        """Tell a worker, through what is sent to it, where the trials are."""
        self.folder.mkdir(parents=True, exist_ok=True)
        worker["lab_folder"] = str(self.folder)

    def close(self) -> None:
        """End what was opened."""
        self._bench = None
        self._stack.close()

    # --- a test ---------------------------------------------------------------------------

    def begin(self, item: pytest.Item, needs: Sequence[str]) -> None:
        """This test asks from now on; it is skipped where a factor does not reach the client."""
        self._item = item
        if not self._observing:
            from lab.testing import current_subject

            # Whoever observes without naming a client means this one.
            self._observing = True
            self._stack.enter_context(current_subject.using(self._subject))
        if needs:
            hindered = self.bench().hindered(needs)
            if hindered:
                self.skip("; ".join(f"factor {name}: {why}" for name, why in hindered.items()))

    def property(self, name: str, value: str) -> None:
        """Note something about the test that is running, for JUnit files and the summary."""
        if self._item is not None and (name, value) not in self._item.user_properties:
            self._item.user_properties.append((name, value))

    def skip(self, reason: str) -> NoReturn:
        """Skip the test, or fail it where the user requires that everything is measured."""
        if self.settings.require:
            pytest.fail(f"{reason} (--lab-require)", pytrace=False)
        # The place that is told is the test's, not this line.
        raise pytest.skip.Exception(reason, _use_item_location=True)

    def bench(self) -> TrialResources:
        """The client and its cells.

        Skips the test where no client is named or the machine lacks something; fails it
        where the client cannot be run.
        """
        if not self.settings.client:
            self.skip(NO_CLIENT)
        if self._refused is not None:
            self.skip(self._refused)
        if self._bench is None:
            # The controller of several processes needs none of this.
            from lab.pytest_plugin.resources import TrialResources

            workers = int(self.worker["workercount"]) if self.worker is not None else 1
            with self.talking():
                try:
                    bench = TrialResources(self.settings, self.folder, workers, self.say)
                    self._bench = self._stack.enter_context(bench)
                except MachineError as error:
                    self._refused = str(error)
                except LabError as error:
                    pytest.fail(str(error), pytrace=False)
            if self._refused is not None:
                self.skip(self._refused)
        assert self._bench is not None
        return self._bench

    def _subject(self) -> Subject:
        """The client as ``lab.observe`` takes it, in the cells that there are."""
        if self._opened is None:
            from lab.sandbox.measurable import find_unmeasurable_factors
            from lab.testing.subject import Subject

            bench = self.bench()
            self._opened = Subject(
                bench.client,
                self.settings.client,
                lambda: bench.kept(OBSERVED_FOLDER),
                lambda: nullcontext(bench.laboratory),
                out_of_reach=find_unmeasurable_factors(bench.client),
                seed=self.settings.seed,
            )
            self._stack.callback(self._opened.close)
        return self._opened

    def talking(self) -> AbstractContextManager[object]:
        """Within, what is printed is seen at once: an audit takes minutes."""
        capture = self.config.pluginmanager.getplugin("capturemanager")
        if self.worker is not None or capture is None:
            return nullcontext()
        within: AbstractContextManager[object] = capture.global_and_fixture_disabled()
        return within

    def say(self, line: str) -> None:
        """Tell the user something while it happens; workers would talk all at once."""
        from lab.reports.text.safe import make_visible

        if self.worker is None:
            print(make_visible(line), file=sys.stderr)

    # --- the whole -------------------------------------------------------------------------

    def header(self) -> str:
        """Client, sandbox and seed."""
        return format_header(self.settings)

    def note(self, report: pytest.TestReport) -> None:
        """A test was about these audits."""
        for name, folder in report.user_properties:
            if name == AUDIT_PROPERTY:
                tests = self.told.setdefault(str(folder), [])
                if report.nodeid not in tests:
                    tests.append(report.nodeid)

    def summary(self, reporter: pytest.TerminalReporter) -> None:
        """Tell every signal, and write the one report of the session."""
        if self.told:
            from lab.pytest_plugin.summary import print_summary

            print_summary(self, reporter)


def _check_out_folder(folder: Path, *, resume: bool) -> None:
    used = (folder / TRIALS_FOLDER).exists()
    if used and not resume:
        raise pytest.UsageError(
            f"--lab-out {folder}: a session is there already; add --lab-resume to go on with it, "
            "or name another folder"
        )
    if not used and resume:
        raise pytest.UsageError(
            f"--lab-out {folder}: no session is there to go on with; leave --lab-resume out"
        )
