"""``lab audit CLIENT``: the whole experiment, and its report.

The report goes to stdout (``--json``: as one JSON document), progress to stderr.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.cli.audit_estimate import print_estimate
from lab.cli.audit_options import add_audit_options, run_audit
from lab.cli.shared_options import add_format, add_json

if TYPE_CHECKING:
    from lab.findings.report import Report

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "audit"
HELP = "find out which inputs from its environment change what a client sends"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare CLIENT and the options of an audit."""
    add_audit_options(parser)
    parser.add_argument(
        "--fail-on",
        choices=("signal", "covert"),
        help="exit with code 1 on any signal (except about where traffic goes), or on a covert one",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="show every signal in full, however many there are",
    )
    parser.add_argument(
        "--estimate",
        action="store_true",
        help="print trials, time and download beforehand; install and run nothing",
    )
    add_json(parser)
    add_format(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the audit, print its report and return the exit code."""
    if arguments.estimate:
        return print_estimate(arguments)

    import sys

    from lab.findings.policy import judge
    from lab.reports.formats.registry import get_format, print_document
    from lab.reports.terminal import audit

    chosen = get_format("json" if arguments.json else arguments.format or "text")
    report, ran, words = run_audit(arguments)
    if arguments.json or arguments.format:
        print_document(chosen.write(judge(report)), sys.stdout)
    else:
        console = audit.make_console(sys.stdout)
        audit.write(report, console, words, ran=ran, full=arguments.full)
    return _choose_exit_code(report, arguments.fail_on)


def _choose_exit_code(report: Report, fail_on: str | None) -> int:
    from lab.findings.audit_verdict import EXIT_CODES

    covert = any(signal.covert for signal in report.signals)
    found = covert or any(signal.kind != "route" for signal in report.signals)
    if (fail_on == "covert" and covert) or (fail_on == "signal" and found):
        return 1
    return EXIT_CODES[report.verdict]
