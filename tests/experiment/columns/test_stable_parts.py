"""What is steady in random tokens: parts, lengths, and nothing where all is random."""

from __future__ import annotations

import hashlib
import random
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.columns.stable_parts import describe_lengths, find_stable_parts
from lab.experiment.trials.replicates import Replicates
from tests.experiment.model import Levels, causes, request, run_audit

GROUPS = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2]


def tokens(make, seed=1):
    chance = random.Random(seed)
    return [make(group, chance) for group in GROUPS]


def test_the_first_digits_of_an_identifier():
    def make(group, chance):
        return f"{group:08x}-{chance.getrandbits(16):04x}-{chance.getrandbits(48):012x}"

    found = find_stable_parts(tokens(make), Replicates(GROUPS))
    assert found is not None
    assert [text[:8] for text in found] == [f"{group:08x}" for group in GROUPS]
    assert all("…" in text for text in found)


def test_pieces_of_tokens_of_different_lengths():
    def make(group, chance):
        return f"v1.{'ab'[group % 2]}.{chance.getrandbits(chance.choice((60, 90))):x}"

    found = find_stable_parts(tokens(make), Replicates(GROUPS))
    assert found is not None
    assert {text for text, group in zip(found, GROUPS, strict=True) if group != 1} == {"v1.a.…"}


@pytest.mark.parametrize("seed", range(50))
def test_random_tokens_have_no_stable_part(seed):
    def make(group, chance):
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))

    assert find_stable_parts(tokens(make, seed), Replicates(GROUPS)) is None


def test_numbers_times_and_texts_are_left_out():
    for texts in (
        tokens(lambda group, chance: f"at-{10**12 + group * 10**10 + chance.randrange(10**6)}"),
        tokens(lambda group, chance: f"202{group}-09-16T12:00:{chance.randrange(60):02d}Z"),
        tokens(lambda group, chance: f"two words {group} {chance.random()}"),
    ):
        assert find_stable_parts(texts, Replicates(GROUPS)) is None


@given(st.lists(st.text(max_size=30) | st.none(), min_size=10, max_size=10))
def test_any_values_are_accepted(values):
    found = find_stable_parts(values, Replicates(GROUPS))
    assert found is None or len(found) == len(values)
    long = describe_lengths(values)
    assert long is None or len(long) == len(values)


def test_a_part_of_a_request_id_is_a_signal(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        first = hash_of(levels["hostname"])
        return [
            request({}, headers=[("idempotency-key", f"{first}-{chance.getrandbits(96):024x}")])
        ]

    assert causes(run_audit(behaves, tmp_path, factors=("hostname", "ci", "timezone"))) == {
        ("hostname",)
    }


def test_so_is_the_length_of_padding(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        long = 40 if levels["ci"] == "none" else 80
        return [request({"pad": "".join(chance.choices("0123456789abcdef", k=long))})]

    report = run_audit(behaves, tmp_path, factors=("hostname", "ci", "timezone"))
    assert causes(report) == {("ci",)}


def test_and_a_length_that_is_random_itself(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        long = chance.randrange(20, 60) if levels["ci"] == "none" else chance.randrange(70, 120)
        return [request({"pad": "".join(chance.choices("0123456789abcdef", k=long))})]

    report = run_audit(behaves, tmp_path, factors=("hostname", "ci", "timezone"))
    assert causes(report) == {("ci",)}


def hash_of(text: str) -> str:
    return hashlib.sha1(f"salt{text}".encode()).hexdigest()[:8]
