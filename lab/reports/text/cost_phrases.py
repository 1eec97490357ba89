"""What an audit cost, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lab.findings.report import Cost, Signal
from lab.reports.text.phrases import format_cause, format_count, format_duration
from lab.reports.text.safe import clip

__all__ = ["describe_cost"]

_CAUSES = 3
"""Causes that are named, the costliest first."""
_LONG_S = 1.0
"""Reasoning that takes longer is stated."""


def describe_cost(cost: Cost, signals: Sequence[Signal]) -> str:
    """Trials by phase, then the causes that took most trials to isolate and confirm.

    Args:
        cost: The cost of the audit.
        signals: The signals of the same report.
    """
    phases = ", ".join(f"{one.phase} {one.trials:,}" for one in cost.phases)
    words = [f"trials: {phases or 'none'}"]
    causes = {signal.id: format_cause(signal) for signal in signals}
    shares: dict[str, float] = defaultdict(float)
    for one in cost.signals:
        shares[causes.get(one.id, one.id)] += one.share
    dearest = sorted(shares, key=lambda cause: (-shares[cause], cause))[:_CAUSES]
    if dearest:
        named = ", ".join(f"{clip(cause, 60)} {shares[cause]:.0f}" for cause in dearest)
        words.append(f"to isolate and confirm: {named}")
    if cost.unattributed:
        words.append(f"for no signal: {format_count(cost.unattributed, 'trial')}")
    if cost.reasoning_s >= _LONG_S:
        words.append(f"reasoning: {format_duration(cost.reasoning_s)}")
    return "; ".join(words)
