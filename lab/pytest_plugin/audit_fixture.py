"""The fixture ``lab_audit``: questions that audits answer, and what a test may fail for.

The same question asked twice in a session is one audit, in whichever process it is asked.
"""

from __future__ import annotations

import hashlib
import io
import sys
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import pytest

from lab.errors import LabError, MachineError
from lab.findings.report import Report, Signal

if TYPE_CHECKING:
    from lab.findings.policy import Judgement, Open
    from lab.observation.location import Location
    from lab.pytest_plugin.plugin_session import PluginSession
    from lab.pytest_plugin.resources import TrialResources

__all__ = ["AUDIT_PROPERTY", "AuditFixture", "SignalFound"]

AUDIT_PROPERTY = "lab_audit"
"""The property of a test that names the folder of an audit."""

_SESSION_FILE = "session"
"""The file in an audit's folder that says which session finished it."""
_MAX_NAME_LENGTH = 80
_WIDTH = 160
_IGNORED_OPTOUT = "signal{s} that opting out does not end"
_OBSERVED_RUNS = 3
"""Runs that show what is sent in one environment."""


class SignalFound(pytest.fail.Exception):  # type: ignore[misc, name-defined]
    """A test fails for what the client sends, and not because something could not be done.

    So that a test that expects a finding, ``xfail(raises=Found)``, does not take the one for
    the other.
    """


class AuditRequest(NamedTuple):
    """Which factors an audit varies (none: all that reach the client), and whether together."""

    factors: tuple[str, ...]
    together: bool = True

    @property
    def name(self) -> str:
        """The name of its folder."""
        name = "-".join(self.factors) or "all"
        if len(name) > _MAX_NAME_LENGTH:
            digest = hashlib.sha256(name.encode()).hexdigest()[:12]
            name = f"{len(self.factors)}-factors-{digest}"
        return name if self.together else f"{name}-each"


