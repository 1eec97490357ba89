"""The combinations of a cause's levels that no trial of its decision table has.

They did not run, or ran only together with another level that changes the value.  The table says
nothing about them, so they are named beside it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import product

import msgspec

from lab.findings.report import Signal

__all__ = ["MAX_NAMED", "add_missing_levels"]

MAX_NAMED = 20
_MAX_COMBINATIONS = 50_000
"""With more combinations of levels, none is named."""


def add_missing_levels(
    signal: Signal,
    levels: Mapping[str, Sequence[str]],
    forbidden: Collection[frozenset[tuple[str, str]]],
) -> Signal:
    """The signal with the combinations of its cause's levels that its table does not have.

    Args:
        signal: The signal.
        levels: The levels of the audit, by factor.
        forbidden: Pairs of levels, as (factor, level), that no host has together.
    """
    values = [levels.get(name, ()) for name in signal.cause]
    if not signal.table or math.prod(map(len, values)) > _MAX_COMBINATIONS:
        return signal
    shown = {tuple(row.levels.get(name) for name in signal.cause) for row in signal.table}
    missing = [
        dict(zip(signal.cause, these, strict=True))
        for these in product(*values)
        if these not in shown
        and not any(pair <= set(zip(signal.cause, these, strict=True)) for pair in forbidden)
    ]
    return msgspec.structs.replace(
        signal, missing=tuple(missing[:MAX_NAMED]), missing_count=len(missing)
    )
