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
from bench.specimens import Ground, add_places, named, opened, ordinary, places, say
from lab.errors import LabError, UsageError
from lab.experiment.audit import conduct
from lab.experiment.follow import follow
from lab.experiment.options import Options
from lab.experiment.scope import scope
from lab.sandbox.requirements import require
from lab.specimens.score import judge
from lab.specimens.specimen import Specimen, load

__all__ = ["Null", "lines", "main", "schedule"]

SCHEMA = "fingerprint-lab/bench-nulls/1"
NOISY = ("null_noisy", "null_noisy_node")


class Null(msgspec.Struct, frozen=True):
    """One audit of a client in which nothing is planted."""

    specimen: str
    seed: int
    verdict: str
    trials: int
    seconds: float
    false: tuple[str, ...]


def main(words: Sequence[str]) -> int:
    """0, whatever the share is; 4 where an audit could not be made."""
    arguments = _parser().parse_args(words)
    zoo = load(arguments.folder)
    chosen = named(zoo, arguments.names) if arguments.names else ordinary(zoo)
    quiet = tuple(specimen for specimen in chosen if specimen.quiet)
    if not quiet:
        raise UsageError("none of these specimens is quiet; leave --names out for all that are")
    require()
    audits: list[Null] = []
    failed: list[str] = []
    with places(arguments.home, "nulls") as (home, stores):
        for number, specimen in enumerate(schedule(quiet, arguments.runs)):
            seed = arguments.first_seed + number
            try:
                with opened(zoo, specimen, seed, home, stores) as ground:
                    audits.append(_audit(specimen, ground))
            except LabError as wrong:
                failed.append(f"{specimen.name} seed {seed}: {wrong}")
                say(f"{failed[-1]}; it counts nowhere")
                continue
            one = audits[-1]
            said = "; ".join(one.false) or "nothing false"
            say(f"{number + 1} of {arguments.runs}: {one.specimen} seed {seed}: {said}")
    alpha = Options().alpha
    if arguments.json:
        print(document(audits, failed, alpha).decode())
    else:
        print(*lines(audits, alpha), sep="\n")
        for line in failed:
            print(f"not measured: {line}")
    return 4 if failed else 0


def schedule(quiet: Sequence[Specimen], runs: int) -> Iterator[Specimen]:
    """Which specimen each run audits: noisy ones and others by turns, noisy ones first."""
    noisy = [specimen for specimen in quiet if specimen.name in NOISY]
    others = [specimen for specimen in quiet if specimen.name not in NOISY]
    if not noisy or not others:
        return islice(cycle(quiet), runs)
    turns = zip(cycle(noisy), cycle(others))
    return islice((specimen for turn in turns for specimen in turn), runs)


def lines(audits: Sequence[Null], alpha: float) -> Iterator[str]:
    """The share of false audits, of all and of each specimen, for people."""
    yield _line("quiet clients", audits) + f"; alpha {alpha:g}"
    noisy = [one for one in audits if one.specimen in NOISY]
    if 0 < len(noisy) < len(audits):
        yield _line("those that are noisy on purpose", noisy)
    for name in dict.fromkeys(one.specimen for one in audits):
        mine = [one for one in audits if one.specimen == name]
        false = sum(bool(one.false) for one in mine)
        trials = sum(one.trials for one in mine) / len(mine)
        yield f"  {name}: {false} of {len(mine)} audits false, {trials:.0f} trials each"
    for one in audits:
        for signal in one.false:
            yield f"  false: {one.specimen} seed {one.seed}: {signal}"


def document(audits: Sequence[Null], failed: Sequence[str], alpha: float) -> bytes:
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


def _audit(specimen: Specimen, ground: Ground) -> Null:
    started = time.monotonic()
    chosen = scope(ground.client, ground.options)
    report = follow(conduct(ground.client, ground.options, chosen, ground.store, ground.laboratory))
    return Null(
        specimen=specimen.name,
        seed=ground.options.seed,
        verdict=report.verdict,
        trials=report.trials,
        seconds=round(time.monotonic() - started, 3),
        false=tuple(
            f"{' × '.join(one.cause)} at {one.location} (p = {one.p_adjusted:.3g} after correction)"
            for one in judge(specimen, report).false
        ),
    )


def _line(what: str, audits: Sequence[Null]) -> str:
    if not audits:
        return f"no audit of {what} was made"
    false = sum(bool(one.false) for one in audits)
    low, high = clopper_pearson(false, len(audits))
    return (
        f"{len(audits)} audits of {what}: {false} with a false signal, "
        f"{false / len(audits):.3f} (exact 95 % interval {low:.3f}–{high:.3f})"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench nulls", description=__doc__)
    parser.add_argument(
        "--runs", type=_runs, default=50, metavar="N", help="audits altogether (default: 50)"
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
    add_places(parser)
    return parser


def _runs(word: str) -> int:
    if not (word.isascii() and word.isdecimal()) or not 0 < int(word) <= 10_000:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 to 10000")
    return int(word)
