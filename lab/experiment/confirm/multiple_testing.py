"""Correction of p-values for the number of tested hypotheses.

``CORRECTIONS`` maps the name of each method to its function, and ``CORRECTION`` names the one
that audits use; reports record that name.  To add a method, write one function in this module
and add one entry to ``CORRECTIONS``.

An audit tests a hypothesis at one of several looks: it may end early, with few replicates on a
side, where the outcome is already clear.  Each p-value is therefore multiplied by the number of
looks (Bonferroni) before it is corrected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from lab.experiment.confirm.permutation import smallest_p_value

__all__ = [
    "CORRECTION",
    "CORRECTIONS",
    "LOOKS",
    "Correction",
    "adjust_p_values",
    "holm",
    "replicates_needed",
    "strictest_threshold",
]

Correction = Callable[[Sequence[float], int], list[float]]
"""Takes p-values and the number of tested hypotheses; returns the adjusted p-values in order."""

LOOKS = 2
"""How often a test may end early because its outcome is clear."""

_MIN_REPLICATES = 4


def holm(p_values: Sequence[float], tested: int = 0) -> list[float]:
    """Return Holm's step-down adjustment (1979), in the order given.

    It bounds the family-wise error rate and needs no independence.  ``tested`` is the number of
    hypotheses, where it is larger than that of the p-values.
    """
    number = max(tested, len(p_values))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (number - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


CORRECTIONS: Mapping[str, Correction] = MappingProxyType({"holm": holm})
"""All methods by name."""

CORRECTION = "holm"
"""The method that audits use."""


def adjust_p_values(p_values: Sequence[float], tested: int = 0) -> list[float]:
    """Return the p-values corrected by the method ``CORRECTION``, in the order given.

    ``tested`` is the number of hypotheses, where it is larger than that of the p-values.
    """
    return CORRECTIONS[CORRECTION](p_values, tested)


def strictest_threshold(hypotheses: int, alpha: float) -> float:
    """Return the p-value that is significant after any correction for so many hypotheses.

    It is Bonferroni's threshold, over hypotheses and looks.
    """
    return alpha / LOOKS / max(1, hypotheses)


def replicates_needed(hypotheses: int, alpha: float) -> int:
    """Return how many replicates a side make a perfect separation significant.

    Its p-value stays below half of ``alpha`` after the strictest correction for so many
    hypotheses.
    """
    replicates = _MIN_REPLICATES
    while smallest_p_value(replicates) * LOOKS * max(1, hypotheses) > alpha / 2:
        replicates += 1
    return replicates
