"""``lab check CLIENT``: for CI, whether a client reveals anything that is not accepted.

Accepted is what the report of an earlier audit has (``--baseline``), what a policy allows
(``--policy``), or both.  Both are read before anything runs.  The result is printed on stderr, one
line a signal; ``--json`` prints one document on stdout.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from lab.cli.audit_options import add_audit_options, run_audit
from lab.cli.shared_options import add_format, add_json
from lab.errors import UsageError

if TYPE_CHECKING:
    from lab.findings.report import Report

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "check"
HELP = "fail on signals that a baseline or a policy does not accept"

EXIT_CODES = {"passed": 0, "failed": 1, "inconclusive": 3, "not measured": 3}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare CLIENT, baseline, policy, and the options of an audit."""
    add_audit_options(parser)
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="the report.json (or folder) of an audit whose signals are accepted",
    )
    parser.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="a TOML file of allowed, documented and forbidden signals",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="judge this report.json (or audit's folder) instead of running an audit",
    )
    parser.add_argument("--full", action="store_true", help="show each signal that fails in full")
    add_json(parser)
    add_format(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge a new audit or a finished report, and return the exit code.

    Raises:
        UsageError: the options contradict each other, or neither baseline nor policy is given.
    """
    import sys

    from lab.findings.policy import judge, read_policy, read_report
    from lab.findings.report_json import decode, encode
    from lab.reports.formats.registry import get_format, print_document
    from lab.reports.terminal.audit import make_console
    from lab.reports.terminal.check import write

    if arguments.baseline is None and arguments.policy is None:
        raise UsageError(
            "neither a baseline nor a policy is given; add --baseline REPORT (lab audit "
            "CLIENT --json prints one), --policy FILE, or both"
        )
    policy = None if arguments.policy is None else read_policy(arguments.policy)
    baseline = (
        None
        if arguments.baseline is None
        else read_report(_check_baseline_path(arguments.baseline))
    )
    words: tuple[str, ...] = ()
    report: Report
    if arguments.report is not None:
        _refuse_audit_options(arguments)
        report = read_report(arguments.report)
    else:
        report, _, words = run_audit(arguments)
        # Decoded as from report.json, so that both sides are compared in the same form.
        report = decode(encode(report))
    judgement = judge(report, policy, baseline)
    write(judgement, make_console(sys.stderr), words, full=arguments.full)
    if arguments.json or arguments.format:
        chosen = get_format("check-json" if arguments.json else arguments.format)
        print_document(chosen.write(judgement), sys.stdout)
    return EXIT_CODES[judgement.verdict]


def _check_baseline_path(file: Path) -> Path:
    if file.suffix == ".toml":
        raise UsageError(f"--baseline {file}: that is a policy's ending; did you mean --policy?")
    return file


def _refuse_audit_options(arguments: argparse.Namespace) -> None:
    """UsageError for an option of an audit where no audit runs."""
    parser = argparse.ArgumentParser(add_help=False)
    add_audit_options(parser)
    for action in parser._actions:
        if getattr(arguments, action.dest) != action.default:
            name = action.option_strings[0] if action.option_strings else "CLIENT"
            raise UsageError(f"--report names a finished audit, and nothing runs; leave out {name}")
    if arguments.program is not None:
        raise UsageError("--report names a finished audit, and nothing runs; leave out the program")
