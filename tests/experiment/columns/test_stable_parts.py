"""What is steady in random tokens: parts, lengths, and nothing where all is random."""

from __future__ import annotations

import hashlib
import itertools
import random
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.experiment.columns.stable_parts import StableParts, describe_lengths, find_stable_parts
from lab.experiment.trials.replicates import Replicates
from tests.experiment.model import Levels, causes, request, run_audit

GROUPS = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2]


def tokens(make, seed=1, groups=GROUPS):
    chance = random.Random(seed)
    return [make(group, chance) for group in groups]


def parts(texts, groups=GROUPS):
    return find_stable_parts([(text,) for text in texts], Replicates(groups))


def test_the_first_digits_of_an_identifier():
    def make(group, chance):
        return f"{group:08x}-{chance.getrandbits(16):04x}-{chance.getrandbits(48):012x}"

    found = parts(tokens(make)).part
    assert found is not None
    assert [text[:8] for text in found] == [f"{group:08x}" for group in GROUPS]
    assert all("…" in text for text in found)


def test_pieces_of_tokens_of_different_lengths():
    def make(group, chance):
        return f"v1.{'ab'[group % 2]}.{chance.getrandbits(chance.choice((60, 90))):x}"

    found = parts(tokens(make)).part
    assert found is not None
    assert {text for text, group in zip(found, GROUPS, strict=True) if group != 1} == {"v1.a.…"}


@pytest.mark.parametrize("seed", range(50))
def test_random_tokens_have_no_stable_part(seed):
    def make(group, chance):
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))

    assert parts(tokens(make, seed)) == StableParts()


@pytest.mark.parametrize("seed", range(20))
def test_the_version_of_a_uuid_is_stable(seed):
    def make(group, chance):
        return str(uuid.UUID(int=chance.getrandbits(128), version=3 + group))

    found = parts(tokens(make, seed)).part
    assert found is not None
    assert found == tuple(f"…-…-{3 + group}…-…-…" for group in GROUPS)


def clock(chance):
    return f"12:00:{chance.randrange(60):02d}.{chance.randrange(1000):03d}"


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda group, chance: f"2026-09-16T{clock(chance)}+0{group}:00", "…+02:00"),
        (lambda group, chance: f"2026-09-16T{clock(chance)}{'Z' * (group < 2)}", "."),
        (lambda group, chance: f"20260916T12{chance.randrange(9999):04d}+0{group}00", "…+0200"),
        (lambda group, chance: f"{clock(chance)} {'AM' if group < 2 else 'PM'}", "… PM"),
        (lambda group, chance: f"2026-09-16{'TT '[group]}{clock(chance)}", "2026-09-16 12:00:…"),
        (
            lambda group, chance: f"{chance.randrange(99)}{'..,'[group]}{chance.randrange(99)}",
            "…,…",
        ),
        (lambda group, chance: f"{chance.randrange(9999)}{' ms' if group < 2 else ' s'}", "… s"),
        (lambda group, chance: f"<a>{chance.random()}</a> at {group}", "…</a> at 2"),
        (lambda group, chance: "-" * (group > 1) + str(chance.randrange(9999)), "-…"),
        (lambda group, chance: f"16 {'sept' if group < 2 else 'Sep'} {clock(chance)}", "16 Sep 12"),
    ],
)
def test_what_is_stable_beside_a_time_or_a_number_is_a_part(make, part):
    found = parts(tokens(make)).part
    assert found is not None
    assert part in found[-1]
    assert len(set(found[:6])) == 1 != len(set(found))


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (
            lambda group, chance: f"0.{chance.randrange(1000):0{3 + 3 * (group == 2)}d} s",
            "6 digits",
        ),
        (
            lambda group, chance: f"{chance.getrandbits(64):0{16}{'X' if group == 2 else 'x'}}",
            "upper-case",
        ),
        (lambda group, chance: f"x-{chance.getrandbits(64):0{16 + group}x}", "18 hex"),
        (
            lambda group, chance: str(1_789_560_000 * 1000 ** (group > 1) + chance.randrange(99)),
            "13 d",
        ),
        (
            lambda group, chance: "".join(chance.choices(["0af9", "0az9"][group > 1], k=20)),
            "20 low",
        ),
        (
            lambda group, chance: "".join(chance.choices("aB1" + ["+/", "-_"][group > 1], k=64)),
            "with - _",
        ),
        (
            lambda group, chance: f"{chance.randrange(60):02d}".translate(
                ARABIC if group > 1 else {}
            ),
            "from ٠",
        ),
        (lambda group, chance: f"2026-09-1{group} {clock(chance)}", "2026-09-12 12:00"),
    ],
)
def test_the_form_of_what_varies_is_a_shape(make, shape):
    found = parts(tokens(make)).shape
    assert found is not None
    assert shape in found[-1]
    assert len(set(found[:6])) == 1 != len(set(found))


ARABIC = {ord("0") + digit: chr(ord("٠") + digit) for digit in range(10)}


def test_numbers_without_a_steady_field_have_no_part():
    for texts in (
        tokens(lambda group, chance: f"at-{10**12 + group * 10**10 + chance.randrange(10**6)}"),
        tokens(lambda group, chance: str(chance.randrange(9, 12))),
        tokens(lambda group, chance: f"two words {chance.random()}"),
    ):
        assert parts(texts).part is None


def test_numbers_of_a_clock_are_a_shape_and_no_part():
    found = parts(
        tokens(lambda group, chance: f"2026-09-16T1{group}:00:{chance.randrange(60):02d}Z")
    )
    assert found.part is None
    assert found.shape is not None
    assert found.shape[0] == "2026-09-16T10:00:…Z"


