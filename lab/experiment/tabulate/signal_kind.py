"""The kind of a signal: copied, encoded, derived, presence, count, order or route."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import msgspec

from lab.experiment.columns.canaries import classify_canary
from lab.experiment.columns.column import ABSENT
from lab.experiment.tabulate.pair_columns import ColumnContrast, is_absent_on_one_side
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable
from lab.experiment.trials.row import Row
from lab.findings.classify import Classification, classify, is_route
from lab.findings.covert.difference_kinds import is_reordered
from lab.observation.text.masks import mask

__all__ = ["SignalEvidence", "classify_contrast"]

_MAX_TEXT = 100_000


class SignalEvidence(msgspec.Struct, frozen=True):
    """The trials that signals are made from.

    ``needles`` maps a factor and a level to the texts that a copy of it would contain; ``routes``
    names the factors that decide where traffic goes.
    """

    rows: Sequence[Row]
    trials: TrialTable
    needles: Callable[[str, str], tuple[str, ...]]
    routes: frozenset[str]

    def needles_of(self, changes: Changes, cause: Sequence[str]) -> tuple[str, ...]:
        """Return the texts that a copy of the cause's levels would contain."""
        return tuple(
            text for name, level in changes if name in cause for text in self.needles(name, level)
        )


def classify_contrast(
    lead: ColumnContrast, others: frozenset[Setting], evidence: SignalEvidence
) -> Classification:
    """Return the kind of signal that a contrast is.

    Args:
        lead: The contrast that represents the signal.
        others: Levels of other factors that also change its values; trials with them are ignored.
        evidence: All trials.
    """
    column, cause, location = lead.column, lead.effect.cause, lead.column.location
    routed = set(cause) <= evidence.routes
    rerouted = not evidence.routes.isdisjoint(cause)
    if is_route(location, routed=routed, rerouted=rerouted):
        return Classification("route")
    if column.view == "canary":
        return _classify_canary(lead, evidence)
    if column.view == "count":
        return Classification("presence" if is_absent_on_one_side(lead) else "count")
    if column.view == "presence":
        return Classification("presence")
    texts: dict[str, str | None] = {}
    wanted: dict[str, tuple[str, ...]] = {}
    first_row: dict[str, int] = {}
    control = evidence.trials.control
    for index, changes in enumerate(evidence.trials.changes):
        levels = dict(changes)
        value = column.values[index]
        if not others.isdisjoint(changes) or not levels.keys() & set(cause) or value is None:
            continue
        label = json.dumps([levels.get(name, control[name]) for name in cause])
        if label in texts:
            continue
        if value == ABSENT:
            texts[label] = None
        elif column.view == "masked":
            sent_here = evidence.rows[index].features.get(location, ())
            texts[label] = "\n".join(sent_here)[:_MAX_TEXT]
        else:
            texts[label] = value
        first_row[label] = index
        wanted[label] = evidence.needles_of(changes, cause)

    def sent(label: str) -> Iterable[str]:
        return chain.from_iterable(evidence.rows[first_row[label]].features.values())

    found = classify(
        location, routed=routed, rerouted=rerouted, values=texts, needles=wanted, sent=sent
    )
    if found.kind == "derived" and lead.moved and _is_only_reordered(lead, others, evidence):
        return Classification("order")
    return found


def _classify_canary(lead: ColumnContrast, evidence: SignalEvidence) -> Classification:
    encoding = lead.right or lead.left or ""
    holding = [row for row, value in enumerate(lead.column.values) if value == encoding]
    held = (
        (
            evidence.rows[row].features,
            evidence.needles_of(evidence.trials.changes[row], lead.effect.cause),
        )
        for row in holding
    )
    return classify_canary(lead.column.location, encoding, held)


def _is_only_reordered(
    lead: ColumnContrast, others: frozenset[Setting], evidence: SignalEvidence
) -> bool:
    """Whether the texts of all comparable trials have the same pieces in different orders."""
    compared = (
        evidence.rows[index].features.get(lead.column.location, ())
        for index, changes in enumerate(evidence.trials.changes)
        if others.isdisjoint(changes) and lead.column.values[index] is not None
    )
    whole = {"\n".join(sorted(set(map(mask, texts)))) for texts in compared if texts}
    first, *more = sorted(whole) or [""]
    return bool(more) and all(is_reordered(first, other) for other in more)
