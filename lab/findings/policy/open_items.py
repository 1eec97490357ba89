"""What is still open about a report, and so may keep a check from passing."""

from __future__ import annotations

import msgspec

from lab.findings.policy.rule import Rule
from lab.findings.report import Location

__all__ = ["Open"]


class Open(msgspec.Struct, frozen=True):
    """An effect that is still open, or an input that was not tried.

    ``counts`` where the check cannot pass because of it.
    """

    what: str
    why: str
    counts: bool
    rule: Rule | None = None
    """The rule that would decide it, or that names it."""
    cause: tuple[str, ...] = ()
    location: Location | None = None
