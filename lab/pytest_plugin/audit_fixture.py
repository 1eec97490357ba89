"""The fixture ``lab_audit``: runs audits, and fails tests for what an audit found.

The same audit requested twice in a session runs once, in whichever process it is requested.
"""

from __future__ import annotations

import hashlib
import io
import sys
import time
from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import pytest

from lab.errors import LabError, MachineError
from lab.findings.report import Report, Signal
from lab.pytest_plugin.observe_fixture import ObserveFixture
from lab.pytest_plugin.resources import SessionResources, format_unmeasurable

if TYPE_CHECKING:
    from lab.findings.policy import Judgement, Open
    from lab.observation.location import Location
    from lab.pytest_plugin.trial_resources import TrialResources

__all__ = ["AUDIT_PROPERTY", "AuditFixture", "SignalFound"]

AUDIT_PROPERTY = "lab_audit"
"""The property of a test that names the folder of an audit."""

_SESSION_FILE = "session"
"""The file in the folder of an audit that names the session that finished it."""
_MAX_NAME_LENGTH = 80
_WIDTH = 160
_IGNORED_OPTOUT = "signal{s} that opting out does not end"
_OBSERVED_RUNS = 3
"""Runs that show what is sent in one environment."""


class SignalFound(pytest.fail.Exception):  # type: ignore[misc, name-defined]
    """The failure of a test for what the client sends, and for nothing else.

    A test that expects a finding, ``xfail(raises=SignalFound)``, still fails where the audit could
    not be made.
    """


class AuditRequest(NamedTuple):
    """Which factors an audit varies (none: all that reach the client), and whether together."""

    factors: tuple[str, ...]
    together: bool = True

    @property
    def folder_name(self) -> str:
        """The name of the folder of the audit."""
        name = "-".join(self.factors) or "all"
        if len(name) > _MAX_NAME_LENGTH:
            digest = hashlib.sha256(name.encode()).hexdigest()[:12]
            name = f"{len(self.factors)}-factors-{digest}"
        return name if self.together else f"{name}-each"


