"""The answer to whether two environments can be told apart by what is sent."""

from __future__ import annotations

import msgspec

from lab.environment import Change, Environment
from lab.errors import LabError
from lab.findings.report import Signal
from lab.findings.severity import severity
from lab.reports.text.phrases import format_count
from lab.testing import failure_note
from lab.testing.explain import changed, story
from lab.testing.pairwise_test import Distinction
from lab.testing.subject import Subject

__all__ = ["Comparison", "compare"]

_LONGEST = 190
"""Characters of what ``assert`` shows."""


class Comparison(msgspec.Struct, frozen=True):
    r"""Whether two environments can be told apart by what a subject sends.

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
    <told apart by 1 difference, 1 covert: timezone UTC | Asia/Tokyo>
    >>> found.signals[0].pair.differences[0].right
    ('U+2019 RIGHT SINGLE QUOTATION MARK',)

    True where they cannot.  ``str()`` tells everything: the minimal pair, each difference with
    its place and its code points, how sure it is, the commands that repeat it.  A test that
    fails has that in its report.

    ``signals`` are the differences, covert ones first.  ``trials`` is how many it took, those of
    the control environment included.  It is not ``sure`` where the same test found the same
    before, between larger environments; ``str()`` then runs what is missing.
    """

    subject: Subject
    left: Environment
    right: Environment
    signals: tuple[Signal, ...]
    trials: int
    sure: bool = True

    def __bool__(self) -> bool:
        if self.signals:
            failure_note.note(self)
        return not self.signals

    def __repr__(self) -> str:
        pair = changed(self.changes)
        if not self.signals:
            text = f"cannot be told apart: {pair}"
        else:
            covert = sum(signal.covert for signal in self.signals)
            found = format_count(len(self.signals), "difference") + (
                f", {covert} covert" if covert else ""
            )
            text = f"told apart by {found}: {pair}"
        return f"<{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}>"

    def __str__(self) -> str:
        if self.sure:
            return story(self)
        try:
            sure = _comparison(self, self.subject.answers.sure(self.left, self.right))
        except LabError as error:
            return f"{story(self)}\n\nIt was not tried again: {error}"
        lead = self.subject.answers.lead(self.left, self.right)
        if sure.signals or lead is None:
            return story(sure)
        first = Comparison(self.subject, lead.left, lead.right, (), 0)
        return (
            f"{story(_comparison(first, lead.found))}\n\n"
            f"Smaller pairs seemed to show it too, but then not reliably: {changed(self.changes)}."
        )

    @property
    def changes(self) -> tuple[Change, ...]:
        """The levels that differ."""
        return self.left.difference(self.right)


def compare(subject: Subject, left: Environment, right: Environment) -> Comparison:
    """Whether these two can be told apart; the same question always has the same answer.

    UnmeasurableError where nothing that differs reaches the client; otherwise whatever
    :func:`lab.testing.pairwise_test.distinguish` raises.
    """
    subject.require_measurable(left, right)
    here, there = subject.whole(left), subject.whole(right)
    return _comparison(Comparison(subject, here, there, (), 0), subject.answers.to(here, there))


def _comparison(asked: Comparison, found: Distinction) -> Comparison:
    return msgspec.structs.replace(
        asked,
        signals=tuple(sorted(found.signals, key=severity)),
        trials=found.trials,
        sure=found.sure,
    )
