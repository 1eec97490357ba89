"""The pytest face of the lab: the same engine, asked by test functions.

A scenario takes the fixture ``lab_audit``, calls it with the factors to vary and gets the
report of an audit of the client that ``--lab-client`` names.  The same question asked twice
is one audit.  Signals stand in the terminal summary, covert ones first, whatever the tests
decide about them.

What could not be measured is skipped with the reason, never passed: a machine that lacks
something, a factor that does not reach the client, an outcome that stayed open.
"""

from __future__ import annotations

import io
import shlex
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from lab.clients.profile import Client
    from lab.findings.report import Report

__all__ = ["Audits"]

_NO_CLIENT = (
    "no client given: add --lab-client NAME, NAME@VERSION, ./profile.toml "
    "or '-- PROGRAM ARG…', e.g. pytest scenarios --lab-client codex"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the lab's options; nothing else of the lab is imported until a test asks."""
    group = parser.getgroup("fingerprint lab")
    group.addoption(
        "--lab-client",
        metavar="CLIENT",
        help="the client to audit: NAME, NAME@VERSION, ./profile.toml or '-- PROGRAM ARG…'",
    )
    group.addoption(
        "--lab-factors",
        metavar="A,B,…",
        help="factors of the scenarios that combine them (default: all that the client supports)",
    )
    group.addoption(
        "--lab-seed", metavar="N", type=int, default=0, help="of every random choice (default: 0)"
    )
    group.addoption(
        "--lab-max-time",
        metavar="SECONDS",
        type=float,
        help="begin no trial of an audit after this time",
    )
    group.addoption(
        "--lab-out",
        metavar="DIR",
        type=Path,
        help="folder of the audits (default: .lab/audits)",
    )
    group.addoption(
        "--lab-resume",
        action="store_true",
        help="go on with audits that were stopped, without repeating their trials",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the place where this session's audits are remembered."""
    config.stash[_AUDITS] = Audits(config)


@pytest.fixture(scope="session")
def lab_audit(pytestconfig: pytest.Config) -> Audits:
    """``lab_audit("timezone", "locale")``: the report of an audit that varies these factors."""
    return pytestconfig.stash[_AUDITS]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a signal, covert first, and where the evidence is."""
    reports = terminalreporter.config.stash[_AUDITS].reports
    if not reports:
        return
    from lab.reports.phrases import cause, client_label, place, severity, verdict
    from lab.reports.text import clipped

    terminalreporter.section("fingerprint lab")
    for factors, report in reports.items():
        asked = ", ".join(factors) or "all factors"
        name = client_label(report.client)
        terminalreporter.write_line(f"{name}, {asked}: {verdict(report)}")
        for warning in report.warnings:
            terminalreporter.write_line(f"  warning: {clipped(warning, 400)}", yellow=True)
        for signal in sorted(report.signals, key=severity):
            badge = "COVERT  " if signal.covert else "        "
            line = f"  {badge}{cause(signal)}  {signal.kind}  {place(signal.location, 160)}"
            terminalreporter.write_line(line, red=signal.covert, bold=signal.covert)
        if report.audit:
            terminalreporter.write_line(f"  in {clipped(report.audit, 400)}")


class Audits:
    """The audits of one session, each question asked once."""

    def __init__(self, config: pytest.Config) -> None:
        self.reports: dict[tuple[str, ...], Report] = {}
        self._refused: dict[tuple[str, ...], str] = {}
        self._config = config
        self._client: Client | None = None

    @property
    def factors(self) -> tuple[str, ...]:
        """What ``--lab-factors`` names; empty: all that the client supports."""
        given: str = self._config.getoption("--lab-factors") or ""
        return tuple(name.strip() for name in given.split(",") if name.strip())

    def __call__(self, *factors: str) -> Report:
        """The report of an audit that varies these factors (none named: all of them).

        Skips the test where the machine lacks something; fails it where the client cannot
        be run or the question makes no sense.
        """
        from lab.errors import LabError, MachineError

        question = tuple(sorted(set(factors)))
        if question in self._refused:
            pytest.skip(self._refused[question])
        if question not in self.reports:
            if not self._config.getoption("--lab-client"):
                pytest.skip(_NO_CLIENT)
            try:
                self.reports[question] = self._audited(question)
            except MachineError as error:
                self._refused[question] = str(error)
                pytest.skip(str(error))
            except LabError as error:
                pytest.fail(str(error), pytrace=False)
        return self.reports[question]

    def fail_on_covert(self, report: Report) -> None:
        """Fail the test with every covert signal told in full; skip it where nothing is known."""
        from lab.reports.phrases import verdict

        if any(signal.covert for signal in report.signals):
            self._fail(report)
        if report.verdict in {"inconclusive", "not measured"}:
            pytest.skip(verdict(report))

    def _fail(self, report: Report) -> NoReturn:
        from lab.reports.finding import write_finding
        from lab.reports.phrases import client_words, counted, severity
        from lab.reports.terminal import console_for

        covert = sorted((s for s in report.signals if s.covert), key=severity)
        stream = io.StringIO()
        client = client_words(report.client, self._words())
        for number, signal in enumerate(covert, 1):
            print(file=stream)
            write_finding(number, signal, client, console_for(stream, width=100))
        found = counted(len(covert), "covert signal")
        pytest.fail(f"{found} in what the client sends:\n{stream.getvalue()}", pytrace=False)

    def _words(self) -> tuple[str, ...]:
        given: str = self._config.getoption("--lab-client")
        return tuple(shlex.split(given)) if given.startswith("-- ") else (given,)

    def _audited(self, factors: tuple[str, ...]) -> Report:
        from lab.clients.resolve import resolve
        from lab.experiment.audit import audit
        from lab.experiment.options import Options
        from lab.reports.follow import follow
        from lab.reports.progress import Progress

        out: Path | None = self._config.getoption("--lab-out")
        options = Options(
            factors=factors or None,
            seed=self._config.getoption("--lab-seed"),
            max_time=self._config.getoption("--lab-max-time"),
            out=None if out is None else out / ("-".join(factors) or "all"),
            resume=self._config.getoption("--lab-resume"),
        )
        capture = self._config.pluginmanager.getplugin("capturemanager")
        # An audit takes minutes: its progress must be seen while it works.
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            self._client = self._client or resolve(self._words(), options.home / "clients", _say)
            print(file=sys.stderr)
            with Progress(sys.stderr, now=time.monotonic, animated=False) as progress:
                return follow(audit(self._client, options), progress.handle)


def _say(line: str) -> None:
    from lab.reports.text import visible

    print(visible(line), file=sys.stderr)


_AUDITS = pytest.StashKey[Audits]()
