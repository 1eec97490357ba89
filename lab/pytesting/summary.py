"""The end of a session: what each question came to, every signal, and the commands that repeat it.

Covert signals come first, each with the two commands of its minimal pair; of the others, which
are often many, so many have them as fit a screen (all with ``-v``).  Everything stands in the
session's one report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lab.findings.encode import decode, encode
from lab.findings.report import Report
from lab.pytesting.baseline import accepted
from lab.pytesting.merged import merged
from lab.reports.phrases import (
    cause,
    client_label,
    client_words,
    counted,
    place,
    repeat,
    severity,
    verdict,
)
from lab.reports.text import clipped

if TYPE_CHECKING:
    import pytest

    from lab.pytesting.session import Session

__all__ = ["summary"]

REPORT = "report.json"
_REPEATED = 10
"""Signals that are not covert, and have their commands told all the same."""


def summary(session: Session, reporter: pytest.TerminalReporter) -> None:
    """Print the section, and write the session's report."""
    reports = _reports(session.told)
    if not reports:
        return
    whole = merged(list(reports.values()), str(session.folder))
    session.folder.mkdir(parents=True, exist_ok=True)
    partial = session.folder / f"{REPORT}.partial"
    partial.write_bytes(encode(whole))
    partial.replace(session.folder / REPORT)

    reporter.section("fingerprint lab")
    reporter.write_line(f"{client_label(whole.client)}, seed {whole.seed}")
    for folder, report in reports.items():
        reporter.write_line(f"  {_asked(folder, report)}: {verdict(report)}")
    for warning in whole.warnings:
        reporter.write_line(f"warning: {clipped(warning, 400)}", yellow=True)
    for missing in whole.not_measured:
        words = f"not measured: {missing.what}: {missing.why}"
        reporter.write_line(clipped(words, 400), yellow=True)
    known: frozenset[str] = frozenset()
    if session.settings.baseline is not None:
        known = accepted(session.settings.baseline)
    _tell(reporter, whole, known, session.settings.client)
    reporter.write_line(f"report: {clipped(str(session.folder / REPORT), 400)}")


def _tell(
    reporter: pytest.TerminalReporter,
    whole: Report,
    known: frozenset[str],
    typed: Sequence[str],
) -> None:
    signals = sorted(whole.signals, key=severity)
    told = [signal for signal in signals if signal.id not in known]
    client = client_words(whole.client, typed)
    plain = 0
    for signal in told:
        badge = "COVERT  " if signal.covert else ""
        how = f"{signal.kind}, {clipped(signal.encoding, 60)}" if signal.encoding else signal.kind
        line = f"{badge}{cause(signal)}  {how}  {place(signal.location, 160)}  [{signal.id}]"
        reporter.write_line(line, red=signal.covert, bold=signal.covert)
        plain += not signal.covert
        if signal.covert or plain <= _REPEATED or reporter.config.get_verbosity() > 0:
            for label, words in zip(("repeat", "and"), repeat(client, signal), strict=True):
                reporter.write_line(f"    {label:<6}  {' '.join(words)}")
    if len(told) < len(signals):
        reporter.write_line(
            f"accepted by the baseline: {counted(len(signals) - len(told), 'signal')}"
        )


def _reports(told: Mapping[str, Sequence[str]]) -> Mapping[Path, Report]:
    """The reports of the audits that tests were about, those that can be read."""
    found = {}
    for folder in map(Path, told):
        try:
            found[folder] = decode((folder / REPORT).read_bytes())
        except (OSError, ValueError):
            continue  # a process that was killed while it wrote; its test failed already
    return found


def _asked(folder: Path, report: Report) -> str:
    if folder.name == "all":
        return "all factors"
    names = ", ".join(facts.name for facts in report.factors)
    return names if report.strength > 1 or len(report.factors) == 1 else f"{names}, each alone"
