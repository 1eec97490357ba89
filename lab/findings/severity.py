"""The order of severity: which of two signals a reader sees first.

Worst first: covert signals, then by kind (:data:`KINDS`), routing effects last.  Every list of
signals in the lab, of a report, of a check or of a test, uses this order.
"""

from __future__ import annotations

from lab.findings.report import Kind, Signal

__all__ = ["KINDS", "rank_kind", "severity"]

KINDS: tuple[Kind, ...] = (
    "copied",
    "encoded",
    "derived",
    "order",
    "count",
    "presence",
    "timing",
    "route",
)
"""Kinds of signal, the one that reveals most about the environment first."""

_RANKS = {kind: rank for rank, kind in enumerate(KINDS)}


def rank_kind(kind: Kind) -> int:
    """The position of a kind in :data:`KINDS`; a lower rank reveals more."""
    return _RANKS[kind]


def severity(signal: Signal) -> tuple[bool, int, tuple[str, ...], str, str]:
    """A key that sorts signals worst first.

    Signals of one rank are sorted by cause, location and id, so that the order is the same in
    every run.
    """
    return (
        not signal.covert,
        rank_kind(signal.kind),
        signal.cause,
        str(signal.location),
        signal.id,
    )
