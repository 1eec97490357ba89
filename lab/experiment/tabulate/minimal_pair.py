"""The minimal pair of a signal: two environments one level apart, and what each really sent."""

from __future__ import annotations

from collections.abc import Sequence

from lab.experiment.columns.column import Column
from lab.experiment.tabulate.covertness import COARSE_VIEWS
from lab.experiment.tabulate.decision_table import MAX_VALUE_LENGTH, SHORT_TEXT
from lab.experiment.tabulate.pair_columns import ColumnContrast, is_count
from lab.experiment.trials.contrasts import Changes, TrialTable
from lab.experiment.trials.row import Row
from lab.findings.covert.covert import list_differences
from lab.findings.report import Pair

__all__ = ["build_minimal_pair"]

_MAX_DIFFERENCES = 32


def build_minimal_pair(
    shown: Sequence[ColumnContrast],
    lead: ColumnContrast,
    rows: Sequence[Row],
    trials: TrialTable,
    whole: Sequence[str | None] | None,
) -> Pair:
    """Return the minimal pair.

    Args:
        shown: The contrasts of the signal.
        lead: The one whose values are shown.
        rows: All trials.
        trials: The levels of the same trials.
        whole: The whole texts of all trials, None where they are not shown.
    """
    effect = lead.effect
    left, right = trials.make_environment(effect.left), trials.make_environment(effect.right)

    def sent(value: str | None, side: Changes) -> str | None:
        """Return what one trial of this side really sent."""
        if value is None or lead.column.view == "count":
            return value
        here = effect.rows_of_side(side, trials)
        usual = [row for row in here if lead.column.values[row] == value]
        if not usual:
            return value[:MAX_VALUE_LENGTH]
        if whole is not None and (text := whole[usual[0]]) is not None:
            return text
        if lead.column.view == "presence":
            return value
        texts = rows[usual[0]].features.get(lead.column.location, ())
        return _extract_context(lead.column, value, texts)[:MAX_VALUE_LENGTH]

    return Pair(
        left=left.digest,
        right=right.digest,
        factor=effect.factor,
        left_level=left[effect.factor],
        right_level=right[effect.factor],
        left_value=sent(lead.left, effect.left),
        right_value=sent(lead.right, effect.right),
        context=dict(sorted(effect.left & effect.right)),
        differences=tuple(
            difference
            for one in shown
            if not is_count(one) and one.column.view != "canary"
            for difference in list_differences(one.left or "", one.right or "")
        )[:_MAX_DIFFERENCES],
    )


def _extract_context(column: Column, value: str, texts: Sequence[str]) -> str:
    """Return the value with the text around it, as far as this very trial sent it."""
    if column.view in ("masked", "canary", *COARSE_VIEWS):
        return next((text for text in texts if len(text) <= 2 * SHORT_TEXT), value)
    for text in texts:
        if value not in text:
            continue
        befores = (column.before[start:] for start in range(len(column.before) + 1))
        before = next(part for part in befores if part + value in text)
        afters = (column.after[:end] for end in range(len(column.after), -1, -1))
        after = next(part for part in afters if before + value + part in text)
        return before + value + after
    return value
