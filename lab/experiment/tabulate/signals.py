"""Confirmed effects to signals: one signal for one cause at one location.

Locations with the same values in the same way, and the same pattern over the trials, are one
signal with the locations listed.  So are plain differences that the same cause makes elsewhere in
the same message.  What merely follows from another contrast is dropped
(:mod:`lab.experiment.tabulate.consequences`).
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from lab.experiment.columns.column import number_values
from lab.experiment.confirm.effect import Effect
from lab.experiment.tabulate.consequences import drop_consequences
from lab.experiment.tabulate.decision_table import (
    build_decision_table,
    find_whole_texts,
    join_slots,
)
from lab.experiment.tabulate.merge import Pattern, merge_signals
from lab.experiment.tabulate.minimal_pair import build_minimal_pair
from lab.experiment.tabulate.pair_columns import ColumnContrast, contrast_columns, is_count
from lab.experiment.tabulate.signal_kind import SignalEvidence, classify_contrast
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.row import Row
from lab.findings.report import Signal
from lab.observation.location import Location
from lab.observation.parts import MessagePart

__all__ = ["assemble_signals"]

_MAX_SLOTS = 8


def assemble_signals(
    effects: Sequence[Effect],
    rows: Sequence[Row],
    trials: TrialTable,
    *,
    needles: Callable[[str, str], tuple[str, ...]],
    routes: frozenset[str],
) -> tuple[Signal, ...]:
    """Return the signals of confirmed effects, covert ones first.

    Args:
        effects: The confirmed effects.
        rows: All trials.
        trials: The levels of the same trials.
        needles: Maps a factor and a level to the texts that a copy of it would contain.
        routes: The factors that decide where traffic goes.
    """
    evidence = SignalEvidence(rows, trials, needles, routes)
    every = [one for effect in effects for one in contrast_columns(effect, trials, rows)]
    groups: dict[tuple[object, ...], list[ColumnContrast]] = defaultdict(list)
    for one in drop_consequences(every):
        groups[one.effect.cause, one.column.location, one.covert].append(one)
    return merge_signals(_build_signal(members, evidence) for members in groups.values())


def _build_signal(
    members: Sequence[ColumnContrast], evidence: SignalEvidence
) -> tuple[Signal, Pattern]:
    """Return the signal of one cause at one location, and how it divides the trials."""
    rows, trials = evidence.rows, evidence.trials
    cause = members[0].effect.cause
    location = members[0].column.location
    shown = ([one for one in members if not is_count(one)] or list(members[:1]))[:_MAX_SLOTS]
    others = frozenset(
        level for one in shown for level in one.effect.disturbing if level.factor not in cause
    )
    shown = _drop_canaries(shown, others, evidence)
    lead = _choose_lead(shown)
    values = join_slots([one.column for one in shown])
    exact = all(one.column.view in ("exact", "set", "presence") for one in shown)
    whole = find_whole_texts(location, values, rows) if exact else None
    found = classify_contrast(lead, others, evidence)
    identity = json.dumps([cause, str(location), members[0].covert])
    signal = Signal(
        id=hashlib.sha256(identity.encode()).hexdigest()[:12],
        cause=cause,
        kind=found.kind,
        encoding=found.encoding,
        covert=members[0].covert and found.kind != "route",
        location=_refine_location(location, lead),
        table=build_decision_table(cause, others, whole or values, trials),
        pair=build_minimal_pair(shown, lead, rows, trials, whole),
        p_value=lead.effect.p_value,
        p_adjusted=max(one.effect.p_adjusted for one in shown),
        replicates=lead.effect.replicates,
        bits=0.0,
        fields=(location,),
        chance=found.chance,
    )
    return signal, number_values(values)


def _drop_canaries(
    shown: list[ColumnContrast], others: frozenset[Setting], evidence: SignalEvidence
) -> list[ColumnContrast]:
    """Drop canaries where the other contrasts are a copy or an encoding already."""
    compared = [one for one in shown if one.column.view != "canary"]
    if not compared or len(compared) == len(shown):
        return shown
    found = classify_contrast(_choose_lead(compared), others, evidence)
    return compared if found.kind in ("copied", "encoded") else shown


def _choose_lead(contrasts: Sequence[ColumnContrast]) -> ColumnContrast:
    """Return the contrast to present: a canary, or else the one with the most distinct values."""
    return max(
        contrasts, key=lambda one: (one.column.view == "canary", len(set(one.column.values)))
    )


def _refine_location(location: Location, lead: ColumnContrast) -> Location:
    """Add the host to an order of requests where all reordered requests have one host."""
    if location.part == MessagePart.REQUEST_ORDER:
        lines = {*(lead.left or "").split("\n"), *(lead.right or "").split("\n")}
        hosts = {line.partition(" ")[2].partition("/")[0] for line in lines if line}
        return msgspec.structs.replace(location, host=hosts.pop() if len(hosts) == 1 else None)
    return location
