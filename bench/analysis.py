"""CPU time of the reasoning, which should be small beside the trials that it reasons about.

The trials are synthetic: thousands of locations, of which most never vary, some are noise, some
copy a factor, and a few depend on two factors together.  The last rounds of an audit of 300
trials are analysed twice, from scratch and with what the round before computed.
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
from lab.experiment.columns.round_cache import RoundCache
from lab.experiment.design.covering_array import plan
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.observation.features import Features, HostRoles, extract_features
from lab.observation.location import Location
from lab.observation.records import Exit, Observation, Request

NAME = "analysis"
HELP = "CPU time of the reasoning over 300 trials, and of its last rounds"
DEFAULT_TRIALS = 3
IN_ALL = True

TRIALS = 300
AUDIT_ROUNDS = (276, 288, 300)
"""The number of trials that there are in each of the last rounds of an audit."""
LOCATIONS = 2000
BODY_LOCATIONS = 600
LEVELS = {
    f"factor{number}": ["usual", *(f"level {number}.{other}" for other in range(14))]
    for number in range(6)
}
FACTORS = tuple(LEVELS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments: the common options are enough."""


def run(arguments: argparse.Namespace) -> Result:
    """Analyse the same trials several times, and extract the features of a large request."""
    rounds: int = arguments.trials
    rows = _make_rows(TRIALS)
    audit = _make_rows(AUDIT_ROUNDS[-1])
    once, extracted, found = [], [], 0
    scratch, incremental = [], []
    for _ in range(rounds):
        used = time.process_time()
        said = analyse(rows, rows[0].environment, routes=frozenset(), seed=0)
        once.append(time.process_time() - used)
        found = len(said.effects)
        used = time.process_time()
        features = extract_features(_make_observation(), HostRoles())
        extracted.append((time.process_time() - used) * 100)
        scratch.append(_time_rounds(audit, None))
        incremental.append(_time_rounds(audit, RoundCache()))
    return Result(
        f"analysis, {TRIALS} trials with {LOCATIONS} locations each",
        "CPU of the lab's reasoning",
        "for the last rounds: the same analysis from scratch",
        (
            Figure.of(f"analysis of all {TRIALS} trials", "s", once),
            Figure.of("analysis for each 100 trials", "s", [t * 100 / TRIALS for t in once]),
            Figure.of("features of 100 trials", "s", extracted),
            Figure.of(f"last rounds of {AUDIT_ROUNDS[-1]} trials", "s", incremental, scratch),
        ),
        (
            f"{found} effects found; features come from a body with {len(features)} locations.",
            "An audit analyses all its trials after each round: 3 to 18 times.",
        ),
    )


def _time_rounds(rows: Sequence[Row], comparisons: RoundCache | None) -> float:
    """CPU seconds of the last rounds, after one that is not measured."""
    control = rows[0].environment

    def analyse_first(trials: int) -> None:
        analyse(rows[:trials], control, routes=frozenset(), seed=0, comparisons=comparisons)

    first, *rounds = AUDIT_ROUNDS
    if comparisons is not None:
        analyse_first(first)
    used = time.process_time()
    for trials in rounds:
        analyse_first(trials)
    return time.process_time() - used


def _make_rows(trials: int) -> list[Row]:
    chance = random.Random("bench")
    rows = []
    for environment, replicate in _list_environments(trials):
        rows.append(Row(PlannedTrial(environment, replicate), _make_features(environment, chance)))
    return rows


def _list_environments(number: int) -> Iterator[tuple[Environment, int]]:
    """The trials of a design, the control's first, and replicates of them to the number wanted."""
    design = plan(LEVELS, strength=2, seed=0)
    control = [(design.control, replicate) for replicate in range(10)]
    planned = [each.environment for each in (*design.singles, *design.array)]
    trials = [*control, *((each, 0) for each in planned if each != design.control)]
    for replicate in count(1):
        if len(trials) >= number:
            break
        trials += [(each, replicate) for each in planned if each != design.control]
    yield from trials[:number]


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
