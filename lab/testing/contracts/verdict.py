"""The verdict on a statement: held, broken or open, with the evidence.

A verdict is true if the statement *held* on every machine tried.  A machine that breaks the
statement makes it *broken*.  It is *open* if it could not be decided: no machine to which the
statement applies was found, the client acts at random, or its trials did not finish.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from lab.environment import Change, Environment
from lab.reports.text.phrases import format_count
from lab.reports.text.safe import clip
from lab.testing import failure_note
from lab.testing.contracts.violation_rate import ViolationRate, format_percent

__all__ = ["FlakyMachine", "Verdict"]

_MAX_REPR = 190


class FlakyMachine(msgspec.Struct, frozen=True):
    """A machine on which replicates disagree: ``violations`` of ``replicates`` break the claim."""

    changes: tuple[Change, ...]
    violations: int
    replicates: int


class Verdict(msgspec.Struct, frozen=True):
    """The answer to one statement of a contract.

    >>> import urllib.request
    >>> def probe():
    ...     urllib.request.urlopen("https://collect.example/start")
    >>> verdict = lab.contract(probe, factors=["user"], trials=10, samples=2).only_to("*.example")
    >>> verdict.outcome, verdict.counterexample
    ('held', None)

    ``str`` is the full explanation, ``repr`` a summary.  A verdict that evaluates to False records
    its explanation for the report of the test (:mod:`lab.testing.failure_note`).
    """

    statement: str
    """As it was written: ``silent_unless(lambda machine: …)``."""
    client: str
    outcome: Literal["held", "broken", "open"]
    why: str
    """What broke it, or why it is open, in a few words; empty if it held."""
    violation: str
    """What the client may not do: ``fires where the statement does not hold``."""
    counterexample: Environment | None
    changes: tuple[Change, ...]
    """The counterexample's levels other than the control, each of them needed."""
    evidence: tuple[str, ...]
    """Lines about the counterexample: what was sent, how often."""
    repeat: tuple[str, ...]
    """What reproduces the counterexample: commands, or Python for a callable."""
    tried: int
    """How many environments the search tried."""
    trials: int
    """How many trials were used, for this statement and those before it."""
    rates: tuple[ViolationRate, ...]
    population: str
    flaky: tuple[FlakyMachine, ...] = ()
    failed: tuple[str, ...] = ()
    """Trials that the client did not finish, and how they ended."""
    seed: int = 0

    @property
    def held(self) -> bool:
        """Whether the statement was tested and nothing broke it."""
        return self.outcome == "held"

    def __bool__(self) -> bool:
        if not self.held:
            failure_note.record_note(str(self))
        return self.held

    def __repr__(self) -> str:
        tried = f"{self.tried} machines"
        rates = "; ".join(str(rate) for rate in self.rates if rate.cases)
        words = {
            "held": f"{tried}; {rates}",
            "broken": f"{self.why}{' at ' if self.changes else ' '}{format_levels(self.changes)}",
            "open": self.why,
        }[self.outcome]
        name = self.statement.partition("(")[0]
        return clip(f"<{name} {self.outcome}: {words}", _MAX_REPR) + ">"

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.statement}: {self.outcome}"
        yield ""
        if self.outcome == "open":
            yield f"  {self.why}"
        if self.counterexample is not None:
            yield f"  {self.client} {self.why}:"
            width = max((len(change.factor) for change in self.changes), default=0)
            for each in self.changes:
                note = f"(control: {each.left})"
                yield f"    {each.factor:<{width}}  {clip(each.right, 200)}  {note}"
            if not self.changes:
                yield "    the control environment, in which no factor is varied"
            yield from (f"  {line}" for line in self.evidence)
            yield "  reproduce:"
            yield from (f"    {line}" for line in self.repeat)
        for one in self.flaky:
            yield (
                f"  at random: {self.violation} in {one.violations} of {one.replicates} replicates "
                f"with {format_levels(one.changes)}"
            )
        if self.failed:
            number = format_count(len(self.failed), "machine")
            yield f"  no answer from {number}: {self.failed[0]}"
        trials = format_count(self.trials, "trial")
        machines = format_count(self.tried, "machine")
        yield f"  searched: {machines} (seed {self.seed}; {trials} so far)"
        if self.rates:
            yield f"  rates over the stated population: {self.population}"
        for rate in self.rates:
            yield f"    {rate}"
            if rate.cases:
                share = format_percent(rate.satisfied / rate.examined)
                yield f"      of {rate.among}, {share} of the population"


def format_levels(changes: tuple[Change, ...]) -> str:
    """``endpoint=https://models.example.net timezone=Asia/Shanghai``."""
    text = " ".join(f"{each.factor}={each.right}" for each in changes)
    return text or "in the control environment"
