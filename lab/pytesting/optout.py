"""Which signals are there though the user opted out: pure, from a report's decision tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from lab.findings.report import Signal

__all__ = ["ignoring"]

FACTOR, OUT = "optout", "set"


def ignoring(signals: Iterable[Signal], model: Collection[tuple[str, str]]) -> Sequence[Signal]:
    """The signals that opting out does not end.

    ``model`` has method and path of the requests to a model, which are left out, and so is
    where traffic goes.  A signal that has the opt-out among its causes is ended by it where
    the decision table shows one value for all who opted out.
    """
    return [
        signal
        for signal in signals
        if signal.kind != "route"
        and (signal.location.method, signal.location.path) not in model
        and _remains(signal)
    ]


def _remains(signal: Signal) -> bool:
    if FACTOR not in signal.cause:
        return True
    return len({row.value for row in signal.table if row.levels.get(FACTOR) == OUT}) > 1
