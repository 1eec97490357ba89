"""A rule of a policy: which signals it covers, and whether it permits or forbids them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from lab.findings.report import Channel, Inconclusive, Kind, Location, Signal

__all__ = ["Default", "Policy", "Rule", "Standing", "list_locations", "matches_pattern"]

Standing = Literal["allowed", "documented", "forbidden"]
Default = Literal["allowed", "forbidden", "undecided"]


class Rule(msgspec.Struct, frozen=True):
    """One table of a policy.

    A condition that is empty holds for every signal.  Within a condition one of its words is
    enough; all conditions must hold together.
    ``host``, ``path``, ``part`` and ``pointer`` are patterns (:func:`matches_pattern`).
    """

    standing: Standing
    line: int
    """Of the file, where the rule begins."""
    reason: str = ""
    url: str | None = None
    """Where the vendor documents it; every ``documented`` rule has one."""
    id: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    """Exactly these factors, sorted."""
    cause_includes: tuple[str, ...] = ()
    """At least one of these."""
    cause_within: tuple[str, ...] = ()
    """Only these."""
    kind: tuple[Kind, ...] = ()
    channel: tuple[Channel, ...] = ()
    method: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    pointer: tuple[str, ...] = ()
    covert: bool | None = None
    """None: plain signals only where the rule permits, all where it forbids."""

    @property
    def forbids(self) -> bool:
        """Whether what it covers is forbidden."""
        return self.standing == "forbidden"

    @property
    def factors(self) -> frozenset[str]:
        """The factors that it names."""
        return frozenset((*self.cause, *self.cause_includes, *self.cause_within))

    def covers(self, signal: Signal) -> bool:
        """Whether the rule decides this signal, if no earlier one does."""
        if not self._concerns(signal):
            return False
        if self.forbids:
            return any(
                self._matches_location(location) and self._matches_kind(kind)
                for location, kind in _locations_with_kinds(signal)
            )
        return self._matches_kind(signal.kind) and all(
            map(self._matches_location, list_locations(signal))
        )

    def count_covered(self, signal: Signal) -> int:
        """How many of the signal's locations the rule covers."""
        if not self._concerns(signal) or not self._matches_kind(signal.kind):
            return 0
        return sum(map(self._matches_location, list_locations(signal)))

    def may_cover(self, item: Inconclusive) -> bool:
        """Whether it would decide this effect, if it were confirmed.

        The kind of an open effect and whether it is covert are unknown, and sometimes the
        cause is.  A rule that forbids covers the effect if the unknown could match; a rule that
        permits does not cover it if it has a condition on the unknown.
        """
        if self.id:
            return False
        if not self.forbids and (self.kind or self.covert or (self.factors and not item.cause)):
            return False
        return (not item.cause or self._matches_cause(item.cause)) and self._matches_location(
            item.location
        )

    def _concerns(self, signal: Signal) -> bool:
        """Whether it covers this signal, location and kind aside."""
        covert = self.covert if self.forbids else bool(self.covert)
        return (
            (not self.id or signal.id in self.id)
            and covert in (None, signal.covert)
            and self._matches_cause(signal.cause)
        )

    def _matches_cause(self, cause: tuple[str, ...]) -> bool:
        return (
            (not self.cause or tuple(sorted(cause)) == self.cause)
            and (not self.cause_includes or not set(self.cause_includes).isdisjoint(cause))
            and (not self.cause_within or set(cause) <= set(self.cause_within))
        )

    def _matches_kind(self, kind: Kind) -> bool:
        return not self.kind or kind in self.kind

    def _matches_location(self, location: Location) -> bool:
        return (
            (not self.channel or location.channel in self.channel)
            and (not self.method or location.method in self.method)
            and _matches_any(self.host, location.host, fold=True)
            and _matches_any(self.path, location.path)
            and _matches_any(self.part, location.part)
            and _matches_any(self.pointer, location.pointer)
        )


class Policy(msgspec.Struct, frozen=True):
    """All rules of a file, in its order, and the verdict where none covers a signal."""

    rules: tuple[Rule, ...] = ()
    default: Default = "undecided"
    file: str = ""
    """How the user named it."""


def list_locations(signal: Signal) -> tuple[Location, ...]:
    """Every location of the signal, its own first."""
    # The location of an order of requests names the host, the field does not.
    return tuple(dict.fromkeys((signal.location, *signal.fields[1:])))


def matches_pattern(pattern: str, text: str) -> bool:
    """Whether the text matches the pattern, in which ``*`` stands for any characters.

    No other character is special, because pointers and paths are full of brackets and braces.
    Stars are matched from the left, each with as few characters as possible, which finds a
    match wherever there is one without backtracking.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if len(text) < len(first) + len(last):
        return False
    if not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def _matches_any(patterns: tuple[str, ...], text: str | None, *, fold: bool = False) -> bool:
    if not patterns:
        return True
    text = text or ""
    if fold:
        return any(matches_pattern(pattern.casefold(), text.casefold()) for pattern in patterns)
    return any(matches_pattern(pattern, text) for pattern in patterns)


def _locations_with_kinds(signal: Signal) -> Iterator[tuple[Location, Kind]]:
    """Each location with the kind of the effect there."""
    otherwise = {other.location: other.kind for other in signal.beside}
    for location in list_locations(signal):
        yield location, otherwise.get(location, signal.kind)
