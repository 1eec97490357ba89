import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.chance import Chance, places


@given(st.lists(st.floats(1, 40)), st.floats(0, 40), st.integers(1, 10**6))
def test_the_forms_that_are_as_long_are_summed(bits, least, where):
    expected = where * sum(2**-one for one in bits if one >= least)
    assert Chance(bits).of(least, where) == pytest.approx(expected)


@given(st.lists(st.floats(1, 40), min_size=1), st.floats(0, 40))
def test_a_longer_form_is_less_likely(bits, least):
    assert Chance(bits).of(least + 1, 10) <= Chance(bits).of(least, 10)
    assert Chance(bits).of_cut(least + 1, 10) < Chance(bits).of_cut(least, 10)


def test_noise_holds_as_many_as_is_said():
    chance = random.Random(3)
    wanted = [f"{chance.getrandbits(16):04x}" for _ in range(50)]
    words = [f"{chance.getrandbits(16):04x}" for _ in range(50_000)]
    expected = Chance([16.0] * 50).of(16.0, len(words))
    assert expected == pytest.approx(50_000 * 50 / 65536)
    assert expected / 2 < sum(words.count(one) for one in wanted) < expected * 2


def test_a_long_form_may_stand_anywhere_and_a_short_one_as_a_word():
    text = "one two three, four"
    assert places(text, "x" * 8) == len(text)
    assert places(text, "abc") == 2
    assert places(text, "a%2") == 4
    assert places("", "abc") == 1
