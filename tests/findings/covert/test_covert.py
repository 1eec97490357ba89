import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.covert.covert import is_covert, is_invisible, list_differences
from tests.calls import count_calls

texts = st.one_of(st.text(), st.text(alphabet="aаe'’ʼ-/. 012\u200b\u00a0", max_size=8))

COVERT = [
    ("it's", "it’s"),
    ("it's", "it\u02bcs"),
    ("it’s", "it\u02bcs"),
    ("it's", "it`s"),
    ('"ok"', "“ok”"),
    ("'", "’"),
    ("a b", "a\u00a0b"),
    ("a b", "a\u2009b"),
    ("a b", "a  b"),
    ("a b", "a b "),
    ("a b", "a\tb"),
    ("ab", "a\u200bb"),
    ("ab", "a\u2060b\ufeff"),
    ("ab", "ab\U000e0041\U000e0042"),
    ("ok", "ok\ufe0f"),
    ("ok", "ok\U000e0100"),
    ("ok", "ok\u2800"),
    ("", "\u200b"),
    ("", "\u200b\U000e0041"),
    ("", " "),
    (" ", "\n"),
    ("paypal", "p\u0430ypal"),
    ("cop", "с\u043eр"),
    ("\u0430", "\u03b1"),
    ("I1", "l1"),
    ("modern", "modem"),
    ("Linux", "linux"),
    ("straße", "STRASSE"),
    ("fix", "ﬁx"),
    ("é", "e\u0301"),
    ("2026-11-20", "2026/11/20"),
    ("12:30", "12.30"),
    ("Today’s date is 2026-11-20.", "Today's date is 2026/11/20."),
    ("a-b", "a\u2013b"),
    ("-5", "\u22125"),
    # Shown in the same order, though not written in it.
    ("x abc y", "x \u202ecba\u202c y"),
    ("x \u05d0\u05d1\u05d2 y", "x \u202d\u05d2\u05d1\u05d0\u202c y"),
    ("f(a)", "f\u202e(a)\u202c"),
    ("x p\u0430y", "x \u202eyap\u202c"),
]
SAME_NUMBER = [("0.70", "0.7"), ("1", "1.0"), ("1000", "1e3"), ("007", "7"), ("-0", "0")]
REAL = [
    ("UTC", "CET"),
    ("\u05d0\u05d1", "\u05d1\u05d0"),
    ("abc", "\u202ecab\u202c"),
    ("a", ""),
    ("", "..."),
    ("...", "."),
    ("é", "e"),
    ("café", "cafe"),
    ("ok", "ok ✅"),
    ("1", "2"),
    ("2026-11-20", "2026-11-21"),
    ("2026/11/20", "2026-11-21"),
    ("15", "1.5"),
    ("1200", "12:00"),
    ("5", "-5"),
    ("x=5", "x=-5"),
    ("(5)", "(-5)"),
    ("a<b", "a>b"),
    ("C", "C++"),
    ("10000000000000000", "10000000000000001"),
    ("1e9999", "2e9999"),
    ("nan", "inf"),
]


@pytest.mark.parametrize(("left", "right"), COVERT)
def test_what_a_reader_would_not_see(left, right):
    assert is_covert(left, right)
    assert is_covert(right, left)
    assert is_covert(f"on {left} today", f"on {right} today")


@pytest.mark.parametrize(("left", "right"), SAME_NUMBER)
def test_another_way_of_writing_the_same_number(left, right):
    assert is_covert(left, right)
    assert is_covert(right, left)


@pytest.mark.parametrize(("left", "right"), REAL)
def test_what_a_reader_would_see(left, right):
    assert not is_covert(left, right)
    assert not is_covert(right, left)


@settings(deadline=None)
@given(texts, texts)
def test_covert_is_a_difference_and_the_same_from_both_sides(left, right):
    assert not is_covert(left, left)
    assert is_covert(left, right) == is_covert(right, left)


@settings(deadline=None)
@given(st.text(), st.integers(0, 99), st.sampled_from("\u200b\U000e0041\ufe0f\u2060"))
def test_an_invisible_character_is_covert_wherever_it_stands(text, place, character):
    place %= len(text) + 1
    assert is_covert(text, text[:place] + character + text[place:])


@pytest.mark.parametrize(
    "character", "\u200b\u200d\u00ad\u034f\ufe0f\u3164\u2800\u180b\U000e0041\x07"
)
def test_invisible(character):
    assert is_invisible(character)


@pytest.mark.parametrize("character", "a.é \u00a0\u0301")
def test_visible(character):
    assert not is_invisible(character)


def test_differences_by_name():
    (difference,) = list_differences("it's", "it’s")
    assert difference.left == ("U+0027 APOSTROPHE",)
    assert difference.right == ("U+2019 RIGHT SINGLE QUOTATION MARK",)
    assert not difference.invisible


def test_an_addition_that_nobody_sees():
    (difference,) = list_differences("ab", "a\u200bb")
    assert difference.left == ()
    assert difference.right == ("U+200B ZERO WIDTH SPACE",)
    assert difference.invisible


def test_each_place_is_a_difference_of_its_own():
    assert len(list_differences("2026-11-20", "2026/11/20")) == 2


@settings(deadline=None)
@given(texts, texts)
def test_there_are_differences_exactly_where_texts_differ(left, right):
    found = list_differences(left, right)
    assert bool(found) == (left != right)
    assert len(found) <= 32
    assert all(len(side) <= 32 for item in found for side in (item.left, item.right))


def test_the_first_differences_are_enough():
    found = list_differences("a-" * 100, "a+" * 100)
    assert len(found) == 32
    assert {item.right for item in found} == {("U+002B PLUS SIGN",)}
    (long,) = list_differences("", "x" * 100)
    assert len(long.right) == 32


def test_a_difference_far_behind_in_a_long_text_is_found():
    left, right = "x" * 1_000_000 + "'" + "y" * 1_000_000, "x" * 1_000_000 + "’" + "y" * 1_000_000
    assert list_differences(left, right)[0].left == ("U+0027 APOSTROPHE",)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a" * 100_000, "b" * 100_000),
        ("ab" * 3_900, "ba c" * 1_950),
        ("a b" * 999, "c d" * 999),
    ],
)
def test_hostile_texts_are_bounded(left, right):
    assert list_differences(left, right)
    calls = count_calls(lambda: (list_differences(left, right), is_covert(left, right)))
    assert calls < 16 * (len(left) + len(right))


def test_an_order_that_only_the_controls_make_is_reported_as_theirs():
    found = list_differences("x abc y", "x \u202ecba\u202c y")
    assert {difference.why for difference in found} == {"bidirectional"}
    assert any("U+202E RIGHT-TO-LEFT OVERRIDE" in difference.right for difference in found)
    (difference,) = list_differences("ab", "a\u2066b")
    assert difference.right == ("U+2066 LEFT-TO-RIGHT ISOLATE",)
    assert (difference.invisible, difference.why) == (True, "bidirectional")


def test_calls_for_a_text_that_is_turned_grow_with_its_length_and_no_faster():
    text = "abc \u05d0\u05d1 " * 2_000

    def calls(length: int) -> int:
        return count_calls(lambda: is_covert(text[:length], text[: length - 10] + "xyz"))

    assert calls(10_000) < 2.5 * calls(5_000)
