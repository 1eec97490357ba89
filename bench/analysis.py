"""CPU that reasoning takes: it should be little beside the trials that it reasons about.

The trials are made up: thousands of places, of which most never vary, some are noise, some
copy a factor, and a few depend on two factors together.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from itertools import count

from bench.figures import Figure, Result
from lab.environment import Environment
from lab.experiment.analysis import analyse
from lab.experiment.design.covering_array import plan
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.observation.features import Features, HostRoles, extract_features
from lab.observation.location import Location
from lab.observation.records import Exit, Observation, Request

NAME = "analysis"
HELP = "CPU time of the reasoning over 300 trials"
DEFAULT_TRIALS = 3
IN_ALL = True

TRIALS = 300
LOCATIONS = 2000
BODY_LOCATIONS = 600
LEVELS = {
    f"factor{number}": ["usual", *(f"level {number}.{other}" for other in range(14))]
    for number in range(6)
}
FACTORS = tuple(LEVELS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the common options are enough."""


def run(arguments: argparse.Namespace) -> Result:
    """Analyse the same trials several times, and take features from a large request."""
    rounds: int = arguments.trials
    rows = _make_rows()
    once, extracted, found = [], [], 0
    for _ in range(rounds):
        used = time.process_time()
        said = analyse(rows, rows[0].environment, routes=frozenset(), seed=0)
        once.append(time.process_time() - used)
        found = len(said.effects)
        used = time.process_time()
        features = extract_features(_make_observation(), HostRoles())
        extracted.append((time.process_time() - used) * 100)
    return Result(
        f"analysis, {TRIALS} trials with {LOCATIONS} places each",
        "CPU of the lab's reasoning",
        "nothing that would be comparable",
        (
            Figure.of(f"analysis of all {TRIALS} trials", "s", once),
            Figure.of("analysis for each 100 trials", "s", [t * 100 / TRIALS for t in once]),
            Figure.of("features of 100 trials", "s", extracted),
        ),
        (
            f"{found} effects found; features come from a body with {len(features)} places.",
            "An audit analyses all trials anew after each round: 3 to 18 times.",
        ),
    )


def _make_rows() -> list[Row]:
    chance = random.Random("bench")
    rows = []
    for environment, replicate in _list_environments():
        rows.append(Row(PlannedTrial(environment, replicate), _make_features(environment, chance)))
    return rows


def _list_environments() -> Iterator[tuple[Environment, int]]:
    """The trials of a design, the control's first, and replicates of them to the number wanted."""
    design = plan(LEVELS, strength=2, seed=0)
    control = [(design.control, number) for number in range(10)]
    planned = [each.environment for each in (*design.singles, *design.array)]
    trials = [*control, *((each, 0) for each in planned if each != design.control)]
    for number in count(1):
        if len(trials) >= TRIALS:
            break
        trials += [(each, number) for each in planned if each != design.control]
    yield from trials[:TRIALS]


def _make_features(environment: Environment, chance: random.Random) -> Features:
    found: dict[Location, tuple[str, ...]] = {}
    for number in range(LOCATIONS):
        place = Location(
            "http", "api.example.com", "POST", "/v1/messages", "body", f"/part/{number}"
        )
        found[place] = (_make_value(number, environment, chance),)
    return found


def _make_value(number: int, environment: Environment, chance: random.Random) -> str:
    """Of 100 places: 85 constant, 10 noise, 3 copies, a text with a mark, an interaction."""
    kind, factor = number % 100, FACTORS[number // 100 % len(FACTORS)]
    following = FACTORS[(number // 100 + 1) % len(FACTORS)]
    if kind < 85:
        return f"the same text in place {number}, as in most of what a client sends"
    if kind < 95:
        return f"session {chance.getrandbits(64):016x} at {chance.randrange(10**9, 10**10)}"
    if kind < 98:
        return f"a text that names the {environment[factor]} among other words"
    if kind == 98:
        mark = "’" if environment[factor] > "m" else "'"
        return f"today{mark}s date, in a prompt of several words " * 4
    both = environment[factor] != "usual" and environment[following] != "usual"
    return "both" if both else "not both"


def _make_observation() -> Observation:
    """One large request: the rest of a trial is small beside it."""
    parts = [
        {"name": f"part {n}", "text": "several words of a prompt " * 8}
        for n in range(BODY_LOCATIONS // 2)
    ]
    body = json.dumps({"parts": parts}).encode()
    headers: Sequence[tuple[bytes, bytes]] = ((b"Content-Type", b"application/json"),)
    request = Request(
        connection=0, at=0.0, version="1.1", scheme="https", host="api.example.com", port=443,
        method="POST", target="/v1/messages", headers=tuple(headers), body=body, size=len(body),
    )  # fmt: skip
    return Observation((request,), Exit(1.0, "finished", 0, None, 0.5, b"", b""))
