"""Which signals remain when the user has opted out.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lab.findings.report import Signal
from lab.pytest_plugin.client_traffic import Traffic

__all__ = ["find_ignoring_optout"]

FACTOR, OPTED_OUT = "optout", "set"


def find_ignoring_optout(
    signals: Iterable[Signal], without_optout: Traffic, with_optout: Traffic
) -> Sequence[Signal]:
    """The signals that opting out does not end.

    Left out are signals in requests to a model, and those about where traffic goes.  A signal ends
    where its location, or the whole message, occurs only without the opt-out.  A signal with the
    opt-out among its causes ends where the decision table has one value for all who opted out.

    Args:
        signals: of an audit.
        without_optout: what the client sends otherwise.
        with_optout: what it sends with the opt-out.
    """
    return [
        signal
        for signal in signals
        if signal.kind != "route"
        and signal.location.message not in without_optout.model_requests
        and _is_unaffected(signal, without_optout, with_optout)
    ]


def _is_unaffected(signal: Signal, without_optout: Traffic, with_optout: Traffic) -> bool:
    if FACTOR in signal.cause:
        rows = [row for row in signal.table if row.levels.get(FACTOR) == OPTED_OUT]
        return len({row.value for row in rows}) > 1
    location = signal.location
    return not (
        location in without_optout.locations - with_optout.locations
        or location.message in without_optout.messages - with_optout.messages
    )