def test_a_batch_is_compared_by_what_its_texts_have_in_common():
    chance = random.Random(3)
    batches = [
        tuple(f"2026-09-16T{clock(chance)}+0{group}:00" for _ in range(chance.randrange(1, 9)))
        for group in GROUPS
    ]
    found = find_stable_parts(batches, Replicates(GROUPS)).part
    assert found is not None
    assert [text[-6:] for text in found] == [f"+0{group}:00" for group in GROUPS]


@pytest.mark.parametrize("seed", range(20))
def test_a_batch_of_one_text_has_nothing_in_common_by_itself(seed):
    chance = random.Random(seed)
    groups = [0] * 30 + list(range(1, 60))
    batches = [tuple(clock(chance) for _ in range(chance.randrange(1, 19))) for _ in groups]
    found = find_stable_parts(batches, Replicates(groups))
    assert found.part is None
    assert found.shape is None


def test_a_long_text_is_cut():
    texts = tokens(lambda group, chance: f"{chance.random()} " * 1000)
    assert parts(texts) == StableParts(is_cut=True)


@given(st.lists(st.text(max_size=30) | st.none(), min_size=10, max_size=10))
def test_any_values_are_accepted(values):
    found = find_stable_parts([v and (v,) for v in values], Replicates(GROUPS))
    assert found.part is None or len(found.part) == len(values)
    assert found.shape is None or len(found.shape) == len(values)
    long = describe_lengths(values)
    assert long is None or len(long) == len(values)


def make_time(chance):
    return f"2026-09-16T{clock(chance)}"


NOISY = {
    "time": make_time,
    "clock": clock,
    "uuid": lambda chance: str(uuid.UUID(int=chance.getrandbits(128), version=4)),
    "hex": lambda chance: f"{chance.getrandbits(64):016x}",
    "counter": lambda chance: str(chance.randrange(1, 40)),
    "price": lambda chance: f"{chance.randrange(1, 2000)}.{chance.randrange(100):02d}",
    "epoch": lambda chance: str(1_789_560_000_000 + chance.randrange(60_000)),
    "float": lambda chance: repr(chance.random() * 10),
    "date": lambda chance: f"{chance.randrange(1, 29)}/{chance.randrange(1, 13)}/2026",
    "base62": lambda chance: "".join(chance.choices("abcdefXYZ0123456789", k=20)),
}
STEADY = [("UTC", "JST"), ("AM", "PM"), ("a.m.", "p.m."), ("+00:00", "+05:30"), ("Z", "+05:30"),
          ("Z", ""), ("GMT+1", "GMT+2"), ("janv.", "Jan"), ("3", "4"), ("€", "EUR"),
          ("{", "(")]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(NOISY)), min_size=1, max_size=3),
    st.sampled_from(STEADY),
    st.sampled_from([" ", "", "-", "/", ", ", "]"]),
    st.integers(0, 3),
    st.integers(0, 2**32),
)
def test_a_steady_field_among_noisy_ones_is_a_column(names, steady, mark, place, seed):
    """Wherever it stands, unless it touches digits and letters that are random themselves.

    Nor may random texts touch each other: nobody can say where one ends.
    """
    mark = mark or (" " if any(map(str.isalnum, "".join(steady))) or len(names) > 1 else "")
    groups = [0] * 12 + [1] * 6

    def make(group, chance):
        texts = [NOISY[name](chance) for name in names]
        texts.insert(min(place, len(texts)), steady[group])
        return mark.join(texts)

    found = parts(tokens(make, seed, groups), groups)
    columns = [values for values in (found.part, found.shape) if values is not None]
    assert any(
        len(set(values[:12])) == 1 == len(set(values[12:])) and values[0] != values[-1]
        for values in columns
    ), (tokens(make, seed, groups), found)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(NOISY)), min_size=1, max_size=4),
    st.sampled_from([" ", "-", "/", ", ", "]"]),
    st.integers(0, 2**32),
)
def test_noisy_fields_alone_have_no_part(names, mark, seed):
    groups = [0] * 12 + [1] * 6
    texts = tokens(lambda _, chance: mark.join(NOISY[n](chance) for n in names), seed, groups)
    assert parts(texts, groups).part is None


def test_a_part_of_a_request_id_is_a_signal(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        first = hash_of(levels["hostname"])
        return [
            request({}, headers=[("idempotency-key", f"{first}-{chance.getrandbits(96):024x}")])
        ]

    assert causes(run_audit(behaves, tmp_path, factors=("hostname", "ci", "timezone"))) == {
        ("hostname",)
    }


def test_the_hour_of_a_local_time_is_a_signal(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        hour = 12 if levels["timezone"] == "UTC" else 12 + len(levels["timezone"]) % 5
        return [request({"at": f"{hour}:00:{chance.randrange(60):02d}"})]

    report = run_audit(behaves, tmp_path, factors=("hostname", "ci", "timezone"))
    assert causes(report) == {("timezone",)}


def test_a_clock_that_runs_while_trials_run_is_none(tmp_path):
    trials = itertools.count()

    def behaves(levels: Levels, chance: random.Random):
        minutes, seconds = divmod(next(trials) * 2, 60)
        at = f"2026-09-16T{11 + minutes // 60}:{minutes % 60:02d}:{seconds:02d}+00:00"
        return [request({"at": at, "text": f"now {at} {chance.random()}"})]

    report = run_audit(behaves, tmp_path, factors=("hostname", "ci", "timezone"))
    assert causes(report) == set()


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
