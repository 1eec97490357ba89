"""The search for a counterexample to a claim: boundaries first, then Hypothesis.

1. *Boundaries*, in order: machines on which a client with a slightly wrong rule is likely to fail
   (:mod:`lab.testing.contracts.boundaries`).
2. *Generation*: Hypothesis changes up to three factors of these machines to named, mentioned or
   generated levels, and generates whole machines.  It shrinks a machine that breaks the claim.
3. *Simplification*: every level of a counterexample that is not needed goes back to the control.
   The remaining levels are replaced by named or shorter ones that break the claim, too.
4. *Confirmation*: fresh replicates.  If they disagree, the client acts at random on this machine.
   The machine is reported as flaky, the claim is not broken, and the search continues.

The same seed makes the same search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from lab.environment import Environment
from lab.experiment.search.level_variants import simplify_level
from lab.factors.registry import find_conflict, get_factor
from lab.factors.strategies import environments, level_strategy
from lab.testing.contracts.boundaries import KnownLevels, simplify
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.trial_budget import BudgetExhausted, TrialBudget

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["CounterexampleSearch", "Effort", "SearchOutcome"]

_MAX_FLAKY = 3
_MAX_CHANGES = 3
_MAX_SIMPLER_LEVELS = 6
_SHRINK_SHARE = 0.25
"""Extra trials to simplify a counterexample, as a share of the trials of a search."""


class Effort(msgspec.Struct, frozen=True):
    """The limits of a search."""

    trials: int
    seconds: float | None = None
    replicates: int = 8
    """How many fresh trials confirm a counterexample."""
    boundary_share: float = 0.7
    """The share of the trials for boundaries."""


class SearchOutcome(msgspec.Struct, frozen=True):
    """The result of a search."""

    counterexample: Environment | None
    replicates: int
    """How many replicates of the counterexample broke the claim."""
    tried: int
    """How many environments were tried."""
    flaky: tuple[tuple[Environment, int, int], ...] = ()
    """Environments in which replicates disagree: how often the claim was broken, of how many."""


class CounterexampleSearch:
    """The search for a counterexample to one claim about one subject."""

    def __init__(
        self,
        claim: Claim,
        budget: TrialBudget,
        levels: Mapping[str, KnownLevels],
        *,
        effort: Effort,
        seed: int,
    ) -> None:
        self.claim = claim
        self._budget = budget
        self._levels = levels
        self._effort = effort
        self._seed = seed
        self._tried: dict[Environment, bool] = {}
        self._flaky: dict[Environment, tuple[int, int]] = {}
        self._replicates = 1
        self.control = Environment.of({name: each.control for name, each in levels.items()}).but(
            claim.fixed
        )

    def run(
        self,
        boundaries: Sequence[Environment],
        bases: Sequence[Environment],
        reads: Sequence[str] = (),
    ) -> SearchOutcome:
        """Search for an environment that breaks the claim.

        Args:
            boundaries: Environments to try first, in order.
            bases: Environments from which Hypothesis generates others.
            reads: The factors that decide whether the claim applies to an environment.
        """
        effort = self._effort
        until = self._budget.deadline_after(effort.seconds)
        begun = self._budget.trials
        self._budget.limit(max(1, round(effort.trials * effort.boundary_share)), until)
        broken = self._search_boundaries(boundaries)
        round_ = 0
        while broken is None and len(self._flaky) < _MAX_FLAKY:
            left = effort.trials - (self._budget.trials - begun)
            if left <= 0:
                break
            self._budget.limit(left, until)
            found = self._search_generated(self._build_strategy(bases, reads), left, round_)
            if found is None:
                break
            broken = self._confirm(found)
            round_ += 1
        return self._build_outcome(broken)

    def skip(self) -> SearchOutcome:
        """The result of a search without trials."""
        return self._build_outcome(None)

    def known_result(self, environment: Environment) -> bool | None:
        """Whether this environment breaks the claim; None if it was not tried."""
        if not self.claim.applies_to(environment):
            return False
        return self._tried.get(environment)

    def confirm(
        self, environment: Environment, flaky: Iterable[tuple[Environment, int, int]] = ()
    ) -> SearchOutcome:
        """Confirm a counterexample that the estimate of the rate found.

        Args:
            environment: The counterexample.
            flaky: Environments on which replicates disagreed: violations, and of how many.
        """
        self._flaky.update({each: (violations, of) for each, violations, of in flaky})
        return self._build_outcome(self._confirm(environment))

    # --- the search -------------------------------------------------------------------------

    def breaks_claim(self, environment: Environment) -> bool:
        """Whether the claim applies to this environment and its first trial breaks the claim."""
        if environment in self._flaky or not self.claim.applies_to(environment):
            return False
        if environment not in self._tried:
            answer = self.claim.is_violated(environment, 0)
            if answer is None:
                return False
            self._tried[environment] = answer
        return self._tried[environment]

    def _search_boundaries(self, boundaries: Iterable[Environment]) -> Environment | None:
        with suppress(BudgetExhausted):
            for number, environment in enumerate(boundaries):
                if self.breaks_claim(environment):
                    broken = self._confirm(environment)
                    if broken is not None or len(self._flaky) >= _MAX_FLAKY:
                        return broken
                elif number < 2 and self.claim.applies_to(environment):
                    self._run_replicates(environment)
        return None

    def _search_generated(
        self, strategy: SearchStrategy[Environment], examples: int, round_: int
    ) -> Environment | None:
        """The simplest counterexample that Hypothesis finds."""
        from hypothesis import HealthCheck, Phase, assume, given, seed, settings
        from hypothesis.errors import Unsatisfiable

        found: list[Environment] = []

        class BrokenError(Exception):
            pass

        @seed(f"{self._seed} {round_} {self.claim.name}")
        @settings(
            max_examples=2 * examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        )
        @given(strategy)
        def unbroken(environment: Environment) -> None:
            assume(find_conflict(environment) is None and self.claim.applies_to(environment))
            if self.breaks_claim(environment):
                found.append(environment)
                raise BrokenError

        # Unsatisfiable: no machine to which the claim applies can be generated.
        with suppress(BrokenError, BudgetExhausted, Unsatisfiable):
            unbroken()
        return min(found, key=self._complexity, default=None)

    def _build_strategy(
        self, bases: Sequence[Environment], reads: Sequence[str]
    ) -> SearchStrategy[Environment]:
        from hypothesis import strategies as st

        fixed = self.claim.fixed
        names = [name for name in self._levels if name not in fixed]
        ways = {name: _level_strategy(name, self._levels[name]) for name in names}
        moves = st.lists(
            st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), ways[name])),
            max_size=_MAX_CHANGES,
            unique_by=lambda move: move[0],
        ).map(dict)
        whole = environments(factors=names).map(lambda each: dict(each.levels))
        starts = list(dict.fromkeys((self.control, *(each.but(fixed) for each in bases))))
        start = st.sampled_from([each for each in starts if self.claim.applies_to(each)] or starts)

        def moved(base: Environment, levels: Mapping[str, str]) -> Environment:
            there = base.but(levels)
            if self.claim.applies_to(there):
                return there
            # The claim may apply to few machines: keep the levels that decide it.
            return there.but({name: base[name] for name in reads})

        return st.builds(moved, start, st.one_of(moves, moves, moves, whole))

    # --- what was found ---------------------------------------------------------------------

    def _confirm(self, environment: Environment) -> Environment | None:
        """The simplest form that breaks the claim in every replicate; None if there is none."""
        self._budget.reserve(max(10, round(self._effort.trials * _SHRINK_SHARE)))
        plainest = environment
        try:
            plainest = self._simplify(environment)
        except BudgetExhausted:
            plainest = min((each for each, bad in self._tried.items() if bad), key=self._complexity)
        for each in dict.fromkeys((plainest, environment)):
            if self._is_reproducible(each):
                return each
        return None

    def _simplify(self, environment: Environment) -> Environment:
        best = simplify(environment, self.control, self.breaks_claim)
        for change in self.control.difference(best):
            item = get_factor(change.factor)
            named = (*item.levels, *sorted(simplify_level(item, change.right), key=len))
            for text in named[:_MAX_SIMPLER_LEVELS]:
                if text == change.right:
                    break
                other = best.but({change.factor: text})
                if find_conflict(other) is None and self.breaks_claim(other):
                    best = other
                    break
        # After one level was replaced, another may no longer be needed.
        return simplify(best, self.control, self.breaks_claim)

    def _is_reproducible(self, environment: Environment) -> bool:
        """Whether all fresh replicates break the claim; if they disagree, record it as flaky."""
        if self.claim.deterministic:
            return True
        violations, known = self._run_replicates(environment)
        self._replicates = known
        return violations == known

    def _run_replicates(self, environment: Environment) -> tuple[int, int]:
        """In how many fresh replicates the claim is broken, and how many gave an answer."""
        if self.claim.deterministic:
            return 0, 0
        # A client that acts at random needs more replicates.  The trial that selected this
        # environment is no evidence, so only fresh replicates count.
        number = self._effort.replicates * (1 + min(len(self._flaky), _MAX_FLAKY))
        first = self._budget.count_replicates(environment)
        self._budget.reserve(first + number)
        answers = [self.claim.is_violated(environment, each) for each in range(first + number)]
        known = [answer for answer in answers if answer is not None]
        if len(set(known)) > 1:
            self._flaky[environment] = sum(known), len(known)
        return sum(known), len(known)

    def _complexity(self, environment: Environment) -> tuple[object, ...]:
        changes = self.control.difference(environment)
        return len(changes), sum(len(each.right) for each in changes), environment

    def _build_outcome(self, broken: Environment | None) -> SearchOutcome:
        return SearchOutcome(
            broken,
            self._replicates,
            len(self._tried),
            tuple((each, *counts) for each, counts in self._flaky.items()),
        )


def _level_strategy(name: str, known: KnownLevels) -> SearchStrategy[str]:
    """Levels of a factor: generated, mentioned and enumerated ones."""
    from hypothesis import strategies as st

    known_ways = [st.sampled_from(some) for some in (known.mentioned, known.enumerated) if some]
    return st.one_of(level_strategy(name), *known_ways)
