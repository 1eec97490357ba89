"""A factor: an input that the lab can vary, with its control and its levels.

Each module in this folder that defines a module-level ``FACTOR`` is a factor; no list has to be
edited to add one.

Rules for every factor (the conformance test checks 1, 2 and 4):

1. ``control`` is chosen by the lab and never read from the host.
2. ``realise`` is pure: the same level and spec give the same spec.
3. Levels are chosen by general reasoning about the factor, never from what a known client
   looks for.
4. ``parse`` accepts every level that ``levels`` and ``strategy`` produce, and rejects
   anything else with one line that says what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from lab.factors.host_spec import HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Constraint", "Factor"]


class Constraint(msgspec.Struct, frozen=True):
    """Levels of two factors that cannot be combined, because no such host exists or works.

    ``forbids(own, others)`` takes a level of the factor that declares the constraint and
    one of ``other``.  It is false for a control, so that every level can be tried alone.
    """

    other: str
    forbids: Callable[[str, str], bool]
    why: str


class Factor(msgspec.Struct, frozen=True):
    """One input.

    ``levels`` holds named levels worth trying, the control not among them.  The first seven or
    so are combined with those of all other factors, the further ones tried less often: so one
    of each kind comes first, and what differs less from the others last.
    ``parse(level)`` returns the level in its canonical spelling or raises ValueError.
    ``realise(level, spec)`` returns a host spec in which the level holds.
    ``strategy()`` generates levels beyond the named ones and shrinks to simple ones.
    ``needles(level)`` returns the texts that a copy of the level would contain, the
    most specific first: the search for copied and encoded values uses them.
    ``rank`` orders realisation where one factor builds on another (low first).
    ``routes`` is true where the level legitimately decides *where* traffic goes.
    ``free`` is true where a level can hold any text, so that one can be made up for an audit.
    ``constraints`` list levels of other factors that a level cannot be combined with.
    ``every()`` returns all levels of a form that has an end, such as all time zones; None
    where levels have no end, or where ``levels`` has them all.
    ``requires`` names a capability of client or machine without which it is not measured.
    """

    name: str
    summary: str
    control: str
    levels: tuple[str, ...]
    parse: Callable[[str], str]
    realise: Callable[[str, HostSpec], HostSpec]
    strategy: Callable[[], SearchStrategy[str]]
    needles: Callable[[str], tuple[str, ...]]
    rank: int = 0
    routes: bool = False
    requires: tuple[str, ...] = ()
    free: bool = False
    constraints: tuple[Constraint, ...] = ()
    every: Callable[[], tuple[str, ...]] | None = None
