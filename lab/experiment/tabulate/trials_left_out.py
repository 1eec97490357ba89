"""Trials that are not compared, because the client did not run as it normally does: named.

Only how such a trial ended is compared with the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lab.environment import Environment
from lab.experiment.trials.contrasts import find_changes
from lab.experiment.trials.row import Row
from lab.experiment.trials.trial_outcomes import INCOMPLETE
from lab.findings.report import NotMeasured

__all__ = ["list_trials_that_do_not_count"]

_MAX_LEVELS = 6


def list_trials_that_do_not_count(
    rows: Sequence[Row], control: Environment
) -> Iterator[NotMeasured]:
    """What the broken trials missed, each with the number of trials and the levels.

    Args:
        rows: All trials.
        control: The control environment.
    """
    broken = [row for row in rows if row.broken]
    for missed in dict.fromkeys(words for row in broken for words in row.missed):
        those = [row for row in broken if missed in row.missed]
        if missed == INCOMPLETE:
            what = "what {} of {} trials sent"
            why = "the lab could not record everything, so nothing of them is compared"
        else:
            what = "what {} of {} trials would have sent"
            why = f"they have no {missed}, as a normal run has"
        yield NotMeasured(
            what.format(len(those), len(rows)), f"{why}: {_describe_levels(those, rows, control)}"
        )
    others = [row for row in broken if not row.missed]
    if others:
        yield NotMeasured(
            f"what {len(others)} of {len(rows)} trials would have sent",
            f"the client did not run to its end in them: {_describe_levels(others, rows, control)}",
        )


def _describe_levels(those: Sequence[Row], rows: Sequence[Row], control: Environment) -> str:
    """The levels of which at least half of the trials are among those, the largest share first."""
    if len(those) == len(rows):
        return "all of them"
    within, everywhere = (_count_levels(part, control) for part in (those, rows))
    frequent = sorted(
        (level for level, count in within.items() if 2 * count >= everywhere[level]),
        key=lambda level: (-within[level] / everywhere[level], -within[level], level),
    )
    if not frequent:
        return "at no level in particular"
    words = [
        f"{level} ({within[level]} of {everywhere[level]})" for level in frequent[:_MAX_LEVELS]
    ]
    more = len(frequent) - _MAX_LEVELS
    return "at " + ", ".join(words) + (f" and {more} more levels" if more > 0 else "")


def _count_levels(rows: Sequence[Row], control: Environment) -> Counter[str]:
    """How many trials have each level, as ``factor=level``; the control counts as one."""
    return Counter(
        words
        for row in rows
        for words in (
            [
                f"{setting.factor}={setting.level}"
                for setting in find_changes(control, row.environment)
            ]
            or ["the control"]
        )
    )
