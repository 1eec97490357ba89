"""The boundaries of a statement, found by evaluating it, without any trial.

A statement is a function from a machine to true or false; nothing else is known about it.  It is
evaluated for many machines: the user's examples, the control, and machines drawn from named
levels, levels made of words, and enumerated levels (all time zones).  Machines for which it holds
are simplified: each level goes back to the control if the statement still holds.  From these
simplest machines, each factor that the statement reads is varied over all its known levels and
their neighbours (:mod:`lab.testing.contracts.neighbours`).  Machines for which the statement then
holds are *inside*.  Machines for which it does not hold are *outside*, one level from where it
holds; a client with a slightly wrong rule is likely to fail there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

import msgspec

from lab.environment import Change, Environment
from lab.experiment.search.level_variants import build_levels_from_words
from lab.factors.registry import find_conflict, get_factor
from lab.testing.contracts.neighbours import interleave, is_plausible, neighbouring_levels
from lab.testing.contracts.sampling import MachinePopulation
from lab.testing.contracts.statement import Machine, Statement, evaluate_statement

__all__ = [
    "Boundaries",
    "KnownLevels",
    "collect_levels",
    "find_boundaries",
    "find_factors_read",
    "simplify",
]

_HOST = re.compile(r"[A-Za-z0-9.-]+")
_MAX_DRAWN = 20_000
_SAMPLE_SIZE = 60
_MAX_BASES = 6
_MAX_MENTIONED = 60
_MAX_NEIGHBOURED = 12
_SHARES = {"control": 0.25, "named": 0.35, "made": 0.25, "listed": 0.15}


class KnownLevels(msgspec.Struct, frozen=True):
    """The levels of one factor that are worth a trial, by origin."""

    control: str
    named: tuple[str, ...]
    mentioned: tuple[str, ...] = ()
    """Levels made of words that the statement or the client mentions."""
    enumerated: tuple[str, ...] = ()
    """All levels of the factor, if they can be enumerated."""

    def all_levels(self) -> tuple[str, ...]:
        """Each level once, the likeliest to matter first."""
        return tuple(dict.fromkeys((self.control, *self.mentioned, *self.named, *self.enumerated)))

    def simplest_first(self) -> tuple[str, ...]:
        """Each level once, the easiest to read first."""
        return tuple(dict.fromkeys((self.control, *self.named, *self.mentioned, *self.enumerated)))

    def weights(self) -> Mapping[str, float]:
        """The probability of each level; every kind of level has a fixed share."""
        kinds = {
            "control": (self.control,),
            "named": self.named,
            "made": self.mentioned,
            "listed": self.enumerated,
        }
        found: dict[str, float] = {}
        for kind, levels in kinds.items():
            for text in levels:
                found[text] = found.get(text, 0.0) + _SHARES[kind] / len(levels)
        whole = sum(found.values())
        return {text: weight / whole for text, weight in found.items()}


class Boundaries(msgspec.Struct, frozen=True):
    """Machines on both sides of a statement, the simplest and nearest first."""

    factors_read: tuple[str, ...]
    """The factors that the statement reads."""
    simplest: tuple[Environment, ...]
    """Machines for which it holds, and no longer holds if any level goes back to the control."""
    inside: tuple[Environment, ...]
    outside: tuple[Environment, ...]


def collect_levels(
    names: Iterable[str],
    words: Sequence[str],
    given: Iterable[Mapping[str, str]] = (),
    servers: Container[str] = (),
) -> dict[str, KnownLevels]:
    """For each factor the levels worth a trial.

    No machine gets the name of a server that the client contacts: the client would reach its own
    machine, fail, and show nothing.

    Args:
        names: The factors.
        words: Texts that the statement or the client mentions.
        given: The user's examples.
        servers: Hosts that the client talks to.
    """
    found = {}
    for name in names:
        item = get_factor(name)
        own = [levels[name] for levels in given if name in levels]
        some = [word for word in words if is_plausible(item, word)]
        if item.routes:
            some = [word for word in some if "://" in word or _HOST.fullmatch(word)]
        if name == "hostname":
            some = [word for word in some if word not in servers]
        made = tuple(dict.fromkeys((*own, *build_levels_from_words(item, some))))[:_MAX_MENTIONED]
        found[name] = KnownLevels(
            item.control, item.levels, made, item.every() if item.every is not None else ()
        )
    return found


def find_factors_read(
    statement: Statement,
    levels: Mapping[str, KnownLevels],
    rng: random.Random,
    missing: Mapping[str, str] | None = None,
) -> frozenset[str]:
    """The factors that a statement reads on any of a sample of machines.

    Args:
        statement: The statement.
        levels: The known levels of each factor.
        rng: Draws the machines.
        missing: Factors that no machine has, with the reason.
    """
    read: set[str] = set()

    def reading(machine: Machine) -> object:
        try:
            return statement(machine)
        finally:
            read.update(machine.read)

    population = MachinePopulation({name: each.weights() for name, each in levels.items()})
    population.draw(
        reading, True, _SAMPLE_SIZE, max_examined=_MAX_DRAWN // 10, rng=rng, missing=missing
    )
    population.draw(
        reading, False, _SAMPLE_SIZE, max_examined=_MAX_DRAWN // 10, rng=rng, missing=missing
    )
    return frozenset(read)


def find_boundaries(
    statement: Statement,
    levels: Mapping[str, KnownLevels],
    *,
    examples: Sequence[Environment] = (),
    fixed: Mapping[str, str] | None = None,
    missing: Mapping[str, str] | None = None,
    rng: random.Random,
) -> Boundaries:
    """The boundaries of a statement: machines on both sides of it.

    Args:
        statement: The statement.
        levels: The known levels of each factor.
        examples: Machines that the user gave.
        fixed: Levels that do not vary.
        missing: Factors that no machine has, with the reason.
        rng: Draws the machines.
    """
    fixed = fixed or {}
    control = Environment.of({name: each.control for name, each in levels.items()}).but(fixed)
    reads: set[str] = set()

    def holds(environment: Environment) -> bool:
        machine = Machine(environment.mapping, missing)
        answer = evaluate_statement(statement, machine)
        reads.update(machine.read)
        return answer

    population = MachinePopulation(
        {name: each.weights() for name, each in levels.items()}
    ).fix_levels(fixed)
    drawn = population.draw(
        statement, True, _SAMPLE_SIZE, max_examined=_MAX_DRAWN, rng=rng, missing=missing
    ).environments
    accepted = [each.but(fixed) for each in (control, *examples, *drawn)]
    plainest = {simplify(each, control, holds): None for each in accepted if holds(each)}
    order = {name: each.simplest_first() for name, each in levels.items()}
    bases = sorted(plainest, key=lambda each: _complexity_rank(control.difference(each), order))
    about = tuple(sorted(reads - fixed.keys()))
    some = _select_bases(bases, control)
    sweeps: tuple[list[list[Environment]], list[list[Environment]]] = [], []
    for number, base in enumerate(some):
        for name in about:
            around = _vary_factor(name, base, levels[name], holds, listed=number == 0)
            sides: tuple[list[Environment], list[Environment]] = [], []
            for each in around:
                if find_conflict(each) is None:
                    sides[holds(each)].append(each)
            for side in (False, True):
                sweeps[side].append(sides[side])
    beside, inside = (
        # Variations of the simplest machine first: those of others mostly give the same result.
        [*interleave(*side[: len(about)], list(interleave(*side[len(about) :])))]
        for side in sweeps
    )
    first = [] if holds(control) else [control]
    sweep = iter(inside)
    return Boundaries(
        about,
        tuple(bases),
        tuple(dict.fromkeys((*bases[:1], *interleave(sweep, sweep, some, bases)))),
        tuple(dict.fromkeys((*first, *beside))),
    )


def simplify(
    environment: Environment, control: Environment, holds: Callable[[Environment], bool]
) -> Environment:
    """This environment with as many levels at the control as ``holds`` allows.

    No single further level can go back.

    Args:
        environment: The environment.
        control: The levels to go back to.
        holds: Whether an environment still has the property.
    """
    moved = [change.factor for change in control.difference(environment)]
    # Most levels are not needed: try to reset halves together before single levels.
    size = len(moved)
    while size:
        left = [name for name in moved if environment[name] != control[name]]
        size = min(size, len(left))
        gone = False
        for start in range(0, len(left), size or 1):
            some = {name: control[name] for name in left[start : start + size]}
            fewer = environment.but(some)
            if find_conflict(fewer) is None and holds(fewer):
                environment, gone = fewer, True
        if not gone or size > 1:
            size //= 2
    return environment


def _vary_factor(
    name: str,
    base: Environment,
    levels: KnownLevels,
    holds: Callable[[Environment], bool],
    *,
    listed: bool,
) -> list[Environment]:
    """This machine with other levels of a factor; enumerated levels only if ``listed``.

    The side of the statement with fewer of the known levels is probably the one that the statement
    lists, so the neighbours of these levels come first.
    """
    item, own = get_factor(name), base[name]
    known = dict.fromkeys((own, *levels.mentioned, *levels.named, levels.control))
    sides: tuple[list[str], list[str]] = [], []
    for text in known:
        sides[holds(base.but({name: text}))].append(text)
    written = min(sides, key=len)
    others = [text for text in levels.mentioned if text not in written]
    beside, further = (
        interleave(*(neighbouring_levels(item, text) for text in some[:_MAX_NEIGHBOURED]))
        for some in (written, others)
    )
    here = interleave(neighbouring_levels(item, own), levels.mentioned)
    tried = interleave(written[:_MAX_NEIGHBOURED], beside, levels.named, here, further)
    around = dict.fromkeys((levels.control, *tried, *(levels.enumerated if listed else ())))
    around.pop(own, None)
    return [base.but({name: text}) for text in around]


def _complexity_rank(
    changes: Sequence[Change], order: Mapping[str, Sequence[str]]
) -> tuple[object, ...]:
    """Fewer changes first, then levels that come early in their factor's order."""
    positions = [
        order[each.factor].index(each.right)
        if each.right in order[each.factor]
        else len(order[each.factor])
        for each in changes
    ]
    return len(positions), sum(positions), [(each.factor, each.right) for each in changes]


def _select_bases(bases: Sequence[Environment], control: Environment) -> list[Environment]:
    """Some of the bases: one of each set of varied factors first, then others."""
    kinds: dict[tuple[str, ...], list[Environment]] = {}
    for base in bases:
        moved = tuple(change.factor for change in control.difference(base))
        kinds.setdefault(moved, []).append(base)
    return list(interleave(*kinds.values()))[:_MAX_BASES]
