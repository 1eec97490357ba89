"""Trials that it takes to find the few of many variables that matter.

Beside it stands ``d · log2(n / d) + d``, about as few as any method can do with one answer a
trial, and the ``n`` trials of setting each name alone (which would miss those that act
together only).
"""

from __future__ import annotations

import argparse
import math
import random

from bench.figures import Figure, Result
from lab.experiment.mining.group_testing import GroupTesting, Switches

NAME = "separation"
HELP = "trials that find the few variables that matter"
DEFAULT_TRIALS = 15
IN_ALL = True

CASES = ((100, 1), (100, 3), (400, 1), (400, 3), (400, 8), (2000, 1), (2000, 3), (2000, 8))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the common options are enough."""


def run(arguments: argparse.Namespace) -> Result:
    """The search on made-up clients; in each round other names matter."""
    rounds: int = arguments.trials
    figures = []
    for count, matter in CASES:
        least = matter * math.log2(count / matter) + matter
        taken = [_count_trials(count, matter, chance) for chance in range(rounds)]
        figures.append(Figure.of(f"{matter} of {count} matter", "count", taken, [least] * rounds))
    return Result(
        "separation",
        "trials of the search, half of those that matter in pairs",
        "d · log2(n / d) + d",
        tuple(figures),
        ("one name at a time takes n trials, and misses what acts in pairs",),
    )


def _count_trials(count: int, matter: int, seed: int) -> int:
    """How many different sets the search tries."""
    names = [f"V{number}" for number in range(count)]
    chosen = random.Random(f"{count} {matter} {seed}").sample(names, matter)
    alone = frozenset(chosen[: (matter + 1) // 2])
    pairs = [{chosen[0], other} for other in chosen[(matter + 1) // 2 :]]

    def behaves(tried: Switches) -> str:
        return f"{sorted(alone & tried)} {[pair <= tried for pair in pairs]}"

    search = GroupTesting(names)
    questions = search.generate_questions()
    tokens: dict[Switches, str] = {}
    batch = next(questions)
    while True:
        tokens.update((tried, behaves(tried)) for tried in batch)
        try:
            batch = questions.send(tuple(tokens[tried] for tried in batch))
        except StopIteration:
            wanted = {frozenset({name}) for name in alone} | {frozenset(pair) for pair in pairs}
            assert set(search.found) == wanted, "the search is wrong, not slow"
            return len(tokens)
