"""The options of an audit, and running it: shared by all commands that run audits.

Every option is checked before anything is installed or run.  An audit can be interrupted at any
time: each finished trial is on disk, and ``--resume`` goes on from there.
"""

from __future__ import annotations

import argparse
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lab.cli.shared_options import add_client, add_home, read_client_words, require_writable
from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.clients.profile import Client
    from lab.experiment.options import AuditOptions
    from lab.findings.report import Report

__all__ = [
    "MAX_JOBS",
    "MAX_STRENGTH",
    "AuditOutcome",
    "add_audit_options",
    "parse_options",
    "run_audit",
]

MAX_STRENGTH = 3
"""A covering array of a higher strength over all factors has too many trials to run."""
MAX_JOBS = 64
_COMMA = re.compile(r"(?<!\\),")


class AuditOutcome(NamedTuple):
    """The report of an audit, the number of trials that ran now, and the client as named."""

    report: Report
    ran: int
    words: tuple[str, ...]


def add_audit_options(parser: argparse.ArgumentParser) -> None:
    """Declare CLIENT and the options of an audit."""
    add_client(parser)
    parser.add_argument(
        "--factors",
        metavar="A,B,…",
        help="factors to vary (default: all that can be varied for the client)",
    )
    parser.add_argument(
        "--levels",
        metavar="FACTOR=L1,L2,…",
        action="append",
        default=[],
        help=r"add levels to a factor; repeatable; write \, for a comma within a level",
    )
    parser.add_argument(
        "--sweep",
        metavar="FACTOR",
        action="append",
        default=[],
        help="try every level of a factor, such as all time zones; repeatable",
    )
    parser.add_argument(
        "--search",
        metavar="FACTOR",
        action="append",
        default=[],
        help="generate levels of a factor, also from words in the files of the client; repeatable",
    )
    parser.add_argument(
        "--search-trials",
        metavar="N",
        default="100",
        help="maximum of trials of each search (default: 100)",
    )
    parser.add_argument("--words", type=Path, metavar="FILE", help="words for searches, one a line")
    parser.add_argument("--max-trials", metavar="N", help="run at most this many trials")
    parser.add_argument("--max-time", metavar="SECONDS", help="start no trial after this time")
    parser.add_argument(
        "--seed", metavar="N", default="0", help="seed of every random choice (default: 0)"
    )
    parser.add_argument(
        "--alpha",
        metavar="A",
        default="0.05",
        help="probability of any false signal in the whole audit (default: 0.05)",
    )
    parser.add_argument(
        "--strength",
        metavar="T",
        default="2",
        help=f"run combinations of T levels, 1 to {MAX_STRENGTH}, and count them (default: 2)",
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        help=f"trials at a time, 1 to {MAX_JOBS} (default: as many as this machine can run)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of this audit (default: one in --home)"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the same audit, if it was stopped; no finished trial is repeated",
    )
    add_home(parser)


def run_audit(arguments: argparse.Namespace) -> AuditOutcome:
    """Audit the client that the arguments name, with progress on stderr.

    Raises:
        UsageError: an option is wrong.
        MachineError: the machine lacks something.
        ClientError: the client cannot be run.
    """
    from lab.clients.resolve import resolve
    from lab.sandbox.requirements import require_all

    words = read_client_words(arguments)
    options = parse_options(arguments)
    require_writable("--home", options.home)
    if options.out is not None:
        require_writable("--out", options.out)
    require_all()
    client = resolve(words, options.home / "clients", _print_to_stderr)
    report, ran = _run_engine(client, options)
    return AuditOutcome(report, ran, words)


def _run_engine(client: Client, options: AuditOptions) -> tuple[Report, int]:
    """The report, and how many trials ran for it; progress is printed on stderr."""
    import sys
    import time

    from lab.experiment.audit import audit
    from lab.experiment.events import AuditStarted, EngineEvent
    from lab.experiment.follow import follow
    from lab.reports.terminal.progress import Progress

    folders: list[str] = []

    def remember(event: EngineEvent) -> None:
        if isinstance(event, AuditStarted):
            folders.append(event.folder)

    try:
        with Progress(sys.stderr, now=time.monotonic) as progress:
            report = follow(audit(client, options), remember, progress.handle)
            return report, progress.ran
    except KeyboardInterrupt:
        for folder in folders:
            _print_to_stderr(f"finished trials are kept; to go on, add: --resume --out {folder}")
        raise


