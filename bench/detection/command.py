"""``python -m bench detection``: the lab beside classic methods, on specimens of the zoo."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.detection.contest import compare_methods
from bench.detection.scores import Outcome, render_table, summarise
from bench.specimens import (
    add_folder_options,
    open_folders,
    open_specimen,
    parse_numbers,
    print_progress,
    select_named,
    select_ordinary,
)
from lab.errors import LabError, UsageError
from lab.sandbox.requirements import require_all
from lab.specimens.specimen import Specimen, SpecimenSet, load_specimens

__all__ = ["main"]

SCHEMA = "fingerprint-lab/bench-detection/1"


def main(words: Sequence[str]) -> int:
    """0; 4 where a specimen could not be measured; LabError where nothing can be."""
    arguments = _parser().parse_args(words)
    zoo = load_specimens(arguments.folder)
    chosen = select_named(zoo, arguments.names) if arguments.names else select_ordinary(zoo)
    if not chosen:
        raise UsageError(f"nothing in {zoo.folder} can run on this machine")
    require_all()
    outcomes: list[Outcome] = []
    failed: list[str] = []
    with open_folders(arguments.home, "detection") as (home, stores):
        for seed in arguments.seeds:
            for specimen in chosen:
                try:
                    found = _run_specimen(zoo, specimen, seed, home, stores, arguments.until_equal)
                except LabError as wrong:
                    failed.append(f"{specimen.name} seed {seed}: {wrong}")
                    print_progress(f"{failed[-1]}; it counts nowhere")
                    continue
                outcomes += found
    if arguments.json:
        print(render_json(outcomes, failed).decode())
    else:
        print(*(render_table(outcomes) if outcomes else ("nothing was measured",)), sep="\n")
        for line in failed:
            print(f"not measured: {line}")
    return 4 if failed else 0


def render_json(outcomes: Sequence[Outcome], failed: Sequence[str]) -> bytes:
    """One record for each specimen, seed and method, and the sums."""
    return msgspec.json.encode(
        {"schema": SCHEMA, "outcomes": outcomes, "summary": summarise(outcomes), "failed": failed}
    )


def _run_specimen(
    zoo: SpecimenSet, specimen: Specimen, seed: int, home: Path, stores: Path, until_equal: bool
) -> list[Outcome]:
    started = time.monotonic()
    with open_specimen(zoo, specimen, seed, home, stores) as ground:
        found = compare_methods(
            specimen,
            ground.client,
            ground.options,
            ground.store,
            ground.laboratory,
            on=until_equal,
        )
        # Where trials are kept, what they showed stands beside them, for who reads along.
        (ground.store.folder / "outcomes.json").write_bytes(msgspec.json.encode(found))
    said = "; ".join(_summarise(outcome) for outcome in found)
    print_progress(f"{specimen.name} seed {seed}: {said} ({time.monotonic() - started:.0f} s)")
    return found


def _summarise(outcome: Outcome) -> str:
    whole = outcome.whole
    false = f", {whole.false} false" if whole.false else ""
    return f"{outcome.method} {whole.right}/{whole.planted}{false}, {outcome.trials} trials"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench detection", description=__doc__)
    parser.add_argument(
        "--seeds",
        type=parse_numbers,
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
    add_folder_options(parser)
    return parser
