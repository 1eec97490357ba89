"""One pytest session: the fixtures, the running test, and the summary at the end.

Each process has one :class:`PluginSession`.  Where tests run in several processes (pytest-xdist),
the workers measure; the controller runs no test, chooses the folder and prints the summary.  A test
names the folders of its audits in its properties, which pytest sends to the controller.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.errors import UsageError
from lab.pytest_plugin.audit_fixture import AUDIT_PROPERTY, AuditFixture
from lab.pytest_plugin.observe_fixture import OBSERVED_FOLDER, ObserveFixture
from lab.pytest_plugin.resources import SessionResources, format_unmeasurable
from lab.pytest_plugin.settings import TRIALS_FOLDER

if TYPE_CHECKING:
    from lab.testing.subject import Subject

__all__ = ["PluginSession"]


class PluginSession:
    """Connects the hooks of pytest with the fixtures; :meth:`close` closes what they opened."""

    def __init__(self, config: pytest.Config) -> None:
        self.resources = SessionResources(config)
        self.observe_fixture = ObserveFixture(self.resources)
        self.audit_fixture = AuditFixture(self.resources, self.observe_fixture)
        self.tests_by_audit: dict[str, list[str]] = {}
        """For the folder of each audit, the tests that used it."""
        self._subject: Subject | None = None
        self._subject_offered = False

    def check_settings(self) -> None:
        """Check the options of the user before any test runs.

        Raises:
            UsageError: of pytest; an option is wrong.
        """
        resources = self.resources
        settings = resources.settings
        try:
            _ = resources.policy, resources.baseline
            if settings.factors:
                from lab.factors.registry import get_factor

                _ = [get_factor(name) for name in settings.factors]
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        if resources.worker_input is None and settings.out is not None:
            _check_out_folder(settings.out, resume=settings.resume)

    def share_folder(self, worker_input: MutableMapping[str, Any]) -> None:
        """Send the session's folder to a worker."""
        self.resources.folder.mkdir(parents=True, exist_ok=True)
        worker_input["lab_folder"] = str(self.resources.folder)

    def close(self) -> None:
        """Close what was opened."""
        self.resources.close()

    def begin_test(self, item: pytest.Item, needs: Sequence[str]) -> None:
        """Note which test runs; skip it where a factor that it needs cannot be varied."""
        self.resources.test = item
        if not self._subject_offered:
            from lab.testing import current_subject

            # lab.observe without a client observes this one.
            self._subject_offered = True
            self.resources.stack.enter_context(current_subject.use_subject(self._open_subject))
        if needs:
            unmeasurable = self.resources.open_trials().find_unmeasurable(needs)
            if unmeasurable:
                self.resources.skip(format_unmeasurable(unmeasurable))

    def _open_subject(self) -> Subject:
        """The client as ``lab.observe`` takes it, in the cells of this session."""
        if self._subject is None:
            from lab.sandbox.measurable import find_unmeasurable_factors
            from lab.testing.subject import Subject

            trials = self.resources.open_trials()
            self._subject = Subject(
                trials.client,
                self.resources.settings.client,
                lambda: trials.open_store(OBSERVED_FOLDER),
                lambda: nullcontext(trials.executor),
                unmeasurable=find_unmeasurable_factors(trials.client),
                seed=self.resources.settings.seed,
            )
            self.resources.stack.callback(self._subject.close)
        return self._subject

    # --- the whole session ------------------------------------------------------------------

    def format_header(self) -> str:
        """Client, sandbox and seed, in one line."""
        from lab.pytest_plugin.summary import format_header

        return format_header(self.resources.settings)

    def record_audits(self, report: pytest.TestReport) -> None:
        """Note which audits a test used."""
        for name, folder in report.user_properties:
            if name == AUDIT_PROPERTY:
                tests = self.tests_by_audit.setdefault(str(folder), [])
                if report.nodeid not in tests:
                    tests.append(report.nodeid)

    def print_summary(self, reporter: pytest.TerminalReporter) -> None:
        """Print every signal, and write the report of the session."""
        if not self.tests_by_audit:
            return
        from lab.pytest_plugin.summary import judge_session, print_summary, read_reports

        resources = self.resources
        reports = read_reports(self.tests_by_audit)
        if reports:
            folder = resources.folder
            judgement = judge_session(reports, folder, resources.policy, resources.baseline)
            print_summary(reporter, reports, judgement, folder, resources.settings.client)


def _check_out_folder(folder: Path, *, resume: bool) -> None:
    used = (folder / TRIALS_FOLDER).exists()
    if used and not resume:
        raise pytest.UsageError(
            f"--lab-out {folder}: the folder holds a session; add --lab-resume to go on with it, "
            "or name another folder"
        )
    if not used and resume:
        raise pytest.UsageError(
            f"--lab-out {folder}: the folder holds no session to go on with; leave --lab-resume out"
        )
