"""The files that a judgement needs: policies and finished reports.

The only part of :mod:`lab.findings` that reads anything.
"""

from __future__ import annotations

from pathlib import Path

from lab.errors import UsageError
from lab.findings.policy.loader import parse_policy
from lab.findings.policy.rule import Policy
from lab.findings.report import Report
from lab.findings.report_json import decode

__all__ = ["read_policy", "read_report"]

LONGEST_POLICY = 2**18
LONGEST_REPORT = 2**28


def read_policy(file: Path) -> Policy:
    """The policy in a TOML file.

    Raises:
        UsageError: The file cannot be read, or it has a mistake; the message names the first.
    """
    content = _read_content(file, LONGEST_POLICY, "a policy is a TOML file")
    try:
        return parse_policy(content.decode(), str(file))
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 (byte {error.start}); save it as UTF-8") from None


def read_report(place: Path) -> Report:
    """The report of a finished audit: its ``report.json``, or the folder that contains it.

    Raises:
        UsageError: There is no report, or it cannot be read.
    """
    file = place / "report.json" if place.is_dir() else place
    if file != place and not file.exists():
        raise UsageError(
            f"{place} has no report.json; if it is an audit's folder, the audit has not ended: "
            f"lab audit CLIENT --resume --out {place} goes on with it"
        )
    content = _read_content(file, LONGEST_REPORT, "name an audit's folder or its report.json")
    try:
        return decode(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{file}: {str(error)[:300]}; lab audit --json prints a report, "
            "and keeps it as report.json in the audit's folder"
        ) from None


def _read_content(file: Path, longest: int, hint: str) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(longest + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; {hint}") from None
    if len(content) > longest:
        raise UsageError(f"{file}: longer than {longest // 1024:,} KiB; {hint}")
    return content
