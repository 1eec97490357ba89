"""Several factors in one text, in arrangements drawn at random: each is a cause by itself.

No interaction is planted, so none may be reported, however the words stand beside each other; and
each table states what was sent under its levels.
"""

from __future__ import annotations

import os
import random

import pytest

from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.observation.records import Request
from tests.experiment.model import CLIENT, Behaviour, Levels, causes, request, run_audit

FACTORS = ("terminal", "timezone", "user")
ARRANGEMENTS = int(os.environ.get("ARRANGEMENTS", "6"))
"""Arrangements that are tried; the issue's fifty take some minutes."""
PHRASES = (
    ("pipe", "of Linux", "Linux dumb", "", "ssh now please", "12-a"),
    ("UTC", "Asia n/a", "n/a", "x the zone", "", "Linux UTC 12"),
    ("dev", "marta", "root 0 x", "sam and x", "", "(of) build"),
)
"""What each factor may write; some of the words are everybody's."""
WORDS = ("Linux", "on", "and", "(a)", "12", "n/a", "x", "of")


def arranged(seed: int) -> Behaviour:
    """A client that writes a phrase for each factor's level into one text."""
    chance = random.Random(seed)
    levels = build_scope(CLIENT, AuditOptions(seed=seed, factors=FACTORS)).levels
    phrases: dict[tuple[str, str], str] = {}
    for name, known in zip(FACTORS, PHRASES, strict=True):
        control, *others = levels[name]
        first, *rest = chance.sample(known, len(known))
        phrases[name, control] = first
        phrases |= {(name, level): rest[number % 4] for number, level in enumerate(others)}
    order = chance.sample(FACTORS, len(FACTORS))
    between = [
        " ".join(chance.choice(WORDS) for _ in range(chance.choice((0, 0, 1, 3)))) for _ in range(4)
    ]
    separator = chance.choice((" ", " ", "\n", ", "))
    in_header = separator != "\n" and chance.random() < 0.5

    def write(levels: Levels) -> str:
        parts = [between[0]]
        for name, after in zip(order, between[1:], strict=True):
            parts += [phrases[name, levels[name]], after]
        return separator.join(part for part in parts if part)

    def behaves(levels: Levels, chance: random.Random) -> list[Request]:
        text = write(levels)
        if in_header:
            return [request({"id": chance.getrandbits(64)}, headers=[("User-Agent", text)])]
        return [request({"id": chance.getrandbits(64), "text": text})]

    return behaves


@pytest.mark.parametrize("seed", range(ARRANGEMENTS))
def test_words_of_several_factors_are_no_interaction(seed, tmp_path):
    behaviour = arranged(seed)
    report = run_audit(behaviour, tmp_path, seed=seed, factors=FACTORS)
    assert causes(report) == {(name,) for name in FACTORS}
    control = {fact.name: fact.control for fact in report.factors}
    for signal in report.signals:
        for row in signal.table:
            (sent,) = behaviour({**control, **row.levels}, random.Random(0))
            text = (sent.body + b"\n".join(value for _, value in sent.headers)).decode()
            for line in (row.value or "").splitlines():
                assert line.strip() in text.replace("\\n", "\n")
