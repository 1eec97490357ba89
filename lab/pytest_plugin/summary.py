"""What pytest prints of a session: the header, and the summary with every signal.

Covert signals come first, each with the two commands that reproduce its minimal pair.  Of the other
signals, which are often many, the first ten have their commands too (all with ``-v``); signals that
a policy or a baseline accepts have none.  The report of the session holds everything.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lab.files import replace_file
from lab.findings.policy import Judged, Judgement, Policy, judge
from lab.findings.report import Report
from lab.findings.report_json import decode, encode
from lab.findings.severity import severity
from lab.pytest_plugin.merge_reports import merge_reports
from lab.pytest_plugin.settings import Settings
from lab.reports.text.phrases import (
    build_pair_commands,
    format_cause,
    format_client,
    format_client_argument,
    format_location,
    format_verdict,
)
from lab.reports.text.safe import clip, make_visible

if TYPE_CHECKING:
    import pytest


__all__ = ["format_header", "judge_session", "print_summary", "read_reports"]

REPORT_FILE = "report.json"
_ACCEPTED = frozenset({"accepted", "allowed", "documented"})
_MAX_COMMANDS = 10
"""Signals that are not covert and have their commands printed."""


def format_header(settings: Settings) -> str:
    """``lab: client codex, sandbox ready, seed 0``; each requirement of a cell is checked."""
    from lab.sandbox.cell.kernel_support import user_namespace_options
    from lab.sandbox.requirements import check_requirements, describe_missing

    missing = describe_missing(check_requirements())
    user = "rootless" if user_namespace_options() else "as root"
    sandbox = f"sandbox ready ({user})" if missing is None else f"no sandbox ({missing})"
    jobs = "" if settings.jobs == 1 else f", {settings.jobs or 'as many'} trials at a time"
    client = make_visible(shlex.join(settings.client))
    return f"lab: client {client}, {sandbox}, seed {settings.seed}{jobs}"


def read_reports(folders: Iterable[str]) -> Mapping[Path, Report]:
    """The reports in the folders of audits, those that can be read."""
    found = {}
    for folder in map(Path, folders):
        try:
            found[folder] = decode((folder / REPORT_FILE).read_bytes())
        except (OSError, ValueError):
            continue  # its process was killed while it wrote; its test has failed already
    return found


def judge_session(
    reports: Mapping[Path, Report], folder: Path, policy: Policy | None, baseline: Report | None
) -> Judgement:
    """Merge the reports of a session, and judge the result.

    Args:
        reports: at least one report, by the folder of its audit.
        folder: the folder of the session.
        policy: the rules, if there are any.
        baseline: the report whose signals are accepted, if there is one.
    """
    return judge(merge_reports(list(reports.values()), str(folder)), policy, baseline)


def print_summary(
    reporter: pytest.TerminalReporter,
    reports: Mapping[Path, Report],
    judgement: Judgement,
    folder: Path,
    client: Sequence[str],
) -> None:
    """Print the section of the lab, and write the session's report.

    Args:
        reporter: where.
        reports: the reports of all audits, by their folders.
        judgement: of the merged report.
        folder: the folder of the session.
        client: the client as the user named it, in words.
    """
    whole = judgement.report
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / REPORT_FILE, encode(whole))

    reporter.section("fingerprint lab")
    reporter.write_line(f"{format_client(whole.client)}, seed {whole.seed}")
    for audit, report in reports.items():
        reporter.write_line(f"  {_describe_audit(audit, report)}: {format_verdict(report)}")
    for warning in whole.warnings:
        reporter.write_line(f"warning: {clip(warning, 400)}", yellow=True)
    for missing in whole.not_measured:
        words = f"not measured: {missing.what}: {missing.why}"
        reporter.write_line(clip(words, 400), yellow=True)
    _print_signals(reporter, judgement, client)
    reporter.write_line(f"report: {clip(str(folder / REPORT_FILE), 400)}")


def _print_signals(
    reporter: pytest.TerminalReporter, judgement: Judgement, typed: Sequence[str]
) -> None:
    client = format_client_argument(judgement.report.client, typed)
    plain = 0
    for judged in sorted(judgement.signals, key=lambda one: severity(one.signal)):
        signal = judged.signal
        reporter.write_line(_format_signal(judged), red=signal.covert, bold=signal.covert)
        if judged.verdict in _ACCEPTED:
            continue
        plain += not signal.covert
        if signal.covert or plain <= _MAX_COMMANDS or reporter.config.get_verbosity() > 0:
            for words in build_pair_commands(client, signal):
                reporter.write_line(f"    reproduce  {' '.join(words)}")
    gone = [one.signal for one in judgement.gone if one.unless is None]
    for signal in gone:
        where = format_location(signal.location, 160)
        reporter.write_line(
            f"gone since the baseline: {format_cause(signal)}  {where}  [{signal.id}]"
        )


def _format_signal(judged: Judged) -> str:
    """Cause, how, where, id, and what a policy or a baseline says of it."""
    signal = judged.signal
    badge = "COVERT  " if signal.covert else ""
    how = f"{signal.kind}, {clip(signal.encoding, 60)}" if signal.encoding else signal.kind
    location = format_location(signal.location, 160)
    line = f"{badge}{format_cause(signal)}  {how}  {location}  [{signal.id}]"
    if judged.verdict in {"undecided", "expected"}:
        return line
    rule = f" (line {judged.rule.line} of the policy)" if judged.rule is not None else ""
    return f"{line}  {judged.verdict}{rule}"


def _describe_audit(folder: Path, report: Report) -> str:
    if folder.name == "all":
        return "all factors"
    names = ", ".join(facts.name for facts in report.factors)
    return names if report.strength > 1 or len(report.factors) == 1 else f"{names}, each alone"
