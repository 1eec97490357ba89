"""The field: what can be varied for one subject, and where a statement is put to the test.

It knows which factors there are, which of their levels are worth a trial, and on which
machines the probe was met so far.  Statements of one contract share it.
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
from lab.testing.contracts.boundaries import Edges, Levels, edges, factors_read, known_levels
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.claim_evaluation import Inquiry
from lab.testing.contracts.counterexample_search import Effort
from lab.testing.contracts.function_constants import mentioned
from lab.testing.contracts.interleave import interleaved
from lab.testing.contracts.machine import Machine, Statement
from lab.testing.contracts.sampling import Population, stated
from lab.testing.contracts.trial_budget import Fires, Lookout
from lab.testing.contracts.verdict import Verdict
from lab.testing.subject import Subject

__all__ = ["OPTOUT", "Field", "Place"]

OPTOUT = "optout"
_BACKGROUNDS = 12


class Place(msgspec.Struct, frozen=True):
    """Where a statement is put to the test; ``held`` has levels that do not vary."""

    levels: dict[str, Levels]
    held: Mapping[str, str]
    edges: Edges
    control: Environment

    def alone(self) -> list[Environment]:
        """The machine with nothing varied, and with each known level of one factor."""
        some = [
            [self.control.but({name: text}) for text in (*known.named, *known.made)]
            for name, known in self.levels.items()
            if name not in self.held
        ]
        found = (self.control, *interleaved(*some))
        return [each for each in dict.fromkeys(found) if find_conflict(each) is None]


class Field:
    """One subject.  A context manager, which gives back what trials took if it is ``own``."""

    def __init__(
        self,
        subject: Subject,
        fires: Fires | None,
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
        self.lookout = Lookout(subject, fires or (lambda seen: False))
        self.missing = dict(subject.out_of_reach)
        self.seed = seed
        self._fires = fires
        self._mentions = mentions
        self._examples = examples
        self._names = self._varied(factors)
        self._population = stated(self._names, population)
        self._effort = effort
        self._samples = samples
        self._own = own
        self._looked_for = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            self.subject.close()

    # --- where statements are put to the test -----------------------------------------------

    def stated(self, statement: Statement) -> Place:
        """The edges of a statement; without an opt-out, unless it reads that."""
        levels = self._levels(statement)
        chance = random.Random(f"{self.seed} reads")
        read = factors_read(statement, levels, chance, self.missing)
        for name in sorted(read):
            self.require(name)
        held = {} if OPTOUT in read else self._not_out
        control = self._control(levels)
        found = edges(
            statement,
            levels,
            examples=[control.but(each) for each in self._examples],
            held=held,
            missing=self.missing,
            chance=random.Random(f"{self.seed} edges"),
        )
        return Place(levels, held, found, control.but(held))

    def anywhere(self, held: Mapping[str, str]) -> Place:
        """No statement: every machine is meant."""
        levels = self._levels(None)
        return Place(levels, held, Edges((), (), (), ()), self._control(levels).but(held))

    def answer(
        self,
        claim: Claim,
        here: Place,
        tried: Iterable[Environment],
        *,
        bases: Sequence[Environment] = (),
        besides: Sequence[Claim] = (),
        idle: str | None = None,
    ) -> Verdict:
        """The verdict on a claim; ``tried`` are machines to begin with, in order."""
        start = bases or [*here.edges.plain[:_BACKGROUNDS], *self.known_to_fire()]
        return self._inquiry(here).answer(
            claim,
            list(dict.fromkeys(tried)),
            start,
            reads=here.edges.reads,
            besides=besides,
            idle=idle,
        )

    # --- where the probe fires --------------------------------------------------------------

    def known_to_fire(self) -> list[Environment]:
        """Some machines on which it was seen to fire without an opt-out, the plainest first."""
        control = self.subject.control
        met = [each for each in self.lookout.fired() if each.but(self._not_out) == each]
        whole = {each: control.difference(control.but(each.mapping)) for each in met}
        return sorted(met, key=lambda each: (len(whole[each]), each))[:_BACKGROUNDS]

    def fired(self) -> list[Environment]:
        """The same; where no statement has met any so far, they are looked for."""
        known = self.known_to_fire()
        if known or self._fires is None or self._looked_for:
            return known
        self._looked_for = True
        here = self.anywhere(self._not_out)
        claim = Claim(
            name="fires",
            statement=lambda machine: True,
            side=True,
            wrong=self.lookout.fires,
            breach="fires",
            rate="fires",
            among="machines",
            held=here.held,
            missing=self.missing,
        )
        crowd = Population({name: each.weights() for name, each in here.levels.items()})
        drawn = crowd.holding(here.held).draw(
            claim.statement,
            True,
            self._effort.trials,
            most=2 * self._effort.trials,
            chance=random.Random(f"{self.seed} fires"),
        )
        given = [here.control.but(each) for each in self._examples]
        begin = (*given, *interleaved(here.alone(), drawn.environments))
        self._inquiry(here).search(claim).run(begin, given)
        return self.known_to_fire()

    # --- what cannot be asked ---------------------------------------------------------------

    def require(self, name: str) -> None:
        """That a factor exists, varies here, and means something to the client."""
        Machine(dict.fromkeys(self._names, ""), self.missing)[name]
        if not is_inert(name, build_base_spec(self.subject.client)):
            return
        mend = {
            "optout": "optout={'NAME': '1'}, or [optout] in its profile",
            "endpoint": "endpoint_variable='NAME', or [provider] in its profile",
        }.get(name, "its profile")
        raise UsageError(
            f"{name} changes nothing for {self.subject.label}, so that nothing can be said of it; "
            f"say how it is told: {mend}"
        )

    def require_fires(self) -> None:
        """That somebody says when the probe fires."""
        if self._fires is None:
            raise UsageError(
                "nothing says when the probe fires; write "
                'lab.contract(…, fires=lambda seen: "x-probe" in seen.text)'
            )

    # --- levels -----------------------------------------------------------------------------

    @property
    def _not_out(self) -> Mapping[str, str]:
        return {OPTOUT: get_factor(OPTOUT).control} if OPTOUT in self._names else {}

    def _varied(self, chosen: Iterable[str] | None) -> tuple[str, ...]:
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

    def _inquiry(self, here: Place) -> Inquiry:
        return Inquiry(
            self.lookout, here.levels, self._population, self._effort, self._samples, self.seed
        )

    def _control(self, levels: Mapping[str, Levels]) -> Environment:
        return Environment.of({name: each.control for name, each in levels.items()})

    def _levels(self, statement: Statement | None) -> dict[str, Levels]:
        return known_levels(self._names, self._words(statement), self._examples, self._servers)

    @cached_property
    def _servers(self) -> frozenset[str]:
        """Hosts that the client talks to where nothing is varied."""
        self.lookout.grant(1)
        trial = self.lookout.look(self.subject.control)
        return frozenset(() if trial is None else trial.hosts)

    def _words(self, statement: Statement | None) -> tuple[str, ...]:
        """What is mentioned by the statement and by the client, in turn."""
        own = () if statement is None else mentioned(statement)
        words = dict.fromkeys(interleaved(own, self._client_words))
        plain = {*self._names, *(get_factor(name).control for name in self._names)}
        return tuple(word for word in words if word not in plain and any(map(str.isalnum, word)))

    @cached_property
    def _client_words(self) -> tuple[str, ...]:
        if self._mentions is not None:
            return tuple(self._mentions)
        if self.subject.words is None:
            return ()
        found = words_of_client(self.subject.client)
        return tuple(interleaved(found.hosts, found.endings, found.keywords))
