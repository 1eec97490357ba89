"""``python -m bench detection``: the lab beside classic methods, on specimens of the zoo."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.detection.contest import contest
from bench.detection.scores import Outcome, summary, table
from bench.specimens import add_places, named, numbers, opened, ordinary, places, say
from lab.errors import LabError, UsageError
from lab.sandbox.requirements import require
from lab.specimens.specimen import Specimen, Zoo, load

__all__ = ["main"]

SCHEMA = "fingerprint-lab/bench-detection/1"


def main(words: Sequence[str]) -> int:
    """0; 4 where a specimen could not be measured; LabError where nothing can be."""
    arguments = _parser().parse_args(words)
    zoo = load(arguments.folder)
    chosen = named(zoo, arguments.names) if arguments.names else ordinary(zoo)
    if not chosen:
        raise UsageError(f"nothing in {zoo.folder} can run on this machine")
    require()
    outcomes: list[Outcome] = []
    failed: list[str] = []
    with places(arguments.home, "detection") as (home, stores):
        for seed in arguments.seeds:
            for specimen in chosen:
                try:
                    found = _one(zoo, specimen, seed, home, stores, arguments.until_equal)
                except LabError as wrong:
                    failed.append(f"{specimen.name} seed {seed}: {wrong}")
                    say(f"{failed[-1]}; it counts nowhere")
                    continue
                outcomes += found
    if arguments.json:
        print(document(outcomes, failed).decode())
    else:
        print(*(table(outcomes) if outcomes else ("nothing was measured",)), sep="\n")
        for line in failed:
            print(f"not measured: {line}")
    return 4 if failed else 0


def document(outcomes: Sequence[Outcome], failed: Sequence[str]) -> bytes:
    """One record for each specimen, seed and method, and the sums."""
    return msgspec.json.encode(
        {"schema": SCHEMA, "outcomes": outcomes, "summary": summary(outcomes), "failed": failed}
    )


def _one(
    zoo: Zoo, specimen: Specimen, seed: int, home: Path, stores: Path, until_equal: bool
) -> list[Outcome]:
    started = time.monotonic()
    with opened(zoo, specimen, seed, home, stores) as ground:
        found = contest(
            specimen,
            ground.client,
            ground.options,
            ground.store,
            ground.laboratory,
            on=until_equal,
        )
        # Where trials are kept, what they showed stands beside them, for who reads along.
        (ground.store.folder / "outcomes.json").write_bytes(msgspec.json.encode(found))
    said = "; ".join(_brief(outcome) for outcome in found)
    say(f"{specimen.name} seed {seed}: {said} ({time.monotonic() - started:.0f} s)")
    return found


def _brief(outcome: Outcome) -> str:
    whole = outcome.whole
    false = f", {whole.false} false" if whole.false else ""
    return f"{outcome.method} {whole.right}/{whole.planted}{false}, {outcome.trials} trials"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench detection", description=__doc__)
    parser.add_argument(
        "--seeds",
        type=numbers,
        default=(0, 1, 2),
        metavar="N,N",
        help="audit each specimen with each of these seeds (default: 0,1,2)",
    )
    parser.add_argument(
        "--names",
        type=lambda words: tuple(word.strip() for word in words.split(",")),
        default=(),
        metavar="A,B",
        help="these specimens (default: all that just end and can run here)",
    )
    parser.add_argument(
        "--until-equal",
        action="store_true",
        help="also let each classic method have an eighth of the lab's trials, then twice as "
        "many and again, up to four times the lab's, until it finds as much",
    )
    add_places(parser)
    return parser
