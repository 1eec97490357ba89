"""The answer to whether two environments can be distinguished by what a subject sends."""

from __future__ import annotations

import msgspec

from lab.environment import Change, Environment
from lab.errors import LabError
from lab.findings.report import Signal
from lab.findings.severity import severity
from lab.reports.text.phrases import format_count
from lab.testing import failure_note
from lab.testing.comparison_cache import ComparisonCache
from lab.testing.explain import describe_changes, explain
from lab.testing.pairwise_test import Distinction

__all__ = ["Comparison", "compare"]

_MAX_REPR = 190
"""Characters of the line that ``assert`` shows."""


class Comparison(msgspec.Struct, frozen=True):
    r"""Whether two environments can be distinguished by what a subject sends.

    >>> import time, urllib.request
    >>> def probe():
    ...     mark = "\u2019" if time.strftime("%z") == "+0900" else "'"
    ...     urllib.request.urlopen("https://a.example", data=f"Today{mark}s".encode())
    >>> def seen(zone):
    ...     return lab.observe(lab.control(timezone=zone), probe)
    >>> bool(seen("UTC").indistinguishable_from(seen("Europe/Berlin")))
    True
    >>> found = seen("UTC").indistinguishable_from(seen("Asia/Tokyo"))
    >>> found
    <distinguished by 1 difference, 1 covert: timezone UTC | Asia/Tokyo>
    >>> found.signals[0].pair.differences[0].right
    ('U+2019 RIGHT SINGLE QUOTATION MARK',)

    True where they cannot.  ``str()`` explains in full: the minimal pair, each difference with
    its location and code points, the confidence, and the commands that reproduce it.  The report
    of a failed test contains that text.

    ``signals`` are the differences, worst first.  ``trials`` is how many trials were used, those
    of the control environment included.  ``confirmed`` is False where only a few trials were run,
    because the same test found the same difference before, between environments that vary more;
    ``str()`` then runs the full test.
    """

    cache: ComparisonCache
    left: Environment
    right: Environment
    signals: tuple[Signal, ...]
    trials: int
    confirmed: bool = True

    def __bool__(self) -> bool:
        if self.signals:
            failure_note.record_note(self)
        return not self.signals

    def __repr__(self) -> str:
        pair = describe_changes(self.changes)
        if not self.signals:
            text = f"indistinguishable: {pair}"
        else:
            covert = sum(signal.covert for signal in self.signals)
            found = format_count(len(self.signals), "difference") + (
                f", {covert} covert" if covert else ""
            )
            text = f"distinguished by {found}: {pair}"
        return f"<{text if len(text) <= _MAX_REPR else text[: _MAX_REPR - 1] + '…'}>"

    def __str__(self) -> str:
        if self.confirmed:
            return self._explain()
        try:
            confirmed = self._with(self.cache.confirm(self.left, self.right))
        except LabError as error:
            return f"{self._explain()}\n\nThe full test could not be run: {error}"
        first = self.cache.find_first_difference(self.left, self.right)
        if confirmed.signals or first is None:
            return confirmed._explain()
        larger = msgspec.structs.replace(self, left=first.left, right=first.right)
        return (
            f"{larger._with(first.distinction)._explain()}\n\n"
            "Smaller pairs differed in a few trials, but not in the full test: "
            f"{describe_changes(self.changes)}."
        )

    @property
    def changes(self) -> tuple[Change, ...]:
        """The levels that differ."""
        return self.left.difference(self.right)

    def _with(self, found: Distinction) -> Comparison:
        """This comparison with the result of a test."""
        return msgspec.structs.replace(
            self,
            signals=tuple(sorted(found.signals, key=severity)),
            trials=found.trials,
            confirmed=found.confirmed,
        )

    def _explain(self) -> str:
        runner = self.cache.runner
        return explain(
            self.left,
            self.right,
            self.signals,
            trials=self.trials,
            label=runner.label,
            words=runner.words,
        )


def compare(cache: ComparisonCache, left: Environment, right: Environment) -> Comparison:
    """Whether two environments can be distinguished; the same pair has always the same answer.

    UnmeasurableError where nothing that differs reaches the client, and the errors of
    :func:`lab.testing.pairwise_test.distinguish`.

    Args:
        cache: The earlier comparisons of the subject.
        left: One environment; factors that it does not name are at their controls.
        right: The other environment.
    """
    cache.runner.require_measurable(left, right)
    whole_left, whole_right = cache.runner.whole(left), cache.runner.whole(right)
    found = cache.compare(whole_left, whole_right)
    return Comparison(cache, whole_left, whole_right, (), 0)._with(found)
