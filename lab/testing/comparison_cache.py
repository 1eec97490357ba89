"""The results of comparisons, so that the same question always has the same answer.

Hypothesis asks the same question again and forbids another answer.  It also asks dozens of
questions to shrink a failing example, and in most of them the first trial of each side shows the
difference that made the test fail.  Within one test, therefore:

1. the first difference gets the full test of :mod:`lab.testing.pairwise_test`;
2. a smaller pair that differs in the same factors gets a few trials, enough to see that
   difference again, and a pair that is no smaller gets one trial a side;
3. the pair that Hypothesis ends with gets the full test when the failure is explained.

:mod:`lab.testing.failure_note` counts the tests.  Outside of a test, every question gets the full
test.
"""

from __future__ import annotations

import msgspec

from lab.environment import Environment
from lab.errors import LabError
from lab.testing import failure_note
from lab.testing.pairwise_test import QUICK_REPLICATES, Distinction, distinguish
from lab.testing.subject_runner import SubjectRunner

__all__ = ["ComparisonCache", "FirstDifference"]

_EnvironmentPair = tuple[Environment, Environment]


class FirstDifference(msgspec.Struct, frozen=True):
    """The first pair that a test distinguished."""

    test: int
    """The number of the test (:func:`lab.testing.failure_note.get_test_number`)."""
    left: Environment
    right: Environment
    distinction: Distinction


class ComparisonCache:
    """The comparisons of one subject."""

    def __init__(self, runner: SubjectRunner) -> None:
        self.runner = runner
        self._confirmed: dict[_EnvironmentPair, Distinction | LabError] = {}
        self._provisional: dict[tuple[int, _EnvironmentPair], Distinction] = {}
        self._first_differences: dict[tuple[str, ...], FirstDifference] = {}
        self._smallest: dict[tuple[str, ...], int] = {}
        """By differing factors: how many levels the smallest distinguished pair varies."""

    def compare(self, left: Environment, right: Environment) -> Distinction:
        """What distinguishes two environments; ``confirmed`` is whether the full test ran."""
        test, pair, factors = (
            failure_note.get_test_number(),
            (left, right),
            _differing_factors(left, right),
        )
        if pair in self._confirmed:
            return self.confirm(left, right)
        if (test, pair) in self._provisional:
            return self._provisional[test, pair]
        if (first := self.find_first_difference(left, right)) is None:
            found = self.confirm(left, right)
            if found.signals and test:
                self._first_differences[factors] = FirstDifference(test, left, right, found)
                self._smallest[factors] = self._count_varied_levels(left, right)
            return found
        size = self._count_varied_levels(left, right)
        fresh = QUICK_REPLICATES if size < self._smallest[factors] else 0
        found = distinguish(self.runner, left, right, first.distinction.candidates, fresh)
        if found.confirmed:
            self._confirmed[pair] = found
        else:
            self._provisional[test, pair] = found
            self._smallest[factors] = min(size, self._smallest[factors])
        return found

    def confirm(self, left: Environment, right: Environment) -> Distinction:
        """What distinguishes two environments, by the full test.

        The errors of :func:`lab.testing.pairwise_test.distinguish` are remembered and raised
        again.
        """
        pair = left, right
        known = self._confirmed.get(pair)
        if known is None:
            try:
                known = distinguish(self.runner, left, right)
            except LabError as error:
                known = error
            self._confirmed[pair] = known
        if isinstance(known, LabError):
            raise known
        return known

    def find_first_difference(
        self, left: Environment, right: Environment
    ) -> FirstDifference | None:
        """The first difference of this test between environments that differ in these factors."""
        first = self._first_differences.get(_differing_factors(left, right))
        return first if first is not None and first.test == failure_note.get_test_number() else None

    def _count_varied_levels(self, left: Environment, right: Environment) -> int:
        """How many levels are not at the control, on both sides together."""
        control = self.runner.control
        return len(control.difference(left)) + len(control.difference(right))


def _differing_factors(left: Environment, right: Environment) -> tuple[str, ...]:
    return tuple(change.factor for change in left.difference(right))
