"""The answers that a subject's questions were given, which stay what they are.

Hypothesis asks the same question again, and forbids another answer.  It also asks dozens of
questions to shrink a failing example, and in most of them the difference that made it fail is
seen at once.  So within one test, the first difference is held to the full test of
:mod:`lab.testing.pairwise_test`; whether a smaller pair, which differs in the same factors, shows
it too is told by a few trials, and for one that is no smaller by a look at each side.  What
Hypothesis ends with is held to the full test again when its story is told.

That a test has begun is known from :mod:`lab.testing.failure_note`.  Where nobody says so, every
question is held to the full test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lab.environment import Environment
from lab.errors import LabError
from lab.testing import failure_note
from lab.testing.pairwise_test import FEW, Distinction, distinguish

if TYPE_CHECKING:
    from lab.testing.subject import Subject

__all__ = ["Answers", "Lead"]

_Question = tuple[Environment, Environment]


class Lead(msgspec.Struct, frozen=True):
    """The first pair of a test that was told apart."""

    test: int
    left: Environment
    right: Environment
    found: Distinction


class Answers:
    """What a subject was asked, and the answers."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._sure: dict[_Question, Distinction | LabError] = {}
        self._quick: dict[tuple[int, _Question], Distinction] = {}
        self._leads: dict[tuple[str, ...], Lead] = {}
        self._smallest: dict[tuple[str, ...], int] = {}
        """Of the pairs that were told apart after each lead, how much the smallest varies."""

    def to(self, left: Environment, right: Environment) -> Distinction:
        """What tells two environments apart; ``sure`` says how much it was tested."""
        test, question, factors = failure_note.number(), (left, right), _factors(left, right)
        if question in self._sure:
            return self.sure(left, right)
        if (test, question) in self._quick:
            return self._quick[test, question]
        if (lead := self.lead(left, right)) is None:
            found = self.sure(left, right)
            if found.signals and test:
                self._leads[factors] = Lead(test, left, right, found)
                self._smallest[factors] = self._size(left, right)
            return found
        size = self._size(left, right)
        fresh = FEW if size < self._smallest[factors] else 0
        found = distinguish(self._subject, left, right, lead.found.suspects, fresh)
        if found.sure:
            self._sure[question] = found
        else:
            self._quick[test, question] = found
            self._smallest[factors] = min(size, self._smallest[factors])
        return found

    def sure(self, left: Environment, right: Environment) -> Distinction:
        """The same, held to the full test."""
        question = left, right
        known = self._sure.get(question)
        if known is None:
            try:
                known = distinguish(self._subject, left, right)
            except LabError as error:
                known = error
            self._sure[question] = known
        if isinstance(known, LabError):
            raise known
        return known

    def lead(self, left: Environment, right: Environment) -> Lead | None:
        """What this test found before between environments that differ in the same factors."""
        lead = self._leads.get(_factors(left, right))
        return lead if lead is not None and lead.test == failure_note.number() else None

    def _size(self, left: Environment, right: Environment) -> int:
        """How many levels are not at the control, on both sides together."""
        control = self._subject.control
        return len(control.difference(left)) + len(control.difference(right))


def _factors(left: Environment, right: Environment) -> tuple[str, ...]:
    return tuple(change.factor for change in left.difference(right))
