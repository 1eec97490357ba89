"""Specimens for people and scripts: what is planted, and the result of each audit.

Lines for people, documents (schema ``fingerprint-lab/zoo/1``) for scripts; nothing here
prints.  What a client sent goes through :mod:`lab.reports.text.safe`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from lab.findings.report import Signal
from lab.reports.text.safe import make_visible
from lab.specimens.score import Evaluation, Score
from lab.specimens.specimen import Expected, Specimen

__all__ = [
    "SpecimenAudit",
    "build_list_document",
    "build_results_document",
    "format_specimen",
    "format_summary",
    "format_verdict",
]

SCHEMA = "fingerprint-lab/zoo/1"


class SpecimenAudit(msgspec.Struct, frozen=True):
    """One audit of one specimen; ``folder`` is where it is kept."""

    specimen: Specimen
    seed: int
    trials: int
    wall_s: float
    folder: str | None
    judgement: Evaluation


def format_specimen(specimen: Specimen) -> Iterator[str]:
    """What the specimen is, what an audit of it varies, and what is planted in it."""
    yield f"{specimen.name}: {specimen.description}"
    yield f"    varied   {', '.join(specimen.factors)}"
    for one in specimen.expected:
        yield f"    planted  {_format_planted(one)}"
    if not specimen.expected:
        yield "    planted  nothing"
    if specimen.missing_program is not None:
        yield f"    cannot run here: this machine lacks {specimen.missing_program}"


def format_verdict(audited: SpecimenAudit, width: int) -> Iterator[str]:
    """How the audit went, in one line, and a line for each thing that is not as it should be.

    ``width`` is how many columns the name takes.
    """
    judgement = audited.judgement
    planted = len(judgement.right) + len(judgement.missed)
    yield (
        f"{'right' if judgement.is_flawless else 'WRONG'}  {audited.specimen.name:<{width}}  "
        f"seed {audited.seed}  {len(judgement.right)} of {planted} found  "
        f"{len(judgement.false)} false  {audited.trials:>4} trials  {audited.wall_s:>4.0f} s"
    )
    hard = " (hard)" if audited.specimen.hard else ""
    for one in judgement.missed:
        how = "cause not exact" if one in judgement.misattributed else "missed"
        yield f"       {how}{hard}: {_format_planted(one)}"
    for one in judgement.mistaken:
        yield f"       reported as {'plain' if one.covert else 'covert'}: {_format_planted(one)}"
    for signal in judgement.false:
        yield f"       false: {make_visible(_format_reported(signal))}"
    if judgement.wrong_verdict is not None:
        truth = "nothing was measured" if audited.specimen.unmeasured else "it can be measured"
        yield f"       wrong verdict: {judgement.wrong_verdict}; {truth}"
    for one in judgement.not_measured:
        yield f"       not measured on this machine: {_format_planted(one)}"


def format_summary(total: Score, trials: int, wall_s: float) -> Iterator[str]:
    """The sums and the three rates, over all audits.

    Args:
        total: The scores of all audits together.
        trials: Trials of all audits.
        wall_s: Seconds that they took.
    """
    yield f"{total.audits} audits, {trials} trials, {wall_s:.0f} s"
    yield (
        f"recall {_format_rate(total.recall)} ({total.right} of {total.planted} planted), "
        f"precision {_format_rate(total.precision)} ({total.false} false), "
        f"exact causes {_format_rate(total.exact)}"
    )


def build_list_document(specimens: Iterable[Specimen]) -> dict[str, Any]:
    """The specimens as one document."""
    entries = [{**msgspec.to_builtins(each), "lacks": each.missing_program} for each in specimens]
    return {"schema": SCHEMA, "specimens": entries}


def build_results_document(audits: Sequence[SpecimenAudit], total: Score) -> dict[str, Any]:
    """All audits and their sums as one document; a rate without a base is null."""
    return {
        "schema": SCHEMA,
        "audits": [_build_audit(each) for each in audits],
        "total": {
            **msgspec.to_builtins(total),
            "trials": sum(each.trials for each in audits),
            "recall": total.recall,
            "precision": total.precision,
            "exact": total.exact,
        },
    }


def _build_audit(audited: SpecimenAudit) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(audited.judgement),
        "flawless": audited.judgement.is_flawless,
        "hard": audited.specimen.hard,
        "seed": audited.seed,
        "trials": audited.trials,
        "wall_s": round(audited.wall_s, 3),
        "folder": audited.folder,
    }


def _format_planted(one: Expected) -> str:
    return _format_effect(one.cause, one.channel, one.host, one.kind, one.covert)


def _format_reported(signal: Signal) -> str:
    location = signal.location
    effect = _format_effect(
        signal.cause, location.channel, location.host, signal.kind, signal.covert
    )
    return f"{effect}, at {location}"


def _format_effect(
    cause: Sequence[str], channel: str, host: str | None, kind: str, covert: bool
) -> str:
    where = f"{channel} {host}" if host else channel
    return f"{' × '.join(cause)} → {where}, {kind}{', covert' if covert else ''}"


def _format_rate(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
