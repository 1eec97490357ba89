"""The report for scripts: exactly one JSON document, the same bytes as ``report.json``."""

from __future__ import annotations

from typing import IO

from lab.findings.report import Report
from lab.findings.report_json import encode

__all__ = ["write"]


def write(report: Report, stream: IO[str]) -> None:
    """Print the report on ``stream`` (UTF-8 even where the locale is not)."""
    document = encode(report)
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(document.decode())
        return
    stream.flush()
    binary.write(document)
    binary.flush()
