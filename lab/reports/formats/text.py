"""The report for a reader: what ``lab audit`` prints, without colours, with nothing left out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.findings.policy import Judgement

__all__ = ["HELP", "MEDIA_TYPE", "NAME", "SUFFIX", "write"]

NAME = "text"
HELP = "the report as plain text, every signal in full"
SUFFIX = ".txt"
MEDIA_TYPE = "text/plain"

WIDTH = 100


def write(judgement: Judgement) -> bytes:
    """The report of the judgement (:mod:`lab.reports.terminal.audit`) in lines of WIDTH cells."""
    from lab.reports.terminal import audit

    stream = io.StringIO()
    audit.write(judgement.report, audit.make_console(stream, WIDTH, plain=True), full=True)
    return stream.getvalue().encode()