def _print_to_stderr(line: str) -> None:
    import sys

    from lab.reports.text.safe import make_visible

    print(make_visible(line), file=sys.stderr)


# --- checks of the options -------------------------------------------------------


def parse_options(arguments: argparse.Namespace) -> AuditOptions:
    """The options of an audit, each checked.

    Raises:
        UsageError: an option is wrong.
    """
    from lab.experiment.options import AuditOptions

    limits = arguments.max_trials, arguments.max_time, arguments.jobs
    max_trials, max_time, jobs = limits
    factors = None if arguments.factors is None else _parse_factors(arguments.factors)
    levels = _parse_levels(arguments.levels)
    for name in levels:
        if factors is not None and name not in factors:
            raise UsageError(f"--levels adds to {name}, which --factors leaves out; add it there")
    return AuditOptions(
        factors=factors,
        levels=levels,
        max_trials=None
        if max_trials is None
        else _parse_whole_number("--max-trials", max_trials, 1, 10**7),
        max_time=None if max_time is None else _parse_seconds(max_time),
        seed=_parse_whole_number("--seed", arguments.seed, 0, 2**63 - 1),
        alpha=_parse_alpha(arguments.alpha),
        strength=_parse_whole_number("--strength", arguments.strength, 1, MAX_STRENGTH),
        sweep=_parse_explored_factors("--sweep", arguments.sweep, factors),
        search=_parse_explored_factors("--search", arguments.search, factors),
        search_trials=_parse_whole_number("--search-trials", arguments.search_trials, 1, 10**6),
        words=() if arguments.words is None else _read_words(arguments.words, arguments.search),
        jobs=None if jobs is None else _parse_whole_number("--jobs", jobs, 1, MAX_JOBS),
        home=arguments.home,
        out=arguments.out,
        resume=arguments.resume,
    )


def _parse_factors(text: str) -> tuple[str, ...]:
    from lab.factors.registry import get_factor

    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise UsageError("--factors names no factor; write e.g. --factors timezone,locale")
    for name in names:
        get_factor(name)
    return names


def _parse_levels(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    from lab.factors.registry import parse_level

    found: dict[str, dict[str, None]] = {}
    for word in words:
        name, equals, texts = word.partition("=")
        if not equals or not name or not texts:
            raise UsageError(
                f"--levels {word!r} is not FACTOR=L1,L2,…, e.g. timezone=Asia/Tokyo,Asia/Seoul"
            )
        for text in _COMMA.split(texts):
            found.setdefault(name, {})[parse_level(name, text.replace("\\,", ","))] = None
    return {name: tuple(levels) for name, levels in found.items()}


def _parse_explored_factors(
    option: str, names: Sequence[str], factors: Sequence[str] | None
) -> tuple[str, ...]:
    """The factors to sweep or to search, one in each option or separated by commas."""
    from lab.factors.registry import all_levels

    found = _parse_factors(",".join(names)) if names else ()
    for name in found:
        if factors is not None and name not in factors:
            raise UsageError(f"{option} takes {name}, which --factors leaves out; add it there")
        if option == "--sweep":
            all_levels(name)
    return found


def _read_words(file: Path, searched: Sequence[str]) -> tuple[str, ...]:
    """The words of a file, one a line, without empty lines and lines that begin with #."""
    if not searched:
        raise UsageError("--words is for searches; add --search FACTOR, e.g. --search endpoint")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--words {file} cannot be read: {error}") from error
    words = [line.strip() for line in lines]
    return tuple(dict.fromkeys(word for word in words if word and not word.startswith("#")))


def _parse_whole_number(option: str, text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise UsageError(f"{option} takes a whole number from {least} to {most}, not {text!r}")
    return number


def _parse_seconds(text: str) -> float:
    number = _parse_float(text)
    if not 0 < number < math.inf:
        raise UsageError(f"--max-time takes a number of seconds above 0, not {text!r}")
    return number


def _parse_alpha(text: str) -> float:
    number = _parse_float(text)
    if not 0 < number < 1:
        raise UsageError(f"--alpha takes a probability between 0 and 1, e.g. 0.05, not {text!r}")
    return number


def _parse_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