class AuditFixture:
    """The audits of one session."""

    def __init__(self, resources: SessionResources, observe: ObserveFixture) -> None:
        self.reports: dict[AuditRequest, Report] = {}
        self._resources = resources
        self._observe = observe

    @property
    def factors(self) -> tuple[str, ...]:
        """What ``--lab-factors`` names; empty: all that the client supports."""
        return self._resources.settings.factors

    def __call__(self, *factors: str, together: bool = True) -> Report:
        """The report of an audit that varies these factors.

        Skips the test where the machine lacks something or none of the factors can be varied for
        the client; fails it where the client cannot be run, where nothing was measured, or where
        the request is wrong.

        Args:
            *factors: names of factors; none for all of them.
            together: whether combinations are tried too.  Otherwise each factor is varied alone,
                which takes fewer trials and finds no effect of a combination.
        """
        from lab.reports.text.phrases import format_verdict

        request = AuditRequest(tuple(sorted(set(factors))), together or len(set(factors)) == 1)
        opened = self._resources.open_trials()
        if request not in self.reports:
            try:
                self._skip_if_unmeasurable(opened, request)
                self.reports[request] = self._find_or_run(opened, request)
            except MachineError as error:
                self._resources.skip(str(error))
            except LabError as error:
                pytest.fail(str(error), pytrace=False)
        report = self._record_properties(self.reports[request])
        if report.verdict == "not measured" and report.unmeasured is not None:
            # A test that finds no signal in this report must not pass.
            pytest.fail(format_verdict(report), pytrace=False)
        return report

    # --- what a test may fail for -----------------------------------------------------------

    def fail_on_covert(self, report: Report) -> None:
        """Fail the test with a description of every covert signal; skip it for an open result.

        With ``--lab-baseline`` and ``--lab-policy``, signals that they accept pass, and signals
        that the policy forbids or the baseline does not have fail, covert or not.
        """
        self._judge(report, [signal for signal in report.signals if signal.covert])

    def fail_on_disguised(self, report: Report) -> None:
        """The same, and also for encoded signals, such as a hash or base64."""
        forbidden = [s for s in report.signals if s.covert or s.kind == "encoded"]
        self._judge(report, forbidden, "disguised signal{s}")

    def fail_on_ignored_optout(self, report: Report) -> None:
        """Fail with every signal that remains when the user has opted out.

        Signals in the requests to a model are left out: no opt-out makes a promise about those.
        """
        from lab.pytest_plugin.optout_diff import find_ignoring_optout

        without_optout = self._observe(times=_OBSERVED_RUNS)
        with_optout = self._observe(times=_OBSERVED_RUNS, optout="set")
        forbidden = find_ignoring_optout(report.signals, without_optout, with_optout)
        excluded = without_optout.model_requests
        self._judge(report, forbidden, _IGNORED_OPTOUT, excluded=excluded)

    def _judge(
        self,
        report: Report,
        forbidden: Sequence[Signal],
        what: str = "covert signal{s}",
        excluded: Set[Location] = frozenset(),
    ) -> None:
        """Fail on forbidden signals that nothing accepts, and on what policy or baseline refuse.

        The test is skipped where an effect stayed open that could be such a signal, or where a
        limit left out trials.

        Args:
            report: of an audit.
            forbidden: the signals that fail the test, unless policy or baseline accept them.
            what: what they are, with ``{s}`` for the plural.
            excluded: messages whose open effects do not matter.
        """
        from lab.findings.policy import judge
        from lab.reports.text.phrases import format_count, format_verdict
        from lab.reports.text.safe import clip

        self._record_properties(report)
        judgement = judge(report, self._resources.policy, self._resources.baseline)
        refused = [judged.signal for judged in judgement.failures]
        left = {signal.id for signal in forbidden}
        open_ones = [judged.signal for judged in judgement.undecided if judged.signal.id in left]
        if any(signal.id not in left for signal in refused):
            what = "forbidden or new signal{s}"
        if failing := [*refused, *open_ones]:
            one, many = what.format(s=""), what.format(s="s")
            self._fail(report, failing, format_count(len(failing), one, many))
        if report.unmeasured is not None:
            pytest.fail(f"not measured: {clip(report.unmeasured, 400)}", pytrace=False)
        if report.verdict in {"inconclusive", "not measured"}:
            self._resources.skip(format_verdict(report))
        if doubts := _select_doubts(judgement, excluded):
            self._resources.skip(_describe_doubts(doubts))

    def _fail(self, report: Report, signals: Iterable[Signal], title: str) -> NoReturn:
        from lab.findings.severity import severity
        from lab.reports.terminal.audit import make_console
        from lab.reports.terminal.signal import write_signal
        from lab.reports.text.phrases import format_client_argument

        stream = io.StringIO()
        client = format_client_argument(report.client, self._resources.settings.client)
        for number, signal in enumerate(sorted(signals, key=severity), 1):
            print(file=stream)
            write_signal(number, signal, client, make_console(stream, width=100))
        raise SignalFound(f"{title} in what the client sends:\n{stream.getvalue()}", pytrace=False)

    # --- an audit ---------------------------------------------------------------------------

    def _skip_if_unmeasurable(self, opened: TrialResources, request: AuditRequest) -> None:
        """Skip where none of the factors can be varied."""
        from lab.factors.registry import get_factor

        unmeasurable = opened.find_unmeasurable(get_factor(name).name for name in request.factors)
        if unmeasurable and len(unmeasurable) == len(request.factors):
            self._resources.skip(format_unmeasurable(unmeasurable))

    def _find_or_run(self, opened: TrialResources, request: AuditRequest) -> Report:
        from lab.findings.report_json import decode

        name = request.folder_name
        worker = self._resources.worker_input
        run = "" if worker is None else str(worker["testrunuid"])
        done = opened.folder / name / _SESSION_FILE
        with opened.claims.hold(f"audit {name}"):
            if run and done.exists() and done.read_text() == run:
                # Another process of this session has made this audit.
                return decode((done.parent / "report.json").read_bytes())
            report = self._run_audit(opened, request)
            done.write_text(run)
        return report

    def _run_audit(self, opened: TrialResources, request: AuditRequest) -> Report:
        from lab.experiment.audit import run_engine
        from lab.experiment.follow import follow
        from lab.experiment.options import AuditOptions
        from lab.experiment.scope import build_scope
        from lab.pytest_plugin.settings import LAB_HOME
        from lab.reports.terminal.progress import Progress
        from lab.version import __version__

        asked = self._resources.settings
        options = AuditOptions(
            factors=request.factors or None,
            strength=2 if request.together else 1,
            seed=asked.seed,
            max_time=asked.max_time,
            home=LAB_HOME,
            out=opened.folder / request.folder_name,
            resume=asked.resume,
        )
        chosen = build_scope(opened.client, options)
        with self._resources.show_output(), opened.open_store(request.folder_name) as store:
            store.bind_metadata("client", opened.client.digest)
            store.bind_metadata("seed", str(options.seed))
            store.bind_metadata("lab", __version__)
            events = run_engine(opened.client, options, chosen, store, opened.executor)
            if self._resources.worker_input is not None:
                return follow(events)
            print(file=sys.stderr)
            with Progress(sys.stderr, now=time.monotonic, animated=False) as progress:
                return follow(events, progress.handle)

    def _record_properties(self, report: Report) -> Report:
        """Add the report's client, seed, folder and signals to the properties of the test."""
        from lab.reports.text.phrases import format_client

        note = self._resources.record_property
        note("lab_client", format_client(report.client))
        note("lab_seed", str(report.seed))
        if report.audit is not None:
            note(AUDIT_PROPERTY, report.audit)
        for signal in report.signals:
            note("lab_signal", signal.id)
        return report


def _select_doubts(judgement: Judgement, excluded: Set[Location]) -> Sequence[Open]:
    """Effects that stayed open, and planned trials that could not be run.

    Factors that a policy names and this audit does not vary are left out.
    """
    return [
        doubt
        for doubt in judgement.doubts
        if (
            doubt.rule is None if doubt.location is None else doubt.location.message not in excluded
        )
    ]


def _describe_doubts(doubts: Sequence[Open]) -> str:
    from lab.reports.text.phrases import format_location
    from lab.reports.text.safe import clip

    first, more = doubts[0], len(doubts) - 1
    where = f"{format_location(first.location, _WIDTH)}: " if first.location is not None else ""
    text = f"{clip(first.what, _WIDTH)}: {where}{clip(first.why, _WIDTH)}"
    return f"stayed open: {text}" + (f" (and {more} more)" if more else "")
