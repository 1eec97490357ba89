"""``python -m bench detection``: the lab beside classic methods, on the specimens."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import msgspec

from bench.detection.contest import compare_methods
from bench.detection.scores import Outcome, render_table, summarise
from bench.figures import Document
from bench.specimens import (
    add_specimen_options,
    open_specimen,
    parse_numbers,
    print_progress,
    select_specimens,
)
from lab.errors import LabError
from lab.sandbox.requirements import require_all
from lab.specimens.specimen import Specimen, SpecimenSet, load_specimens

__all__ = ["DEFAULT_TRIALS", "HELP", "IN_ALL", "NAME", "add_arguments", "run"]

NAME = "detection"
HELP = "recall, precision and trials of the lab beside three classic methods, on the specimens"
DEFAULT_TRIALS = None
IN_ALL = False

SCHEMA = "fingerprint-lab/bench-detection/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take seeds, specimens, and how far the classic methods go on."""
    parser.add_argument(
        "--seeds",
        type=parse_numbers,
        default=(0, 1, 2),
        metavar="N,N",
        help="audit each specimen with each of these seeds (default: 0,1,2)",
    )
    parser.add_argument(
        "--until-equal",
        action="store_true",
        help="also let each classic method have an eighth of the lab's trials, then twice as "
        "many and again, up to four times the lab's, until it finds as much",
    )
    add_specimen_options(parser)


def run(arguments: argparse.Namespace) -> Document:
    """Let all methods audit each specimen with each seed; exit code 4 where one failed."""
    specimens = load_specimens(arguments.folder)
    chosen = select_specimens(specimens, arguments.names)
    require_all()
    outcomes: list[Outcome] = []
    failed: list[str] = []
    pairs = ((seed, specimen) for seed in arguments.seeds for specimen in chosen)
    for seed, specimen in islice(pairs, arguments.trials):
        try:
            outcomes += _run_specimen(
                specimens, specimen, seed, arguments.home, arguments.until_equal
            )
        except LabError as error:
            failed.append(f"{specimen.name} seed {seed}: {error}")
            print_progress(f"{failed[-1]}; it is left out of all counts")
    lines = list(render_table(outcomes)) if outcomes else ["nothing was measured"]
    lines += [f"not measured: {line}" for line in failed]
    content = render_json(outcomes, failed)
    return Document("\n".join(lines), content, LabError.exit_code if failed else 0)


def render_json(outcomes: Sequence[Outcome], failed: Sequence[str]) -> bytes:
    """One record for each specimen, seed and method, and the sums."""
    return msgspec.json.encode(
        {"schema": SCHEMA, "outcomes": outcomes, "summary": summarise(outcomes), "failed": failed}
    )


def _run_specimen(
    specimens: SpecimenSet, specimen: Specimen, seed: int, home: Path, until_equal: bool
) -> list[Outcome]:
    started = time.monotonic()
    with open_specimen(specimens, specimen, seed, home, NAME) as opened:
        found = compare_methods(
            specimen,
            opened.client,
            opened.options,
            opened.store,
            opened.executor,
            on=until_equal,
        )
        # Kept beside the trials, for those who keep them.
        (opened.store.folder / "outcomes.json").write_bytes(msgspec.json.encode(found))
    results = "; ".join(_summarise(outcome) for outcome in found)
    print_progress(f"{specimen.name} seed {seed}: {results} ({time.monotonic() - started:.0f} s)")
    return found


def _summarise(outcome: Outcome) -> str:
    whole = outcome.whole
    false = f", {whole.false} false" if whole.false else ""
    return f"{outcome.method} {whole.right}/{whole.planted}{false}, {outcome.trials} trials"
