"""Opting out: whether the user has told the client to send less.

How a user opts out is the client's own matter, so the profile lists the variables and a
level only says whether they are set.  The control is ``unset``, as for a user who never
read about it.  What still differs between environments under ``set`` is what a user cannot
refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "unset"


def parse(level: str) -> str:
    """The level itself; ValueError for anything but the two."""
    if level not in {CONTROL, "set"}:
        raise ValueError(f"write set or unset, not {level!r}")
    return level


def realise(level: str, spec: HostSpec) -> HostSpec:
    """The profile's opt-out variables set, or unset."""
    if level == CONTROL:
        return spec.with_variables(**dict.fromkeys(spec.optout))
    return spec.with_variables(**spec.optout)


def strategy() -> SearchStrategy[str]:
    """There is nothing beyond the named level."""
    from hypothesis import strategies as st

    return st.just("set")


def needles(level: str) -> tuple[str, ...]:
    """None: a switch has no text of its own that a copy would show."""
    return ()


FACTOR = Factor(
    name="optout",
    summary="the client's own switches against telemetry",
    control=CONTROL,
    levels=("set",),
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
)
