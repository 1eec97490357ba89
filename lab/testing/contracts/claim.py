"""A claim: for which machines something is promised, and how a broken promise looks.

The five statements of a contract come down to this, so that one search tries to break them
all (:mod:`lab.testing.contracts.counterexample_search`) and one estimate says how often they are
broken (:mod:`lab.testing.contracts.violation_rate`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.testing.contracts.machine import Machine, Statement, evaluate_statement

__all__ = ["Claim"]


class Claim(msgspec.Struct, frozen=True):
    """Something is promised of machines for which ``statement`` answers ``side``.

    ``wrong(environment, replicate)`` runs what trials it needs and says whether the promise is
    broken; None where a trial gave no answer.
    """

    name: str
    """As the user wrote it: ``silent_unless(lambda machine: …)``."""
    statement: Statement
    expected: bool
    is_violated: Callable[[Environment, int], bool | None]
    violation: str
    """What the client does that it should not: ``fires where the statement does not hold``."""
    rate_name: str
    """What the share of broken promises is called: ``false positives``."""
    among: str
    """The machines it is a share of: ``machines for which the statement does not hold``."""
    fixed: Mapping[str, str] = {}
    """Levels that do not vary."""
    missing: Mapping[str, str] = {}
    """Factors that no machine here has, and why."""
    deterministic: bool = False
    """Whether ``wrong`` deals with noise by itself, so that replicates tell nothing more."""
    describe: Callable[[Environment], Sequence[str]] = lambda environment: ()
    """Further lines about an environment that breaks it."""

    def applies_to(self, environment: Environment) -> bool:
        """Whether anything is promised of this environment; costs no trial."""
        return (
            evaluate_statement(self.statement, Machine(environment.mapping, self.missing))
            == self.expected
        )
