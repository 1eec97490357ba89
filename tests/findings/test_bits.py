import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.bits import bits

values = st.lists(st.one_of(st.none(), st.sampled_from("abc")), max_size=20)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([], 0),
        (["a"], 0),
        (["a", "a", "a"], 0),
        (["a", "b"], 1),
        (["a", None], 1),
        (["a", ""], 1),
        ([None, ""], 1),
        (list("abcd"), 2),
        (list("aaab"), 0.811278),
    ],
)
def test_entropy(seen, expected):
    assert bits(seen) == pytest.approx(expected, abs=1e-6)


@given(values)
def test_it_lies_between_nothing_and_all_that_can_be_told(seen):
    distinct = len(set(seen))
    assert 0 <= bits(seen) <= (math.log2(distinct) if distinct else 0) + 1e-9


@given(values, st.randoms())
def test_order_tells_nothing(seen, random):
    shuffled = list(seen)
    random.shuffle(shuffled)
    assert bits(shuffled) == pytest.approx(bits(seen))
