"""Bits: entropies over the lab's stated distribution, of one signal and of all together."""

import itertools
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.information import entropy as module
from lab.findings.information.entropy import compute_bits, compute_joint_bits
from lab.findings.information.population import build_population
from lab.findings.report import FactorFacts, RelatedLocation, TableRow
from tests.reports.examples import COVERT

FOUR = build_population([FactorFacts(name, "0", ("1", "2", "3")) for name in "abc"])


def signal(cause, value, *, levels="0123", beside=()):
    """A signal whose table follows a function of the levels of its cause."""

    def table(function):
        return tuple(
            TableRow(dict(zip(cause, chosen, strict=True)), function(*chosen), 1)
            for chosen in itertools.product(levels, repeat=len(cause))
        )

    places = tuple(
        RelatedLocation(COVERT.location, "derived", table(function)) for function in beside
    )
    return msgspec.structs.replace(COVERT, cause=tuple(cause), table=table(value), beside=places)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (lambda level: "same", 0),
        (lambda level: level, 2),
        (lambda level: None if level == "3" else "sent", 0.811278),
        (lambda level: "" if level in "01" else None, 1),
    ],
)
def test_of_one_signal(value, expected):
    assert compute_bits(signal("a", value), FOUR) == pytest.approx(expected, abs=1e-6)


def test_an_interaction_is_counted_over_both_factors():
    mark = signal("ab", lambda a, b: a == b == "3")
    p = 1 / 16
    assert compute_bits(mark, FOUR) == pytest.approx(-p * math.log2(p) - (1 - p) * math.log2(1 - p))


def test_a_combination_that_was_not_tried_counts_as_the_nearest():
    mark = signal("ab", lambda a, b: f"{a == '1'}")
    some = tuple(row for row in mark.table if "0" in row.levels.values())
    assert compute_bits(msgspec.structs.replace(mark, table=some), FOUR) == pytest.approx(0.811278)


def test_two_copies_of_one_factor_reveal_no_more_than_one():
    copies = [signal("a", lambda level: level), signal("a", lambda level: level * 2)]
    assert compute_joint_bits(copies, FOUR) == module.TotalBits(2.0, exact=True)


def test_independent_signals_add_up_and_shared_factors_do_not():
    first, second = signal("a", lambda a: a), signal("b", lambda b: b in "01")
    assert compute_joint_bits([first, second], FOUR).bits == pytest.approx(3)
    both = signal("ab", lambda a, b: (a, b in "01"))
    assert compute_joint_bits([first, second, both], FOUR).bits == pytest.approx(3)


def test_what_stands_beside_counts_with_the_signal():
    split = signal("a", lambda a: a in "01", beside=[lambda a: a in "02"])
    assert compute_bits(split, FOUR) == pytest.approx(2)


def test_what_is_too_large_is_said_to_be_a_bound(monkeypatch):
    monkeypatch.setattr(module, "MAX_COMBINATIONS", 20)
    first, second = signal("ab", lambda a, b: a + b), signal("bc", lambda b, c: b + c)
    found = compute_joint_bits([first, second], FOUR)
    assert not found.exact
    assert found.bits == pytest.approx(6)  # three factors of two bits; one by one it is eight


def test_no_copies_reveal_nothing():
    assert compute_joint_bits([], FOUR) == module.TotalBits(0.0, exact=True)


TABLES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "ab", "bc", "ac"]),
        st.lists(st.sampled_from("xyz"), min_size=16, max_size=16),
    ),
    max_size=4,
)


@given(TABLES)
def test_all_together_lies_between_the_most_and_the_sum(drawn):
    signals = [
        signal(cause, lambda *chosen, seen=seen: seen[int("".join(chosen), 4)])
        for cause, seen in drawn
    ]
    alone = [compute_bits(one, FOUR) for one in signals]
    found = compute_joint_bits(signals, FOUR)
    assert found.exact
    assert max(alone, default=0) - 1e-9 <= found.bits <= min(sum(alone), 6) + 1e-9
    assert compute_joint_bits(signals[::-1], FOUR).bits == pytest.approx(found.bits)
