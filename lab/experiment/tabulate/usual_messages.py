"""What the client sends in the control environment: hosts and messages, not their content.

A later audit compares it with its own, so that a version that stops sending is no clean version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lab.environment import Environment
from lab.experiment.trials.row import Row
from lab.findings.report import UsualMessage

__all__ = ["list_usual_messages"]

_MAX_MESSAGES = 500
"""A client chooses its paths, so the list must be bounded."""


def list_usual_messages(rows: Sequence[Row], control: Environment) -> tuple[UsualMessage, ...]:
    """Every message of the trials of the control environment that ran, the most frequent first.

    Args:
        rows: All trials.
        control: The control environment.
    """
    trials = [row for row in rows if row.environment == control and not row.broken]
    counts = Counter(
        message
        for row in trials
        for message in {
            location.message
            for location in row.features
            if location.channel != "exit" and location.host is not None
        }
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return tuple(
        UsualMessage(message, count, len(trials)) for message, count in ordered[:_MAX_MESSAGES]
    )