class AuditFixture:
    """The audits of one session."""

    def __init__(self, session: PluginSession) -> None:
        self.reports: dict[AuditRequest, Report] = {}
        self._session = session

    @property
    def factors(self) -> tuple[str, ...]:
        """What ``--lab-factors`` names; empty: all that the client supports."""
        return self._session.settings.factors

    def __call__(self, *factors: str, together: bool = True) -> Report:
        """The report of an audit that varies these factors (none named: all of them).

        Where they need not be varied ``together``, each is varied alone, which takes fewer
        trials, and what only a combination of them does is not found.
        Skips the test where the machine lacks something or none of the factors reaches the
        client; fails it where the client cannot be run or the question makes no sense.
        """
        question = AuditRequest(tuple(sorted(set(factors))), together or len(set(factors)) == 1)
        bench = self._session.bench()
        if question not in self.reports:
            try:
                self._refuse(bench, question)
                self.reports[question] = self._answered(bench, question)
            except MachineError as error:
                self._session.skip(str(error))
            except LabError as error:
                pytest.fail(str(error), pytrace=False)
        return self._noted(self.reports[question])

    # --- what a test may fail for -----------------------------------------------------------

    def fail_on_covert(self, report: Report) -> None:
        """Fail the test with every covert signal told in full; skip it where nothing is known.

        With ``--lab-baseline`` and ``--lab-policy``, what they accept passes, and what the
        policy forbids or the baseline does not have fails, covert or not.
        """
        self._judge(report, [signal for signal in report.signals if signal.covert])

    def fail_on_disguised(self, report: Report) -> None:
        """The same, and also where something is sent encoded: hashed, or in other letters."""
        chosen = [s for s in report.signals if s.covert or s.kind == "encoded"]
        self._judge(report, chosen, "disguised signal{s}")

    def fail_on_ignored_optout(self, report: Report) -> None:
        """Fail with every signal that is there though the user opted out.

        What stands in the requests to a model is left out: no opt-out promises anything there.
        """
        from lab.pytest_plugin.optout_diff import find_ignoring_optout

        usual = self._session.observing(times=_OBSERVED_RUNS)
        out = self._session.observing(times=_OBSERVED_RUNS, optout="set")
        chosen = find_ignoring_optout(report.signals, usual, out)
        self._judge(report, chosen, _IGNORED_OPTOUT, elsewhere=usual.model_requests)

    def _judge(
        self,
        report: Report,
        chosen: Sequence[Signal],
        what: str = "covert signal{s}",
        elsewhere: Set[Location] = frozenset(),
    ) -> None:
        """Fail on what is chosen and nobody accepts, and on what somebody does not accept.

        Nothing passes where an effect stayed open that could be what the test asks for, or where
        a limit left out trials; in the messages of ``elsewhere`` it does not ask.
        """
        from lab.findings.policy import judge
        from lab.reports.text.phrases import format_count, format_verdict

        self._noted(report)
        judgement = judge(report, self._session.policy, self._session.baseline)
        refused = [judged.signal for judged in judgement.failures]
        left = {signal.id for signal in chosen}
        open_ones = [judged.signal for judged in judgement.undecided if judged.signal.id in left]
        if any(signal.id not in left for signal in refused):
            what = "forbidden or new signal{s}"
        if failing := [*refused, *open_ones]:
            one, many = what.format(s=""), what.format(s="s")
            self._fail(report, failing, format_count(len(failing), one, many))
        if report.verdict in {"inconclusive", "not measured"}:
            self._session.skip(format_verdict(report))
        if doubts := _select_doubts(judgement, elsewhere):
            self._session.skip(_describe_doubts(doubts))

    def _fail(self, report: Report, signals: Iterable[Signal], found: str) -> NoReturn:
        from lab.findings.severity import severity
        from lab.reports.terminal.audit import make_console
        from lab.reports.terminal.signal import write_signal
        from lab.reports.text.phrases import format_client_argument

        stream = io.StringIO()
        client = format_client_argument(report.client, self._session.settings.client)
        for number, signal in enumerate(sorted(signals, key=severity), 1):
            print(file=stream)
            write_signal(number, signal, client, make_console(stream, width=100))
        raise SignalFound(f"{found} in what the client sends:\n{stream.getvalue()}", pytrace=False)

    # --- an audit ---------------------------------------------------------------------------

    def _refuse(self, bench: TrialResources, question: AuditRequest) -> None:
        """Skip where nothing of the question can be varied."""
        from lab.factors.registry import get_factor

        hindered = bench.hindered(get_factor(name).name for name in question.factors)
        if hindered and len(hindered) == len(question.factors):
            self._session.skip(_describe_unmeasurable(hindered))

    def _answered(self, bench: TrialResources, question: AuditRequest) -> Report:
        from lab.findings.report_json import decode

        name = question.name
        worker = self._session.worker
        run = "" if worker is None else str(worker["testrunuid"])
        done = bench.folder / name / _SESSION_FILE
        with bench.claims.holding(f"question {name}"):
            if run and done.exists() and done.read_text() == run:
                # Another process of this session has asked the same.
                return decode((done.parent / "report.json").read_bytes())
            report = self._audited(bench, question)
            done.write_text(run)
        return report

    def _audited(self, bench: TrialResources, question: AuditRequest) -> Report:
        from lab import __version__
        from lab.experiment.audit import run_engine
        from lab.experiment.follow import follow
        from lab.experiment.options import AuditOptions
        from lab.experiment.scope import build_scope
        from lab.pytest_plugin.settings import LAB_HOME
        from lab.reports.terminal.progress import Progress

        asked = self._session.settings
        options = AuditOptions(
            factors=question.factors or None,
            strength=2 if question.together else 1,
            seed=asked.seed,
            max_time=asked.max_time,
            home=LAB_HOME,
            out=bench.folder / question.name,
            resume=asked.resume,
        )
        chosen = build_scope(bench.client, options)
        with self._session.talking(), bench.kept(question.name) as store:
            store.bind("client", bench.client.digest)
            store.bind("seed", str(options.seed))
            store.bind("lab", __version__)
            events = run_engine(bench.client, options, chosen, store, bench.laboratory)
            if self._session.worker is not None:
                return follow(events)
            print(file=sys.stderr)
            with Progress(sys.stderr, now=time.monotonic, animated=False) as progress:
                return follow(events, progress.handle)

    def _noted(self, report: Report) -> Report:
        """The report, with what a JUnit file should know of it beside the test."""
        from lab.reports.text.phrases import format_client

        note = self._session.property
        note("lab_client", format_client(report.client))
        note("lab_seed", str(report.seed))
        if report.audit is not None:
            note(AUDIT_PROPERTY, report.audit)
        for signal in report.signals:
            note("lab_signal", signal.id)
        return report


def _select_doubts(judgement: Judgement, elsewhere: Set[Location]) -> Sequence[Open]:
    """Effects that stayed open, and what was planned, or tried before, and could not be done.

    What a policy names that this question does not vary is for others to ask.
    """
    return [
        doubt
        for doubt in judgement.doubts
        if (
            doubt.rule is None
            if doubt.location is None
            else doubt.location.message not in elsewhere
        )
    ]


def _describe_doubts(doubts: Sequence[Open]) -> str:
    from lab.reports.text.phrases import format_location
    from lab.reports.text.safe import clip

    first, more = doubts[0], len(doubts) - 1
    where = f"{format_location(first.location, _WIDTH)}: " if first.location is not None else ""
    told = f"{clip(first.what, _WIDTH)}: {where}{clip(first.why, _WIDTH)}"
    return f"stayed open: {told}" + (f" (and {more} more)" if more else "")


def _describe_unmeasurable(hindered: Mapping[str, str]) -> str:
    return "; ".join(f"factor {name}: {why}" for name, why in hindered.items())
