"""Specimens of the zoo for benchmarks: which, and the open place where trials of one run."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lab import __version__
from lab.clients.profile import Client
from lab.errors import UsageError
from lab.experiment.options import AuditOptions
from lab.experiment.trials.measurements import TrialExecutor
from lab.sandbox.sandbox import Sandbox
from lab.specimens.specimen import Specimen, SpecimenSet
from lab.specimens.specimen import make_client as client_of
from lab.store import Store

__all__ = [
    "OpenSpecimen",
    "add_folder_options",
    "open_folders",
    "open_specimen",
    "parse_numbers",
    "print_progress",
    "select_named",
    "select_ordinary",
]

FOLDER = Path("tests") / "specimens"
HOME = Path(".lab")


class OpenSpecimen(msgspec.Struct, frozen=True):
    """Where trials of one specimen run and are kept, while it is open."""

    client: Client
    options: AuditOptions
    store: Store
    laboratory: TrialExecutor


@contextmanager
def open_specimen(
    zoo: SpecimenSet, specimen: Specimen, seed: int, home: Path, stores: Path
) -> Iterator[OpenSpecimen]:
    """The specimen with a store and a laboratory, at default settings but for the factors.

    A store that is already there is used again.  Its name has the specimen's digest, so that
    one that was changed since begins afresh.
    """
    client = client_of(zoo, specimen, home / "compiled")
    options = AuditOptions(factors=specimen.factors, seed=seed, home=home)
    folder = stores / f"{specimen.name}-{client.digest[:8]}-seed{seed}"
    with Store(folder) as store:
        store.bind("client", client.digest)
        store.bind("seed", str(seed))
        store.bind("lab", __version__)
        with Sandbox(client, home=home, hidden=(folder,)) as laboratory:
            yield OpenSpecimen(client, options, store, laboratory)


@contextmanager
def open_folders(home: Path | None, name: str) -> Iterator[tuple[Path, Path]]:
    """The lab's home, and where stores are kept: below it if it was given, else for now only."""
    if home is not None:
        yield home, home / name
        return
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-"))
    try:
        yield HOME, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def add_folder_options(parser: argparse.ArgumentParser) -> None:
    """``--folder``, ``--home`` and ``--json``."""
    parser.add_argument(
        "--folder",
        type=Path,
        default=FOLDER,
        metavar="DIR",
        help=f"the zoo's folder (default: {FOLDER})",
    )
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="keep all trials here, and do not run again those that are already there: "
        "a run that was stopped goes on (default: trials are thrown away)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def select_named(zoo: SpecimenSet, names: Sequence[str]) -> tuple[Specimen, ...]:
    """The specimens of these names; UsageError where one is unknown or cannot run here."""
    known = {specimen.name: specimen for specimen in zoo.specimens}
    for name in names:
        if name not in known:
            raise UsageError(f"there is no specimen {name!r} in {zoo.folder}; lab zoo lists them")
        if (lacking := known[name].lacks) is not None:
            raise UsageError(f"{name} cannot run here: this machine lacks {lacking}")
    return tuple(known[name] for name in dict.fromkeys(names))


def select_ordinary(zoo: SpecimenSet) -> tuple[Specimen, ...]:
    """All specimens that just end and that this machine can run; what is left out is said."""
    for specimen in zoo.specimens:
        if specimen.ordinary and specimen.lacks is not None:
            print_progress(f"{specimen.name} is left out: this machine lacks {specimen.lacks}")
    return tuple(one for one in zoo.specimens if one.ordinary and one.runnable)


def parse_numbers(words: str) -> tuple[int, ...]:
    """Whole numbers with commas between, each once."""
    parts = [word.strip() for word in words.split(",")]
    if not all(word.isascii() and word.isdecimal() for word in parts):
        raise argparse.ArgumentTypeError(f"{words!r} is not a list of whole numbers such as 0,1,2")
    return tuple(dict.fromkeys(int(word) for word in parts))


def print_progress(line: str) -> None:
    """A line of progress."""
    print(f"bench: {line}", file=sys.stderr, flush=True)
