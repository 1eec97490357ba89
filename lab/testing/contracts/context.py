"""What can be varied for one subject, and where its statements are tested.

A context has the factors, the levels of each that are worth a trial, and the machines on which
the probe has fired so far.  The statements of one contract share it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self

import msgspec

from lab.clients.base_spec import build_base_spec
from lab.clients.mining.hosts import find_host_words as words_of_client
from lab.environment import Environment
from lab.errors import UsageError
from lab.factors.registry import find_conflict, get_factor, is_inert
from lab.testing.contracts.boundaries import (
    Boundaries,
    KnownLevels,
    collect_levels,
    find_boundaries,
    find_factors_read,
)
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.claim_evaluation import ClaimEvaluation
from lab.testing.contracts.counterexample_search import Effort
from lab.testing.contracts.function_constants import find_constants
from lab.testing.contracts.neighbours import interleave
from lab.testing.contracts.sampling import MachinePopulation, build_population
from lab.testing.contracts.statement import Machine, Statement
from lab.testing.contracts.trial_budget import ProbePredicate, TrialBudget
from lab.testing.contracts.verdict import Verdict
from lab.testing.subject import Subject

__all__ = ["OPTOUT", "ContractContext", "TestBed"]

OPTOUT = "optout"
_MAX_BACKGROUNDS = 12


class TestBed(msgspec.Struct, frozen=True):
    """The levels and machines on which a statement is tested; ``fixed`` levels do not vary."""

    levels: dict[str, KnownLevels]
    fixed: Mapping[str, str]
    boundaries: Boundaries
    control: Environment

    def list_single_changes(self) -> list[Environment]:
        """The control machine, and each machine that differs from it in one known level."""
        some = [
            [self.control.but({name: text}) for text in (*known.named, *known.mentioned)]
            for name, known in self.levels.items()
            if name not in self.fixed
        ]
        found = (self.control, *interleave(*some))
        return [each for each in dict.fromkeys(found) if find_conflict(each) is None]


class ContractContext:
    """What all statements about one subject share.

    A context manager; leaving it closes the subject if ``own`` is true.
    """

    def __init__(
        self,
        subject: Subject,
        fires: ProbePredicate | None,
        *,
        mentions: Sequence[str] | None,
        examples: Sequence[Mapping[str, str]],
        factors: Iterable[str] | None,
        population: Mapping[str, Mapping[str, float]] | None,
        effort: Effort,
        samples: int,
        seed: int,
        own: bool,
    ) -> None:
        self.subject = subject
        self.budget = TrialBudget(subject, fires or (lambda seen: False))
        self.missing = dict(subject.unmeasurable)
        self.seed = seed
        self._fires = fires
        self._texts = mentions
        self._examples = examples
        self._names = self._select_factors(factors)
        self._population = build_population(self._names, population)
        self._effort = effort
        self._samples = samples
        self._owns_subject = own
        self._searched = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._owns_subject:
            self.subject.close()

    # --- where statements are tested --------------------------------------------------------

    def build_test_bed(self, statement: Statement) -> TestBed:
        """The boundaries of a statement; the opt-out varies only if the statement reads it."""
        levels = self._collect_levels(statement)
        chance = random.Random(f"{self.seed} reads")
        read = find_factors_read(statement, levels, chance, self.missing)
        for name in sorted(read):
            self.require_factor(name)
        fixed = {} if OPTOUT in read else self._opted_in
        control = self._control(levels)
        found = find_boundaries(
            statement,
            levels,
            examples=[control.but(each) for each in self._examples],
            fixed=fixed,
            missing=self.missing,
            rng=random.Random(f"{self.seed} edges"),
        )
        return TestBed(levels, fixed, found, control.but(fixed))

    def build_unrestricted_test_bed(self, fixed: Mapping[str, str]) -> TestBed:
        """A test bed for claims about all machines."""
        levels = self._collect_levels(None)
        return TestBed(levels, fixed, Boundaries((), (), (), ()), self._control(levels).but(fixed))

    def evaluate(
        self,
        claim: Claim,
        bed: TestBed,
        tried: Iterable[Environment],
        *,
        bases: Sequence[Environment] = (),
        also_estimated: Sequence[Claim] = (),
        vacuous_because: str | None = None,
    ) -> Verdict:
        """The verdict on a claim.

        Args:
            claim: The claim.
            bed: Where it is tested.
            tried: Machines to try first, in order.
            bases: Machines from which Hypothesis generates others.
            also_estimated: Further claims whose rates the verdict states.
            vacuous_because: Why nothing could break the claim, where that is so.
        """
        start = bases or [*bed.boundaries.simplest[:_MAX_BACKGROUNDS], *self.list_firing()]
        return self._build_evaluation(bed).evaluate(
            claim,
            list(dict.fromkeys(tried)),
            start,
            reads=bed.boundaries.factors_read,
            also_estimated=also_estimated,
            vacuous_because=vacuous_because,
        )

    # --- where the probe fires --------------------------------------------------------------

    def list_firing(self) -> list[Environment]:
        """Some machines on which the probe fired without an opt-out, the simplest first."""
        control = self.subject.control
        met = [each for each in self.budget.list_firing() if each.but(self._opted_in) == each]
        whole = {each: control.difference(control.but(each.mapping)) for each in met}
        return sorted(met, key=lambda each: (len(whole[each]), each))[:_MAX_BACKGROUNDS]

    def find_firing(self) -> list[Environment]:
        """The same; if no such machine is known yet, search for some."""
        known = self.list_firing()
        if known or self._fires is None or self._searched:
            return known
        self._searched = True
        bed = self.build_unrestricted_test_bed(self._opted_in)
        claim = Claim(
            name="fires",
            statement=lambda machine: True,
            expected=True,
            is_violated=self.budget.probe_fires,
            violation="fires",
            rate_name="fires",
            among="machines",
            fixed=bed.fixed,
            missing=self.missing,
        )
        population = MachinePopulation({name: each.weights() for name, each in bed.levels.items()})
        drawn = population.fix_levels(bed.fixed).draw(
            claim.statement,
            True,
            self._effort.trials,
            max_examined=2 * self._effort.trials,
            rng=random.Random(f"{self.seed} fires"),
        )
        given = [bed.control.but(each) for each in self._examples]
        begin = (*given, *interleave(bed.list_single_changes(), drawn.environments))
        self._build_evaluation(bed).build_search(claim).run(begin, given)
        return self.list_firing()

    # --- what cannot be tested --------------------------------------------------------------

    def require_factor(self, name: str) -> None:
        """Check that a factor exists, varies here, and has an effect on the client's configuration.

        Raises:
            UsageError: It does not.
        """
        Machine(dict.fromkeys(self._names, ""), self.missing)[name]
        if not is_inert(name, build_base_spec(self.subject.client)):
            return
        mend = {
            "optout": "optout={'NAME': '1'}, or [optout] in its profile",
            "endpoint": "endpoint_variable='NAME', or [provider] in its profile",
        }.get(name, "its profile")
        raise UsageError(
            f"{name} changes nothing for {self.subject.label}, so no statement about it can be "
            f"tested; say how the client is configured: {mend}"
        )

    def require_probe(self) -> None:
        """Check that there is a predicate for when the probe fires.

        Raises:
            UsageError: There is none.
        """
        if self._fires is None:
            raise UsageError(
                "there is no predicate for when the probe fires; write "
                'lab.contract(…, fires=lambda seen: "x-probe" in seen.text)'
            )

    # --- levels -----------------------------------------------------------------------------

    @property
    def _opted_in(self) -> Mapping[str, str]:
        return {OPTOUT: get_factor(OPTOUT).control} if OPTOUT in self._names else {}

    def _select_factors(self, chosen: Iterable[str] | None) -> tuple[str, ...]:
        reached = tuple(self.subject.control.mapping)
        if chosen is None:
            return reached
        if isinstance(chosen, str):
            raise UsageError(f"factors is a list of names; write factors=[{chosen!r}]")
        names = tuple(sorted({get_factor(name).name for name in chosen}))
        for name in names:
            if name in self.missing:
                raise UsageError(f"{name} cannot be varied here: {self.missing[name]}")
        return names

    def _build_evaluation(self, bed: TestBed) -> ClaimEvaluation:
        return ClaimEvaluation(
            self.budget, bed.levels, self._population, self._effort, self._samples, self.seed
        )

    def _control(self, levels: Mapping[str, KnownLevels]) -> Environment:
        return Environment.of({name: each.control for name, each in levels.items()})

    def _collect_levels(self, statement: Statement | None) -> dict[str, KnownLevels]:
        return collect_levels(
            self._names, self._collect_texts(statement), self._examples, self._server_hosts
        )

    @cached_property
    def _server_hosts(self) -> frozenset[str]:
        """Hosts that the client contacts in the control environment."""
        self.budget.reserve(1)
        trial = self.budget.run_trial(self.subject.control)
        return frozenset(() if trial is None else trial.hosts)

    def _collect_texts(self, statement: Statement | None) -> tuple[str, ...]:
        """Texts that the statement and the client mention, alternating."""
        own = () if statement is None else find_constants(statement)
        words = dict.fromkeys(interleave(own, self._client_texts))
        plain = {*self._names, *(get_factor(name).control for name in self._names)}
        return tuple(word for word in words if word not in plain and any(map(str.isalnum, word)))

    @cached_property
    def _client_texts(self) -> tuple[str, ...]:
        if self._texts is not None:
            return tuple(self._texts)
        if self.subject.words is None:
            return ()
        found = words_of_client(self.subject.client)
        return tuple(interleave(found.hosts, found.endings, found.keywords))
