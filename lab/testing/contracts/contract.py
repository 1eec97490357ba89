"""Contracts: a vendor states what a probe may do, and the lab tries to break the statement.

A *probe* is code in a client that does something on some machines only, such as adding a mark
to requests where an account is resold.  Its vendor says on which machines it fires and on
which it never may, what it never sends and whom it never talks to.  Each such statement is one
method of :class:`Contract`, asked in a test by ``assert``; the answer is a
:class:`~lab.testing.contracts.verdict.Verdict`.

Statements about machines are functions: ``lambda machine: machine["timezone"] in ZONES``.  They
are taken at their word for every machine that the lab can make, so that a statement which
forgets a case is broken as well, like a probe that does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from lab.clients.profile import Client, Profile, Provider
from lab.clients.shipped import anything
from lab.clients.words import words as words_of_client
from lab.environment import Environment
from lab.errors import UsageError
from lab.factors.registry import factor, impossible, inert, level
from lab.sandbox.laboratory import bare_surroundings, endpoint_of
from lab.testing import current
from lab.testing.contracts.breaking import Effort
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.edges import (
    Edges,
    Levels,
    edges,
    factors_read,
    known_levels,
)
from lab.testing.contracts.hosts import allowed_names, elsewhere
from lab.testing.contracts.inquiry import Inquiry
from lab.testing.contracts.lookout import Fires, Lookout
from lab.testing.contracts.machine import Machine, Statement
from lab.testing.contracts.mentioned import mentioned
from lab.testing.contracts.population import Population, stated
from lab.testing.contracts.secrecy import Secrecy
from lab.testing.contracts.spoken import spoken
from lab.testing.contracts.turns import interleaved
from lab.testing.contracts.verdict import Verdict
from lab.testing.observed import Observed
from lab.testing.subject import Subject

__all__ = ["Contract", "contract"]

OPTOUT = "optout"

_IN_TWIN = Effort(1000, replicates=8)
_IN_CELLS = Effort(40, replicates=6)
_SAMPLES_IN_TWIN = 200
_SAMPLES_IN_CELLS = 10
_BACKGROUNDS = 12


def contract(
    client: str | Sequence[str] | Client | Callable[[], object] | Subject | None = None,
    *,
    fires: Fires | None = None,
    profile: str | Profile | None = None,
    optout: Mapping[str, str] | None = None,
    endpoint_variable: str | None = None,
    host: str | None = None,
    examples: Iterable[Mapping[str, str]] = (),
    factors: Iterable[str] | None = None,
    population: Mapping[str, Mapping[str, float]] | None = None,
    trials: int | None = None,
    samples: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    home: Path = Path(".lab"),
) -> Contract:
    """What a client may do, to be stated by the methods of the contract.

    >>> import socket, urllib.request
    >>> def probe():
    ...     urllib.request.urlopen("https://collect.example/start?on=" + socket.gethostname())
    >>> promise = lab.contract(probe, factors=["hostname"], trials=10, samples=2)
    >>> bool(promise.only_to("collect.example"))
    True
    >>> bool(promise.never_sends("hostname"))
    False

    ``client`` is CLIENT as on the command line, or a Python callable without arguments, which
    runs in the lab's twin; left out, it is what ``--lab-client`` names.  ``fires(seen)`` says
    of what one trial sent whether the probe fired: ``lambda seen: "x-probe" in seen.text``.

    Of a callable, ``profile`` (or its parts: the ``optout`` variables, the
    ``endpoint_variable`` and the official ``host``) says how its user configures it.
    ``examples`` are levels of machines that are worth a trial.  ``factors`` are those that
    vary, by default all that reach the client.  ``population`` has weights of levels where the
    machines that rates are about are not to be uniform.

    Each statement may take so many ``trials`` (in the twin 1000, in cells 40) or ``seconds``
    of search, and as many again to estimate rates: ``samples`` (200, 10) on each side.

    UsageError for an unknown factor or level, and where no client is named.
    """
    parts = (optout, endpoint_variable, host)
    if callable(client) and any(part is not None for part in parts):
        if profile is not None:
            raise UsageError("profile has the opt-out and the endpoint already; give one or other")
        profile = _profile(client, optout or {}, endpoint_variable, host)
    elif any(part is not None for part in parts):
        raise UsageError("optout, endpoint_variable and host are for a callable; write a profile")
    subject = (
        current.subject()
        if client is None
        else client
        if isinstance(client, Subject)
        else Subject.open(client, home=home, seed=seed, profile=profile)
    )
    usual = _IN_TWIN if subject.words is None else _IN_CELLS
    count = _SAMPLES_IN_TWIN if subject.words is None else _SAMPLES_IN_CELLS
    effort = msgspec.structs.replace(
        usual, trials=_counted("trials", trials, usual.trials), seconds=seconds
    )
    return Contract(
        subject,
        fires,
        mentions=mentioned(client) if callable(client) else None,
        examples=[{name: level(name, text) for name, text in each.items()} for each in examples],
        factors=factors,
        population=population,
        effort=effort,
        samples=_counted("samples", samples, count),
        seed=seed,
        own=not (client is None or isinstance(client, Subject)),
    )


class Contract:
    """The statements about one client; :func:`contract` makes it.

    Statements share their trials.  Machines on which an earlier statement met the probe are
    where a later one begins.
    """

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
        self._own = own
        self._fires = fires
        self._lookout = Lookout(subject, fires or (lambda seen: False))
        self._mentions = mentions
        self._examples = examples
        self._missing = dict(subject.out_of_reach)
        self._names = self._varied(factors)
        self._population = stated(self._names, population)
        self._effort = effort
        self._samples = samples
        self._seed = seed
        self._looked_for = False

    def __repr__(self) -> str:
        return f"<contract for {self.subject.label}>"

    def observe(self, environment: Environment) -> Observed:
        """What the client sends in an environment, such as one that breaks a statement."""
        return self.subject.observe(environment)

    # --- statements -------------------------------------------------------------------------

    def fires_when(self, statement: Statement) -> Verdict:
        """On every machine for which the statement holds, the probe fires.

        Unless the statement reads ``optout``, it is about users who did not opt out.
        """
        here = self._stated(statement)
        misses, false_positives = self._both("fires_when", statement, here)
        return self._answer(misses, here, (*here.found.inside,), besides=(false_positives,))

    def silent_unless(self, statement: Statement) -> Verdict:
        """Only on machines for which the statement holds does the probe fire.

        Unless the statement reads ``optout``, it is about users who did not opt out.
        """
        here = self._stated(statement)
        misses, false_positives = self._both("silent_unless", statement, here)
        alone = self._alone(here)
        tried = (*here.found.near[: len(alone)], *interleaved(here.found.near[len(alone) :], alone))
        return self._answer(false_positives, here, tried, besides=(misses,))

    def fires_exactly_when(self, statement: Statement) -> Verdict:
        """The probe fires on all machines for which the statement holds, and on no others."""
        name = f"fires_exactly_when({spoken(statement)})"
        first, second = self.fires_when(statement), self.silent_unless(statement)
        worst = min(
            second, first, key=lambda verdict: ("broken", "open", "held").index(verdict.outcome)
        )
        tried = first.tried + second.tried
        return msgspec.structs.replace(worst, statement=name, tried=tried)

    def silent_when_opted_out(self) -> Verdict:
        """Where the user has opted out, the probe never fires.

        Open where it fires nowhere without the opt-out either, as that would tell nothing.
        """
        out = {OPTOUT: self._optout_level()}
        here = self._anywhere(held=out)
        fired = self._fired()
        claim = Claim(
            name="silent_when_opted_out()",
            statement=lambda machine: True,
            side=True,
            wrong=self._lookout.fires,
            breach="fires although the user has opted out",
            rate="fires",
            among="machines whose user has opted out",
            held=out,
            missing=self._missing,
        )
        idle = None
        if not fired:
            idle = (
                "it fired on no machine without the opt-out either, so that silence tells "
                "nothing; give examples=[{…}] of machines on which it fires"
            )
        tried = (*(each.but(out) for each in fired), *self._alone(here))
        return self._answer(claim, here, tried, idle=idle)

    def never_sends(self, name: str) -> Verdict:
        """What leaves the machine does not depend on this factor, and holds no copy of its level.

        Where the factor decides where traffic goes, that is no breach.
        """
        self._require(name)
        secrecy = Secrecy(self._lookout, name, self._seed)
        control = factor(name).control
        here = self._anywhere(held={})
        backgrounds = [here.control, *self._fired()[:_BACKGROUNDS]]
        first = secrecy.levels
        mentioned = here.levels[name].made
        claim = Claim(
            name=f"never_sends({name!r})",
            statement=lambda machine: machine[name] != control,
            side=True,
            wrong=lambda environment, replicate: secrecy.tells(environment),
            breach=f"tells of {name} in what it sends",
            rate="tells of it",
            among=f"machines with another {name} than the control",
            missing=self._missing,
            steady=True,
            story=lambda environment: secrecy.findings(environment) or (),
        )
        levels = [text for text in dict.fromkeys((*first, *mentioned)) if text != control]
        tried = [each.but({name: text}) for text in levels for each in backgrounds]
        alone = [each.but({name: levels[0]}) for each in self._alone(here)]
        return self._answer(claim, here, (*tried, *alone), bases=tried[: len(backgrounds)])

    def only_to(self, *hosts: str) -> Verdict:
        """Nothing goes to any other host, by whatever protocol; ``*`` stands for any text.

        The endpoint that a user configures stands for the provider's own host; the proxy and
        the name servers that the machine is configured with are ways, and no destinations.
        """
        allowed = allowed_names(hosts)
        endpoint = endpoint_of(self.subject.client)
        here = self._anywhere(held={})

        def strays(environment: Environment, replicate: int = 0) -> tuple[str, ...] | None:
            trial = self._lookout.look(environment, replicate)
            if trial is None:
                return None
            return elsewhere(trial.observation, environment, endpoint, allowed)

        def wrong(environment: Environment, replicate: int) -> bool | None:
            found = strays(environment, replicate)
            return None if found is None else bool(found)

        claim = Claim(
            name=f"only_to({', '.join(map(repr, hosts))})",
            statement=lambda machine: True,
            side=True,
            wrong=wrong,
            breach="talks to others",
            rate="talks to others",
            among="machines",
            missing=self._missing,
            story=lambda environment: (f"to {', '.join(strays(environment) or ())}",),
        )
        tried = (here.control, *self._fired(), *self._alone(here))
        return self._answer(claim, here, tried)

    # --- what they have in common -----------------------------------------------------------

    def _both(self, name: str, statement: Statement, here: _Place) -> tuple[Claim, Claim]:
        """The two ways to break a statement: it stays silent where it should not, or fires."""
        self._require_fires()
        words = f"{name}({spoken(statement)})"
        misses = Claim(
            name=words,
            statement=statement,
            side=True,
            wrong=self._silent,
            breach="stays silent although the statement holds",
            rate="misses",
            among="machines for which the statement holds",
            held=here.held,
            missing=self._missing,
        )
        false_positives = msgspec.structs.replace(
            misses,
            side=False,
            wrong=self._lookout.fires,
            breach="fires although the statement does not hold",
            rate="false positives",
            among="machines for which the statement does not hold",
        )
        return misses, false_positives

    def _silent(self, environment: Environment, replicate: int) -> bool | None:
        fired = self._lookout.fires(environment, replicate)
        return None if fired is None else not fired

    def _answer(
        self,
        claim: Claim,
        here: _Place,
        tried: Iterable[Environment],
        *,
        bases: Sequence[Environment] = (),
        besides: Sequence[Claim] = (),
        idle: str | None = None,
    ) -> Verdict:
        inquiry = self._inquiry(here.levels)
        first = list(dict.fromkeys(tried))
        start = bases or [*here.found.plain[:_BACKGROUNDS], *self._known_to_fire()[:_BACKGROUNDS]]
        try:
            return inquiry.answer(
                claim, first, start, reads=here.found.reads, besides=besides, idle=idle
            )
        finally:
            if self._own:
                self.subject.close()

    def _inquiry(self, levels: dict[str, Levels]) -> Inquiry:
        return Inquiry(
            self._lookout, levels, self._population, self._effort, self._samples, self._seed
        )

    def _stated(self, statement: Statement) -> _Place:
        """The edges of a statement."""
        levels = self._known_levels(statement)
        asked_for = factors_read(
            statement, levels, random.Random(f"{self._seed} reads"), self._missing
        )
        for name in sorted(asked_for):
            self._require(name)
        held = {} if OPTOUT in asked_for else self._not_out
        found = self._edges(statement, levels, held)
        return _Place(levels, held, found, self._control(levels).but(held))

    def _anywhere(self, held: Mapping[str, str]) -> _Place:
        """No statement: every machine is meant."""
        levels = self._known_levels(None)
        return _Place(levels, held, Edges((), (), (), ()), self._control(levels).but(held))

    def _known_levels(self, statement: Statement | None) -> dict[str, Levels]:
        return known_levels(self._names, self._words(statement), self._examples, self._servers)

    @cached_property
    def _servers(self) -> frozenset[str]:
        """Hosts that the client talks to where nothing is varied."""
        self._lookout.grant(1)
        trial = self._lookout.look(self.subject.control)
        return frozenset(() if trial is None else trial.hosts)

    def _edges(
        self, statement: Statement, levels: dict[str, Levels], held: Mapping[str, str]
    ) -> Edges:
        return edges(
            statement,
            levels,
            examples=[self._control(levels).but(each) for each in self._examples],
            held=held,
            missing=self._missing,
            chance=random.Random(f"{self._seed} edges"),
        )

    def _control(self, levels: Mapping[str, Levels]) -> Environment:
        return Environment.of({name: each.control for name, each in levels.items()})

    def _alone(self, here: _Place) -> list[Environment]:
        """The machine with nothing varied, and with each known level of one factor."""
        some = [
            [here.control.but({name: text}) for text in (*known.named, *known.made)]
            for name, known in here.levels.items()
            if name not in here.held
        ]
        found = (here.control, *interleaved(*some))
        return [each for each in dict.fromkeys(found) if impossible(each) is None]

    def _known_to_fire(self) -> list[Environment]:
        """Machines on which the probe was seen to fire without an opt-out, the plainest first."""
        held, control = self._not_out, self.subject.control
        met = [each for each in self._lookout.fired() if each.but(held) == each]
        return sorted(
            met, key=lambda each: (len(control.but(each.mapping).difference(control)), each)
        )

    @property
    def _not_out(self) -> Mapping[str, str]:
        return {OPTOUT: factor(OPTOUT).control} if OPTOUT in self._names else {}

    def _fired(self) -> list[Environment]:
        """The same; where no statement has met any so far, they are looked for."""
        known = self._known_to_fire()
        if known or self._fires is None or self._looked_for:
            return known
        self._looked_for = True
        here = self._anywhere(self._not_out)
        claim = Claim(
            name="fires",
            statement=lambda machine: True,
            side=True,
            wrong=self._lookout.fires,
            breach="fires",
            rate="fires",
            among="machines",
            held=here.held,
            missing=self._missing,
        )
        crowd = Population({name: each.weights() for name, each in here.levels.items()})
        drawn = crowd.holding(here.held).draw(
            claim.statement,
            True,
            self._effort.trials,
            most=2 * self._effort.trials,
            chance=random.Random(f"{self._seed} fires"),
        )
        given = [here.control.but(each) for each in self._examples]
        begin = (*given, *interleaved(self._alone(here), drawn.environments))
        self._inquiry(here.levels).search(claim).run(begin, given)
        return self._known_to_fire()

    def _words(self, statement: Statement | None) -> tuple[str, ...]:
        """What is mentioned by the statement and by the client, in turn."""
        own = () if statement is None else mentioned(statement)
        words = dict.fromkeys(interleaved(own, self._client_words))
        plain = {*self._names, *(factor(name).control for name in self._names)}
        return tuple(word for word in words if word not in plain and any(map(str.isalnum, word)))

    @cached_property
    def _client_words(self) -> tuple[str, ...]:
        if self._mentions is not None:
            return tuple(self._mentions)
        if self.subject.words is None:
            return ()
        found = words_of_client(self.subject.client)
        return tuple(interleaved(found.hosts, found.endings, found.keywords))

    # --- what cannot be asked ---------------------------------------------------------------

    def _varied(self, chosen: Iterable[str] | None) -> tuple[str, ...]:
        reached = tuple(self.subject.control.mapping)
        if chosen is None:
            return reached
        if isinstance(chosen, str):
            raise UsageError(f"factors is a list of names; write factors=[{chosen!r}]")
        names = tuple(sorted({factor(name).name for name in chosen}))
        for name in names:
            if name in self._missing:
                raise UsageError(f"{name} cannot be varied here: {self._missing[name]}")
        return names

    def _require(self, name: str) -> None:
        """That a factor exists, varies here, and means something to the client."""
        Machine(dict.fromkeys(self._names, ""), self._missing)[name]
        if not inert(name, bare_surroundings(self.subject.client)):
            return
        mend = {
            "optout": "optout={'NAME': '1'}, or [optout] in its profile",
            "endpoint": "endpoint_variable='NAME', or [provider] in its profile",
        }.get(name, "its profile")
        raise UsageError(
            f"{name} changes nothing for {self.subject.label}, so that nothing can be said of it; "
            f"say how it is told: {mend}"
        )

    def _optout_level(self) -> str:
        self._require_fires()
        self._require(OPTOUT)
        (out,) = factor(OPTOUT).levels
        return out

    def _require_fires(self) -> None:
        if self._fires is None:
            raise UsageError(
                "nothing says when the probe fires; write "
                'lab.contract(…, fires=lambda seen: "x-probe" in seen.text)'
            )


class _Place(msgspec.Struct, frozen=True):
    """Where a statement is put to the test."""

    levels: dict[str, Levels]
    held: Mapping[str, str]
    found: Edges
    control: Environment


def _profile(
    call: Callable[[], object], optout: Mapping[str, str], variable: str | None, host: str | None
) -> Profile:
    name = getattr(call, "__qualname__", type(call).__qualname__).rpartition(".")[2]
    plain = anything(name, ("client",))
    provider = Provider(
        protocols=plain.provider.protocols,
        host=host,
        endpoint_variable=variable or plain.provider.endpoint_variable,
    )
    return msgspec.structs.replace(plain, optout=dict(optout), provider=provider)


def _counted(name: str, given: int | None, usual: int) -> int:
    if given is None:
        return usual
    if given < 1:
        raise UsageError(f"{name} is a number of at least 1, not {given}")
    return given
