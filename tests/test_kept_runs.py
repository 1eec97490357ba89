"""Pages and pictures show the numbers of the runs that they were made from.

``docs/runs`` keeps the reports of these runs.  To renew one, run the command that the page shows,
copy its ``report.json`` there, draw the picture with ``docs/picture.py``, and correct the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.findings.report import Report
from lab.findings.report_json import decode

DOCS = Path(__file__).parents[1] / "docs"
RUNS = {
    "claude-code": [DOCS.parent / "README.md", DOCS / "audit.svg"],
    "tutorial": [DOCS / "tutorial.md"],
}
"""Each kept run, and the files that show its numbers."""

TOTAL = re.compile(r"(?<!\S)(?<!about )(\d+) trials(?: in |$|[,;.] )", re.MULTILINE)
"""The trials of the whole audit, as in "takes 306 trials, ..." or "done: 232 trials"."""
PHASE = re.compile(r"^\w+: .*$", re.MULTILINE)
"""Lines of progress, which count the trials of one phase."""
TABLE = re.compile(r"^ {3}.*\d trials *$", re.MULTILINE)
"""Rows of decision tables."""


def read_run(name: str) -> Report:
    file = DOCS / "runs" / f"{name}.json"
    if not file.exists():
        pytest.skip(f"{file.name} is not kept")
    return decode(file.read_bytes())


def read_text(page: Path) -> str:
    """The text of a page, or that of a picture, without progress and tables."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".svg":
        text = html.unescape(re.sub(r"<[^>]*>", "", text)).replace("\xa0", " ")
    done = re.findall(r"^done: \d+ trials$", text, re.MULTILINE)
    return "\n".join([TABLE.sub("", PHASE.sub("", text)), *done])


def count_signals(report: Report) -> tuple[int, int]:
    """Signals that are not about routes, and covert ones among them."""
    signals = [signal for signal in report.signals if signal.kind != "route"]
    return len(signals), sum(signal.covert for signal in signals)


def wrong_numbers(text: str, report: Report) -> Iterator[str]:
    """What a text says otherwise than the report of its run."""
    signals, covert = count_signals(report)
    zones = {facts.name: len({facts.control, *facts.levels}) for facts in report.factors}
    expected = [
        (TOTAL, report.trials),
        (re.compile(r"(\d+) signals, \d+ of them covert"), signals),
        (re.compile(r"\d+ signals, (\d+) of them covert"), covert),
        (re.compile(r"other (\d+) signals of that run"), signals - covert),
        (re.compile(r"time zone `[\w/]+` \(of (\d+) tried\)"), zones.get("timezone")),
        (re.compile(r"(\d+) replicates of one environment"), report.calibration.replicates),
    ]
    for pattern, number in expected:
        for match in pattern.finditer(text):
            if int(match[1]) != number:
                yield f"{match[0].strip()!r}: the run has {number}"
    for match in re.finditer(r"about (\d+) minutes", text):
        if abs(int(match[1]) * 60 - report.wall_s) > 90:
            yield f"{match[0]!r}: the run took {report.wall_s / 60:.1f} minutes"


@pytest.mark.parametrize("name", RUNS)
def test_numbers_are_those_of_the_run(name: str) -> None:
    report = read_run(name)
    for page in RUNS[name]:
        assert list(wrong_numbers(read_text(page), report)) == [], page.name


def test_the_picture_is_of_the_run() -> None:
    text = read_text(DOCS / "audit.svg")
    signals, covert = count_signals(read_run("claude-code"))
    assert TOTAL.search(text)
    assert f"{signals} signals, {covert} of them covert" in text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It takes {trials} trials, about {minutes} minutes on two cores.", 0),
        ("It takes 9999 trials, about 999 minutes on two cores.", 2),
        ("probe.py: 3 factors, about 214 trials, 2 jobs\nscreen: 173 trials\ndone: 12 trials", 1),
        ("The other 13 signals of that run are not covert", 1),
    ],
)
def test_a_number_of_another_run_is_found(tmp_path: Path, text: str, count: int) -> None:
    report = read_run("claude-code")
    page = tmp_path / "page.md"
    minutes = round(report.wall_s / 60)
    page.write_text(text.format(trials=report.trials, minutes=minutes))
    assert len(list(wrong_numbers(read_text(page), report))) == count
