"""Opting out: whether the client's own switches against telemetry are set.

The profile lists the variables by which a user of the client opts out; a level says whether they
are set.  The control is ``unset``, the default of the client.  Effects that remain under
``set`` are those that a user cannot switch off.
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
    """The level itself.

    Raises:
        ValueError: The level is neither ``set`` nor ``unset``.
    """
    if level not in {CONTROL, "set"}:
        raise ValueError(f"write set or unset, not {level!r}")
    return level


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set or unset the opt-out variables of the profile."""
    if level == CONTROL:
        return spec.with_variables(**dict.fromkeys(spec.optout))
    return spec.with_variables(**spec.optout)


def strategy() -> SearchStrategy[str]:
    """The named level, which is the only one."""
    from hypothesis import strategies as st

    return st.just("set")


def needles(level: str) -> tuple[str, ...]:
    """None: a switch has no text that could be copied."""
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
