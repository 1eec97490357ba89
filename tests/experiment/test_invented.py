"""Clients that are made up at random, with truth that is: all of it found, nothing else, cheaply.

Each sends a request for each thing that it knows: a copy or a digest of one factor, a flag or a
hidden mark that takes one factor or two, each at some of the levels.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

import pytest

from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.observation.records import Request
from tests.experiment.model import CLIENT, Behaviour, Levels, causes, request, run_audit

SINGLES, PAIRS = 6, 3
COMBINED = 7
"""So many levels of a factor are combined strictly, where all factors are varied."""

Rule = Callable[[Levels], str]


def invented(seed: int) -> tuple[Behaviour, set[tuple[str, ...]]]:
    """A client, and the causes of what it sends."""
    chance = random.Random(seed)
    known = build_scope(CLIENT, AuditOptions(seed=seed)).levels
    names = sorted(name for name, levels in known.items() if len(levels) > 2)
    rules: list[Rule] = []
    truth: set[tuple[str, ...]] = set()
    for name in chance.sample(names, SINGLES):
        truth.add((name,))
        rules.append(one(name, some(known[name], chance), chance.choice(("copy", "hash", "flag"))))
    while len(truth) < SINGLES + PAIRS:
        pair = tuple(sorted(chance.sample(names, 2)))
        if pair not in truth:
            truth.add(pair)
            rules.append(both({name: some(known[name], chance) for name in pair}))
    return sends(rules), truth


def some(levels: tuple[str, ...], chance: random.Random) -> frozenset[str]:
    """One of the levels that are combined strictly, two, or all."""
    named = levels[1 : 1 + COMBINED]
    return frozenset(chance.sample(named, chance.choice((1, min(2, len(named)), len(named)))))


def one(name: str, active: frozenset[str], how: str) -> Rule:
    def choose_value(levels: Levels) -> str:
        if levels[name] not in active:
            return "nothing"
        text = f"it is {levels[name]}"
        return {"copy": text, "hash": hashlib.sha256(text.encode()).hexdigest()}.get(how, "yes")

    return choose_value


def both(active: dict[str, frozenset[str]]) -> Rule:
    def choose_value(levels: Levels) -> str:
        here = all(levels[name] in those for name, those in active.items())
        return f"Today{'’' if here else chr(39)}s date"

    return choose_value


def sends(rules: list[Rule]) -> Behaviour:
    def behaves(levels: Levels, chance: random.Random) -> list[Request]:
        return [
            request(
                {
                    "told": rule(levels),
                    "id": f"{chance.getrandbits(128):032x}",
                    "count": chance.randrange(50),
                    "tags": chance.sample("abcd", chance.randrange(1, 5)),
                },
                host=f"h{number}.example",
            )
            for number, rule in enumerate(rules)
        ]

    return behaves


@pytest.mark.parametrize("seed", range(2))
def test_all_that_one_factor_or_two_do_is_found_in_under_300_trials(seed, tmp_path):
    behaviour, truth = invented(seed)
    report = run_audit(behaviour, tmp_path, seed=seed)
    assert causes(report) == truth
    assert report.trials < 300
