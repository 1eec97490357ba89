"""``python -m bench nulls``: how often the lab sees something where nothing is.

Clients in which nothing is planted are audited, each time with another seed, at default
settings.  An audit is false where it reports any signal that the truth does not allow.  The
share of false audits stands beside alpha, which is the share that the lab promises not to
exceed; the interval is the exact one of Clopper and Pearson (1934).

Half of the audits are of the clients that are noisy on purpose: they are the ones that could go
wrong.  Their share is told for itself, too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import msgspec

from bench.intervals import clopper_pearson
from bench.specimens import (
    OpenSpecimen,
    add_folder_options,
    open_folders,
    open_specimen,
    print_progress,
    select_named,
    select_ordinary,
)
from lab.errors import LabError, UsageError
from lab.experiment.audit import run_engine
from lab.experiment.follow import follow
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.sandbox.requirements import require_all
from lab.specimens.score import evaluate_report
from lab.specimens.specimen import Specimen, load_specimens

__all__ = ["NullAudit", "format_lines", "main", "schedule_audits"]

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


def main(words: Sequence[str]) -> int:
    """0, whatever the share is; 4 where an audit could not be made."""
    arguments = _build_parser().parse_args(words)
    zoo = load_specimens(arguments.folder)
    chosen = select_named(zoo, arguments.names) if arguments.names else select_ordinary(zoo)
    quiet = tuple(specimen for specimen in chosen if specimen.quiet)
    if not quiet:
        raise UsageError("none of these specimens is quiet; leave --names out for all that are")
    require_all()
    audits: list[NullAudit] = []
    failed: list[str] = []
    with open_folders(arguments.home, "nulls") as (home, stores):
        for number, specimen in enumerate(schedule_audits(quiet, arguments.runs)):
            seed = arguments.first_seed + number
            try:
                with open_specimen(zoo, specimen, seed, home, stores) as ground:
                    audits.append(_audit(specimen, ground))
            except LabError as wrong:
                failed.append(f"{specimen.name} seed {seed}: {wrong}")
                print_progress(f"{failed[-1]}; it counts nowhere")
                continue
            one = audits[-1]
            said = "; ".join(one.false) or "nothing false"
            print_progress(f"{number + 1} of {arguments.runs}: {one.specimen} seed {seed}: {said}")
    alpha = AuditOptions().alpha
    if arguments.json:
        print(encode_audits(audits, failed, alpha).decode())
    else:
        print(*format_lines(audits, alpha), sep="\n")
        for line in failed:
            print(f"not measured: {line}")
    return 4 if failed else 0


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


def _audit(specimen: Specimen, ground: OpenSpecimen) -> NullAudit:
    started = time.monotonic()
    chosen = build_scope(ground.client, ground.options)
    report = follow(
        run_engine(ground.client, ground.options, chosen, ground.store, ground.laboratory)
    )
    return NullAudit(
        specimen=specimen.name,
        seed=ground.options.seed,
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


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench nulls", description=__doc__)
    parser.add_argument(
        "--runs", type=_parse_runs, default=50, metavar="N", help="audits altogether (default: 50)"
    )
    parser.add_argument(
        "--first-seed",
        type=int,
        default=0,
        metavar="N",
        help="the first audit's seed; each further one has the next (default: 0)",
    )
    parser.add_argument(
        "--names",
        type=lambda words: tuple(word.strip() for word in words.split(",")),
        default=(),
        metavar="A,B",
        help="of these specimens (default: all quiet ones that just end and can run here)",
    )
    add_folder_options(parser)
    return parser


def _parse_runs(word: str) -> int:
    if not (word.isascii() and word.isdecimal()) or not 0 < int(word) <= 10_000:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 to 10000")
    return int(word)
