"""State: whether the user is new to the client, or has run it before.

A level is the number of earlier runs of the same client in the same home and project, with the
same environment.  The control is ``fresh``.  One earlier run reveals what a first run writes and
a second one reads; three distinguish a counter or a schedule ("ask on the third run") from a
flag.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "fresh"

LEVELS = ("returning", "returning:3")

_MAX_RUNS = 5
"""Each earlier run costs as much as the trial itself."""


def _parse_runs(level: str) -> int:
    if level == CONTROL:
        return 0
    found = re.fullmatch(r"returning(?::([1-9]))?", level)
    runs = int(found[1] or 1) if found else 0
    if not 1 <= runs <= _MAX_RUNS:
        raise ValueError(f"write fresh, returning, or returning:2 to {_MAX_RUNS}, not {level!r}")
    return runs


def parse(level: str) -> str:
    """The canonical spelling: one earlier run is ``returning``; ValueError otherwise."""
    runs = _parse_runs(level)
    if runs == 0:
        return CONTROL
    return "returning" if runs == 1 else f"returning:{runs}"


def realise(level: str, spec: HostSpec) -> HostSpec:
    """The number of earlier runs."""
    return msgspec.structs.replace(spec, earlier_runs=_parse_runs(level))


def strategy() -> SearchStrategy[str]:
    """Any number of earlier runs; shrinks to one."""
    from hypothesis import strategies as st

    return st.integers(1, _MAX_RUNS).map("returning:{}".format).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """None: a number of runs has no text that could be copied."""
    return ()


FACTOR = Factor(
    name="state",
    summary="a fresh or a returning user",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
)
