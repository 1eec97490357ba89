import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.covert.confusables import VERSION, bidi_skeleton, skeleton

TABLE = files("lab.findings.covert").joinpath("confusables.txt").read_text("utf-8")
LINES = [line.split() for line in TABLE.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("paypal", "p\u0430yp\u0430l"),
        ("scope", "\u0455\u0441\u043e\u0440\u0435"),
        ("it's", "it’s"),
        ("modern", "modem"),
        ("1", "l"),
        ("O", "0"),
        ("é", "e\u0301"),
        ("a\u200bb", "ab"),
        ("ab\U000e0041", "ab"),
        ("Å", "Å"),
    ],
)
def test_look_alikes_have_one_skeleton(left, right):
    assert skeleton(left) == skeleton(right)


@pytest.mark.parametrize(
    ("left", "right"), [("a", "b"), ("é", "e"), ("a b", "ab"), ("UTC", "utc"), ("5", "6")]
)
def test_others_have_not(left, right):
    assert skeleton(left) != skeleton(right)


def test_what_reordering_makes_alike_has_one_bidi_skeleton():
    """The two names that UTS #39 gives as an example, and what only a mirror distinguishes."""
    assert bidi_skeleton("A1<\u05e9") == bidi_skeleton("\u0391\u05e9>1")
    assert skeleton("A1<\u05e9") != skeleton("\u0391\u05e9>1")
    assert bidi_skeleton("x\u05d0(\u05d1") == bidi_skeleton("x\u202d\u05d1)\u05d0\u202c")
    assert bidi_skeleton("paypal") == skeleton("paypal")


@settings(deadline=None)
@given(st.text())
def test_a_skeleton_is_decomposed_and_has_nothing_ignorable(text):
    found = skeleton(text)
    assert unicodedata.normalize("NFD", found) == found
    assert all(map(skeleton, found))


@settings(deadline=None)
@given(st.text(), st.text())
def test_what_cannot_be_seen_makes_no_difference(left, right):
    assert skeleton(left + "\u2060" + right) == skeleton(left + right)


def test_every_character_has_the_skeleton_of_its_prototype():
    for number, *prototype in LINES:
        character = chr(int(number, 16))
        expected = "".join(chr(int(word, 16)) for word in prototype)
        if unicodedata.normalize("NFD", character) == character and skeleton(character):
            assert skeleton(character) == unicodedata.normalize("NFD", expected)


def test_the_table_says_its_version_and_licence():
    assert f"version {VERSION}" in TABLE
    assert "Unicode-3.0" in TABLE
    licence = files("lab.findings.covert").joinpath("confusables.license.txt").read_text("utf-8")
    assert "COPYRIGHT AND PERMISSION NOTICE" in licence
    assert len(LINES) == 6355
