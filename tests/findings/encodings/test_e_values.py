import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.encodings.e_values import (
    ExpectedHits,
    count_positions,
    count_text_bits,
    joint_e_value,
)


@given(st.lists(st.floats(1, 40)), st.floats(0, 40), st.integers(1, 10**6))
def test_the_forms_that_are_as_long_are_summed(bits, least, where):
    expected = where * sum(2**-one for one in bits if one >= least)
    assert ExpectedHits(bits).count(least, where) == pytest.approx(expected)


@given(st.lists(st.floats(1, 40), min_size=1), st.floats(0, 40))
def test_a_longer_form_is_less_likely(bits, least):
    assert ExpectedHits(bits).count(least + 1, 10) <= ExpectedHits(bits).count(least, 10)
    assert ExpectedHits(bits).count_truncated(least + 1, 10) < ExpectedHits(bits).count_truncated(
        least, 10
    )


def test_noise_holds_as_many_as_is_said():
    chance = random.Random(3)
    wanted = [f"{chance.getrandbits(16):04x}" for _ in range(50)]
    words = [f"{chance.getrandbits(16):04x}" for _ in range(50_000)]
    expected = ExpectedHits([16.0] * 50).count(16.0, len(words))
    assert expected == pytest.approx(50_000 * 50 / 65536)
    assert expected / 2 < sum(words.count(one) for one in wanted) < expected * 2


def test_a_long_form_may_stand_anywhere_and_a_short_one_as_a_word():
    text = "one two three, four"
    assert count_positions(text, "x" * 8) == len(text)
    assert count_positions(text, "abc") == 2
    assert count_positions(text, "a%2") == 4
    assert count_positions("", "abc") == 1


def test_all_at_once_is_the_product_times_the_ways_to_choose():
    assert joint_e_value([0.1, 0.2], 2) == pytest.approx(0.02)
    assert joint_e_value([0.1, 0.2], 4) == pytest.approx(6 * 0.02)
    # What chance makes anyway is no evidence, and none against the others.
    assert joint_e_value([30.0, 0.2], 2) == pytest.approx(0.2)


def test_noise_shows_several_as_often_as_is_said():
    chance = random.Random(4)
    values = [[chance.random() < 0.1 for _ in range(4)] for _ in range(50_000)]
    pairs = sum(sum(row) * (sum(row) - 1) // 2 for row in values)
    assert pairs / 50_000 == pytest.approx(joint_e_value([0.1, 0.1], 4), rel=0.1)


def test_text_bits():
    assert count_text_bits("abc") == pytest.approx(3 * 4.7, abs=0.01)
    assert count_text_bits("ABC") == count_text_bits("abc")
    assert count_text_bits("007") == pytest.approx(3 * 3.32, abs=0.01)
    assert count_text_bits("a-b") > count_text_bits("ab")
