"""Specimens for benchmarks: which ones, and a store and sandbox in which one of them runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lab.clients.profile import Client
from lab.errors import UsageError
from lab.experiment.options import AuditOptions
from lab.experiment.trials.measurements import TrialExecutor
from lab.sandbox.sandbox import Sandbox
from lab.specimens.specimen import Specimen, SpecimenSet, make_client
from lab.store import SqliteStore
from lab.version import __version__

__all__ = [
    "OpenSpecimen",
    "add_specimen_options",
    "open_specimen",
    "parse_numbers",
    "print_progress",
    "select_named",
    "select_ordinary",
    "select_specimens",
]

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "specimens"


class OpenSpecimen(msgspec.Struct, frozen=True):
    """A specimen with the sandbox that runs its trials and the store that keeps them."""

    client: Client
    options: AuditOptions
    store: SqliteStore
    executor: TrialExecutor


@contextmanager
def open_specimen(
    specimens: SpecimenSet, specimen: Specimen, seed: int, home: Path, name: str
) -> Iterator[OpenSpecimen]:
    """Open a store and a sandbox for a specimen, with default options except for the factors.

    A store that exists is used again.  Its name has the digest of the specimen, so that a changed
    specimen gets a new one.

    Args:
        specimens: the folder of specimens.
        specimen: one of them.
        seed: of the audit.
        home: where programs are compiled and stores are kept.
        name: the folder of stores, in ``home``.
    """
    client = make_client(specimens, specimen, home / "compiled")
    options = AuditOptions(factors=specimen.factors, seed=seed, home=home)
    folder = home / name / f"{specimen.name}-{client.digest[:8]}-seed{seed}"
    with SqliteStore(folder) as store:
        store.bind_metadata("client", client.digest)
        store.bind_metadata("seed", str(seed))
        store.bind_metadata("lab", __version__)
        with Sandbox(client, home=home, hidden=(folder,)) as sandbox:
            yield OpenSpecimen(client, options, store, sandbox)


def add_specimen_options(parser: argparse.ArgumentParser) -> None:
    """Declare ``--names`` and ``--folder``."""
    parser.add_argument(
        "--names",
        type=_split_names,
        default=(),
        metavar="A,B",
        help="use these specimens (default: all that end by themselves and can run here)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=FOLDER,
        metavar="DIR",
        help="the folder of the specimens (default: the one of this checkout)",
    )


def select_specimens(specimens: SpecimenSet, names: Sequence[str]) -> tuple[Specimen, ...]:
    """The named specimens, or all that can run here and end by themselves.

    Raises:
        UsageError: none can run here, or a named one is unknown or cannot.
    """
    chosen = select_named(specimens, names) if names else select_ordinary(specimens)
    if not chosen:
        raise UsageError(f"no specimen in {specimens.folder} can run on this machine")
    return chosen


def select_named(specimens: SpecimenSet, names: Sequence[str]) -> tuple[Specimen, ...]:
    """The specimens of these names.

    Raises:
        UsageError: one is unknown or cannot run here.
    """
    known = {specimen.name: specimen for specimen in specimens.specimens}
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no specimen {name!r} in {specimens.folder}; lab specimens lists them"
            )
        if (lacking := known[name].missing_program) is not None:
            raise UsageError(f"{name} cannot run here: this machine lacks {lacking}")
    return tuple(known[name] for name in dict.fromkeys(names))


def select_ordinary(specimens: SpecimenSet) -> tuple[Specimen, ...]:
    """All specimens that end by themselves and can run here; stderr names the others."""
    for specimen in specimens.specimens:
        if specimen.is_ordinary and specimen.missing_program is not None:
            print_progress(
                f"{specimen.name} is left out: this machine lacks {specimen.missing_program}"
            )
    return tuple(one for one in specimens.specimens if one.is_ordinary and one.is_runnable)


def parse_numbers(words: str) -> tuple[int, ...]:
    """Read whole numbers with commas between them, each once.

    Raises:
        ArgumentTypeError: something else is written.
    """
    parts = [word.strip() for word in words.split(",")]
    if not all(word.isascii() and word.isdecimal() for word in parts):
        raise argparse.ArgumentTypeError(f"{words!r} is not a list of whole numbers such as 0,1,2")
    return tuple(dict.fromkeys(int(word) for word in parts))


def print_progress(line: str) -> None:
    """Print a line of progress on stderr."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


def _split_names(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(","))
