"""``python -m bench nulls``: how often the lab reports a signal where nothing is planted.

Specimens in which nothing is planted are audited, each time with another seed, with default
options.  An audit is false where it reports any signal that the truth does not allow.  The share
of false audits is given beside alpha, the share that the lab promises not to exceed, with the exact
interval of Clopper and Pearson (1934).

Half of the audits are of specimens that are noisy on purpose, which are the ones most likely to go
wrong.  Their share is also given separately.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import msgspec

from bench.figures import Document
from bench.intervals import clopper_pearson
from bench.specimens import (
    OpenSpecimen,
    add_specimen_options,
    open_specimen,
    print_progress,
    select_specimens,
)
from lab.errors import LabError, UsageError
from lab.experiment.audit import run_engine
from lab.experiment.follow import follow
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.sandbox.requirements import require_all
from lab.specimens.score import evaluate_report
from lab.specimens.specimen import Specimen, load_specimens

__all__ = [
    "DEFAULT_TRIALS",
    "HELP",
    "IN_ALL",
    "NAME",
    "NullAudit",
    "add_arguments",
    "format_lines",
    "run",
    "schedule_audits",
]

NAME = "nulls"
HELP = "share of audits with a false signal, on specimens in which nothing is planted"
DEFAULT_TRIALS = 50
IN_ALL = False

SCHEMA = "fingerprint-lab/bench-nulls/1"
NOISY = ("null_noisy", "null_noisy_node")


class NullAudit(msgspec.Struct, frozen=True):
    """One audit of a client in which nothing is planted."""

    specimen: str
    seed: int
    verdict: str
    trials: int
    seconds: float
    false: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the first seed and specimens."""
    parser.add_argument(
        "--first-seed",
        type=int,
        default=0,
        metavar="N",
        help="seed of the first audit; each further one has the next (default: 0)",
    )
    add_specimen_options(parser)


def run(arguments: argparse.Namespace) -> Document:
    """Audit specimens in which nothing is planted; exit code 4 where an audit failed."""
    specimens = load_specimens(arguments.folder)
    chosen = select_specimens(specimens, arguments.names)
    quiet = tuple(specimen for specimen in chosen if specimen.quiet)
    if not quiet:
        raise UsageError("none of these specimens is quiet; leave --names out for all that are")
    require_all()
    audits: list[NullAudit] = []
    failed: list[str] = []
    for number, specimen in enumerate(schedule_audits(quiet, arguments.trials)):
        seed = arguments.first_seed + number
        try:
            with open_specimen(specimens, specimen, seed, arguments.home, NAME) as opened:
                audit = _audit(specimen, opened)
        except LabError as error:
            failed.append(f"{specimen.name} seed {seed}: {error}")
            print_progress(f"{failed[-1]}; it is left out of all counts")
            continue
        audits.append(audit)
        result = "; ".join(audit.false) or "no false signal"
        print_progress(
            f"{number + 1} of {arguments.trials}: {audit.specimen} seed {seed}: {result}"
        )
    alpha = AuditOptions().alpha
    lines = [*format_lines(audits, alpha), *(f"not measured: {line}" for line in failed)]
    content = encode_audits(audits, failed, alpha)
    return Document("\n".join(lines), content, LabError.exit_code if failed else 0)


def schedule_audits(quiet: Sequence[Specimen], runs: int) -> Iterator[Specimen]:
    """Which specimen each run audits: noisy ones and others by turns, noisy ones first."""
    noisy = [specimen for specimen in quiet if specimen.name in NOISY]
    others = [specimen for specimen in quiet if specimen.name not in NOISY]
    if not noisy or not others:
        return islice(cycle(quiet), runs)
    turns = zip(cycle(noisy), cycle(others))
    return islice((specimen for turn in turns for specimen in turn), runs)


def format_lines(audits: Sequence[NullAudit], alpha: float) -> Iterator[str]:
    """The share of false audits, of all and of each specimen, for people."""
    yield _format_share("quiet clients", audits) + f"; alpha {alpha:g}"
    noisy = [one for one in audits if one.specimen in NOISY]
    if 0 < len(noisy) < len(audits):
        yield _format_share("those that are noisy on purpose", noisy)
    for name in dict.fromkeys(one.specimen for one in audits):
        mine = [one for one in audits if one.specimen == name]
        false = sum(bool(one.false) for one in mine)
        trials = sum(one.trials for one in mine) / len(mine)
        yield f"  {name}: {false} of {len(mine)} audits false, {trials:.0f} trials each"
    for one in audits:
        for signal in one.false:
            yield f"  false: {one.specimen} seed {one.seed}: {signal}"


def encode_audits(audits: Sequence[NullAudit], failed: Sequence[str], alpha: float) -> bytes:
    """All audits and the share as one document."""
    false = sum(bool(one.false) for one in audits)
    return msgspec.json.encode(
        {
            "schema": SCHEMA,
            "audits": audits,
            "false": false,
            "share": false / len(audits) if audits else None,
            "interval_95": clopper_pearson(false, len(audits)) if audits else None,
            "alpha": alpha,
            "failed": failed,
        }
    )


def _audit(specimen: Specimen, opened: OpenSpecimen) -> NullAudit:
    started = time.monotonic()
    chosen = build_scope(opened.client, opened.options)
    report = follow(
        run_engine(opened.client, opened.options, chosen, opened.store, opened.executor)
    )
    return NullAudit(
        specimen=specimen.name,
        seed=opened.options.seed,
        verdict=report.verdict,
        trials=report.trials,
        seconds=round(time.monotonic() - started, 3),
        false=tuple(
            f"{' × '.join(one.cause)} at {one.location} (p = {one.p_adjusted:.3g} after correction)"
            for one in evaluate_report(specimen, report).false
        ),
    )


def _format_share(what: str, audits: Sequence[NullAudit]) -> str:
    if not audits:
        return f"no audit of {what} was made"
    false = sum(bool(one.false) for one in audits)
    low, high = clopper_pearson(false, len(audits))
    return (
        f"{len(audits)} audits of {what}: {false} with a false signal, "
        f"{false / len(audits):.3f} (exact 95 % interval {low:.3f}–{high:.3f})"
    )
