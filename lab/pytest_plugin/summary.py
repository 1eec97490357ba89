"""The end of a session: what each question came to, every signal, and the commands that repeat it.

Covert signals come first, each with the two commands of its minimal pair; of the others, which
are often many, so many have them as fit a screen (all with ``-v``), and those that a policy or
a baseline accepts have none.  Everything stands in the
session's one report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lab.files import replace_file
from lab.findings.policy import Judged, Judgement, judge
from lab.findings.report import Report
from lab.findings.report_json import decode, encode
from lab.findings.severity import severity
from lab.pytest_plugin.merge_reports import merge_reports
from lab.reports.text.phrases import (
    build_pair_commands,
    format_cause,
    format_client,
    format_client_argument,
    format_location,
    format_verdict,
)
from lab.reports.text.safe import clip

if TYPE_CHECKING:
    import pytest

    from lab.pytest_plugin.plugin_session import PluginSession

__all__ = ["print_summary"]

REPORT_FILE = "report.json"
_ACCEPTED = frozenset({"accepted", "allowed", "documented"})
_MAX_COMMANDS = 10
"""Signals that are not covert, and have their commands told all the same."""


def print_summary(session: PluginSession, reporter: pytest.TerminalReporter) -> None:
    """Print the section, and write the session's report."""
    reports = _read_reports(session.told)
    if not reports:
        return
    judgement = judge(
        merge_reports(list(reports.values()), str(session.folder)), session.policy, session.baseline
    )
    whole = judgement.report
    session.folder.mkdir(parents=True, exist_ok=True)
    replace_file(session.folder / REPORT_FILE, encode(whole))

    reporter.section("fingerprint lab")
    reporter.write_line(f"{format_client(whole.client)}, seed {whole.seed}")
    for folder, report in reports.items():
        reporter.write_line(f"  {_describe_audit(folder, report)}: {format_verdict(report)}")
    for warning in whole.warnings:
        reporter.write_line(f"warning: {clip(warning, 400)}", yellow=True)
    for missing in whole.not_measured:
        words = f"not measured: {missing.what}: {missing.why}"
        reporter.write_line(clip(words, 400), yellow=True)
    _print_signals(reporter, judgement, session.settings.client)
    reporter.write_line(f"report: {clip(str(session.folder / REPORT_FILE), 400)}")


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
            for label, words in zip(
                ("repeat", "and"), build_pair_commands(client, signal), strict=True
            ):
                reporter.write_line(f"    {label:<6}  {' '.join(words)}")
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


def _read_reports(told: Mapping[str, Sequence[str]]) -> Mapping[Path, Report]:
    """The reports of the audits that tests were about, those that can be read."""
    found = {}
    for folder in map(Path, told):
        try:
            found[folder] = decode((folder / REPORT_FILE).read_bytes())
        except (OSError, ValueError):
            continue  # a process that was killed while it wrote; its test failed already
    return found


def _describe_audit(folder: Path, report: Report) -> str:
    if folder.name == "all":
        return "all factors"
    names = ", ".join(facts.name for facts in report.factors)
    return names if report.strength > 1 or len(report.factors) == 1 else f"{names}, each alone"
