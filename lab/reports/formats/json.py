"""The report for scripts: one JSON document, the same bytes as ``report.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.findings.policy import Judgement

__all__ = ["HELP", "MEDIA_TYPE", "NAME", "SUFFIX", "write"]

NAME = "json"
HELP = "the report as one JSON document, schema fingerprint-lab/report/1"
SUFFIX = ".json"
MEDIA_TYPE = "application/json"


def write(judgement: Judgement) -> bytes:
    """The report of the judgement (:mod:`lab.findings.report_json`)."""
    from lab.findings.report_json import encode

    return encode(judgement.report)
