import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.covert.code_points import describe_code_point


@given(st.characters(exclude_categories=()))
def test_every_code_point_has_a_number_and_a_name(character):
    number, name = describe_code_point(character).split(" ", 1)
    assert int(number.removeprefix("U+"), 16) == ord(character)
    assert name
    assert name.isascii()


@pytest.mark.parametrize("number", [*range(0x20), 0x7F])
def test_the_names_of_controls_are_the_standards_own_aliases(number):
    name = describe_code_point(chr(number)).split(" ", 1)[1]
    assert unicodedata.lookup(name) == chr(number)


def test_quotation_marks():
    assert describe_code_point("'") == "U+0027 APOSTROPHE"
    assert describe_code_point("’") == "U+2019 RIGHT SINGLE QUOTATION MARK"
