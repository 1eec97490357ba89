import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.covert.numerals import expand_number, is_same_number


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("0.70", "0.7", True),
        ("1", "1.0", True),
        ("1e3", "1000", True),
        ("1e9999", "2e9999", False),
        ("10000000000000000", "10000000000000001", False),
        ("nan", "nan", False),
        ("1,5", "1.5", False),
    ],
)
def test_the_same_number(left, right, same):
    assert is_same_number(left, right) == is_same_number(right, left) == same


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_found_from_any_place_in_it(value):
    text = repr(value)
    for index in range(len(text)):
        assert expand_number(f"[{text}]", index + 1, index + 1) == text


def test_a_number_ends_where_words_begin():
    assert expand_number("about 1.50 seconds.", 8, 9) == "1.50"
    assert expand_number("no number", 3, 3) == ""
