"""The answer to whether two environments can be told apart by what is sent."""

from __future__ import annotations

import msgspec

from lab.environment import Change, Environment
from lab.errors import LabError
from lab.findings.report import Signal
from lab.reports.phrases import counted, severity
from lab.testing import told
from lab.testing.distinguish import Distinction, distinguish
from lab.testing.story import changed, story
from lab.testing.subject import Subject

__all__ = ["Comparison", "compare"]

_LONGEST = 190
"""Characters of what ``assert`` shows."""


class Comparison(msgspec.Struct, frozen=True, repr_omit_defaults=True):
    """Whether two environments can be told apart by what a subject sends.

    True where they cannot.  ``str()`` tells everything: the minimal pair, each difference with
    its place and its code points, how sure it is, the commands that repeat it.  A test that
    fails has that in its report.

    ``signals`` are the differences, covert ones first.  ``trials`` is how many it took, those of
    the control environment included.
    """

    label: str
    words: tuple[str, ...] | None
    """How the client is named on the command line; None for a callable."""
    left: Environment
    right: Environment
    signals: tuple[Signal, ...] = ()
    trials: int = 0

    def __bool__(self) -> bool:
        if self.signals:
            told.note(str(self))
        return not self.signals

    def __repr__(self) -> str:
        pair = changed(self.changes)
        if not self.signals:
            text = f"cannot be told apart: {pair}"
        else:
            covert = sum(signal.covert for signal in self.signals)
            found = counted(len(self.signals), "difference") + (
                f", {covert} covert" if covert else ""
            )
            text = f"told apart by {found}: {pair}"
        return f"<{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}>"

    def __str__(self) -> str:
        return story(self)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The levels that differ."""
        return self.left.difference(self.right)


def compare(subject: Subject, left: Environment, right: Environment) -> Comparison:
    """Whether these two can be told apart; the same question always has the same answer.

    UnmeasurableError where nothing that differs reaches the client; otherwise whatever
    :func:`lab.testing.distinguish.distinguish` raises.
    """
    subject.require_measurable(left, right)
    here, there = subject.whole(left), subject.whole(right)
    found = _answer(subject, here, there)
    return Comparison(
        subject.label,
        subject.words,
        here,
        there,
        tuple(sorted(found.signals, key=severity)),
        found.trials,
    )


def _answer(subject: Subject, left: Environment, right: Environment) -> Distinction:
    question = left, right
    known = subject.distinctions.get(question)
    if known is None:
        try:
            known = distinguish(subject, left, right)
        except LabError as error:
            known = error
        subject.distinctions[question] = known
    if isinstance(known, LabError):
        raise known
    return known
