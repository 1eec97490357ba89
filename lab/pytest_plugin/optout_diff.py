"""Which signals are there though the user opted out: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lab.findings.report import Signal
from lab.pytest_plugin.traffic import Traffic

__all__ = ["find_ignoring_optout"]

FACTOR, OPTED_OUT = "optout", "set"


def find_ignoring_optout(
    signals: Iterable[Signal], usual: Traffic, out: Traffic
) -> Sequence[Signal]:
    """The signals that opting out does not end.

    ``usual`` and ``out`` are what the client sends without the opt-out and with it.  What stands
    in the requests to a model is left out, and so is where traffic goes.  A signal ends where
    its place, or the whole message, is in the first and not in the second; one that has the
    opt-out among its causes, where the decision table has one value for all who opted out.
    """
    return [
        signal
        for signal in signals
        if signal.kind != "route"
        and signal.location.message not in usual.model_requests
        and _is_unaffected(signal, usual, out)
    ]


def _is_unaffected(signal: Signal, usual: Traffic, out: Traffic) -> bool:
    if FACTOR in signal.cause:
        return len({row.value for row in signal.table if row.levels.get(FACTOR) == OPTED_OUT}) > 1
    place = signal.location
    return not (
        place in usual.places - out.places or place.message in usual.messages - out.messages
    )
