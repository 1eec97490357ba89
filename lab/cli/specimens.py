"""``lab specimens``: list small clients with planted signals, or audit them and score the lab.

It measures the lab: how many planted signals an audit finds, how many of its signals are planted,
and whether it names the right cause.  Each audit is an ordinary one, kept in ``--home`` like any
other.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lab.cli.shared_options import add_home, add_json, require_writable
from lab.errors import UsageError
from lab.suggest import find_similar

if TYPE_CHECKING:
    from lab.reports.terminal.specimens import SpecimenAudit
    from lab.specimens.specimen import Specimen, SpecimenSet

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "specimens"
HELP = "list the specimens with planted signals, or measure the lab on them"
DEPRECATED_NAMES = ("zoo",)

FOLDER = Path("tests") / "specimens"
_MAX_SEED = 2**63 - 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take names of specimens or ``--all``, seeds, and the folder of the specimens."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="a specimen to audit")
    parser.add_argument(
        "--all", action="store_true", help="audit every specimen except the ill-behaved ones"
    )
    parser.add_argument(
        "--seed",
        action="append",
        default=[],
        metavar="N",
        help="audit with this seed (default: 0); repeatable, for an audit with each",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=FOLDER,
        metavar="DIR",
        help=f"the folder of the specimens (default: {FOLDER} in this directory)",
    )
    add_home(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List or audit specimens; exit code 1 where a signal is missed or false.

    Raises:
        UsageError: the arguments contradict each other or name an unknown specimen.
    """
    from lab.specimens.specimen import load_specimens

    if arguments.names and arguments.all:
        raise UsageError("--all selects every specimen; leave out the names or --all")
    audits = bool(arguments.names or arguments.all)
    if arguments.seed and not audits:
        raise UsageError("--seed is for audits; name specimens, or add --all")
    seeds = tuple(dict.fromkeys(_parse_seed(word) for word in arguments.seed)) or (0,)
    specimen_set = load_specimens(arguments.folder)
    if not audits:
        _list(specimen_set, as_json=arguments.json)
        return 0
    chosen = _choose_specimens(specimen_set, arguments.names)
    require_writable("--home", arguments.home)
    return _measure(specimen_set, chosen, seeds, arguments.home, as_json=arguments.json)


def _list(specimen_set: SpecimenSet, *, as_json: bool) -> None:
    from lab.reports.terminal.specimens import build_list_document, format_specimen

    if as_json:
        print(json.dumps(build_list_document(specimen_set.specimens)))
        return
    for specimen in specimen_set.specimens:
        print(*format_specimen(specimen), sep="\n")
    planted = sum(len(specimen.expected) for specimen in specimen_set.specimens)
    print(f"\n{len(specimen_set.specimens)} specimens, {planted} planted signals")


def _measure(
    specimen_set: SpecimenSet,
    chosen: Sequence[Specimen],
    seeds: Sequence[int],
    home: Path,
    *,
    as_json: bool,
) -> int:
    from lab.reports.terminal.specimens import (
        build_results_document,
        format_summary,
        format_verdict,
    )
    from lab.sandbox.requirements import require_all
    from lab.specimens.score import sum_evaluations

    require_all()
    width = max(len(specimen.name) for specimen in chosen)
    audits: list[SpecimenAudit] = []
    for audited in _run_audits(
        specimen_set, chosen, seeds, home, animated=False if as_json else None
    ):
        audits.append(audited)
        if not as_json:
            print(*format_verdict(audited, width), sep="\n", flush=True)
    judgements = [audited.judgement for audited in audits]
    total = sum_evaluations(judgements)
    if as_json:
        print(json.dumps(build_results_document(audits, total)))
    elif len(audits) > 1:
        trials = sum(audited.trials for audited in audits)
        wall_s = sum(audited.wall_s for audited in audits)
        print("", *format_summary(total, trials, wall_s), sep="\n")
    return 0 if all(judgement.is_flawless for judgement in judgements) else 1


def _run_audits(
    specimen_set: SpecimenSet,
    chosen: Sequence[Specimen],
    seeds: Sequence[int],
    home: Path,
    *,
    animated: bool | None,
) -> Iterator[SpecimenAudit]:
    """Audit one specimen after the other; progress goes to stderr (``animated`` as in Watch)."""
    from lab.experiment.audit import audit
    from lab.experiment.follow import follow
    from lab.experiment.options import AuditOptions
    from lab.reports.terminal.specimen_progress import SpecimenProgress
    from lab.reports.terminal.specimens import SpecimenAudit
    from lab.specimens.score import evaluate_report
    from lab.specimens.specimen import make_client

    total = len(seeds) * len(chosen)
    watch = SpecimenProgress(sys.stderr, now=time.monotonic, audits=total, animated=animated)
    for seed in seeds:
        for specimen in chosen:
            started = time.monotonic()
            subject = make_client(specimen_set, specimen, home / "compiled")
            options = AuditOptions(factors=specimen.factors, seed=seed, home=home)
            with watch.audit(specimen.name, seed) as handle:
                report = follow(audit(subject, options), handle)
            took_s = time.monotonic() - started
            judgement = evaluate_report(specimen, report)
            yield SpecimenAudit(specimen, seed, report.trials, took_s, report.audit, judgement)


# --- checks of the arguments -------------------------------------------------------


def _choose_specimens(specimen_set: SpecimenSet, names: Sequence[str]) -> tuple[Specimen, ...]:
    """The named specimens, or all ordinary ones that this machine can run."""
    known = {specimen.name: specimen for specimen in specimen_set.specimens}
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no specimen {name!r}{_format_suggestion(name, tuple(known))}"
            )
        if (lacking := known[name].missing_program) is not None:
            raise UsageError(f"{name} cannot run here: this machine lacks {lacking}")
    if names:
        return tuple(known[name] for name in dict.fromkeys(names))
    found = []
    for specimen in specimen_set.specimens:
        if specimen.missing_program is not None:
            _print_to_stderr(
                f"{specimen.name} is left out: this machine lacks {specimen.missing_program}"
            )
        elif not specimen.is_ordinary:
            _print_to_stderr(f"{specimen.name} is left out: it is ill-behaved; name it to audit it")
        else:
            found.append(specimen)
    if not found:
        raise UsageError(f"nothing in {specimen_set.folder} can be audited on this machine")
    return tuple(found)


def _format_suggestion(name: str, known: Sequence[str]) -> str:
    similar = find_similar(name, known)[:2]
    return f"; did you mean {' or '.join(similar)}?" if similar else "; lab specimens lists them"


def _parse_seed(word: str) -> int:
    if not (word.isascii() and word.isdecimal()) or int(word) > _MAX_SEED:
        raise UsageError(f"--seed takes a whole number from 0 to {_MAX_SEED}, not {word!r}")
    return int(word)


def _print_to_stderr(line: str) -> None:
    print(f"lab: {line}", file=sys.stderr)
