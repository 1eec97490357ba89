import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.covert.covert import list_differences
from lab.findings.covert.difference_kinds import DIFFERENCE_KINDS, is_reordered
from tests.calls import count_calls

WHY = [
    ("it's", "it’s", "look-alike"),
    ("paypal", "p\u0430ypal", "look-alike"),
    ("v1", "vl", "look-alike"),
    ("Pass", "Р\u0430ss", "look-alike"),
    ("ab", "a\u200bb", "invisible"),
    ("ok", "ok\ufe0f", "invisible"),
    ("ok", "ok\U000e0041", "invisible"),
    ("ab", "a\u202eb\u202c", "bidirectional"),
    ("ab", "a\u200fb", "bidirectional"),
    ("a b", "a\u00a0b", "white space"),
    ("a b", "a  b", "white space"),
    ("a b", "a\tb", "white space"),
    ("end", "end ", "white space"),
    ("é", "e\u0301", "normalisation form"),
    ("café au", "cafe\u0301 au", "normalisation form"),
    ("fix", "ﬁx", "normalisation form"),
    ("K", "\u212a", "normalisation form"),
    ("Linux", "linux", "letter case"),
    ("straße", "straSSe", "letter case"),
    ("2026-11-20", "2026/11/20", "punctuation"),
    ("one, two", "one two", "punctuation"),
    ("0.70", "0.7", "number format"),
    ("t=1.0;", "t=1;", "number format"),
    ("1000", "1e3", "number format"),
    ("a b c", "c b a", "order"),
    ("gzip, br", "br, gzip", "order"),
    ("x\ny\nz", "z\nx\ny", "order"),
    ("UTC", "CET", ""),
    ("15", "1.5", "punctuation"),
    ("e", "é", ""),
    ("", "x", ""),
    ("1.5", "1.6", ""),
]


@pytest.mark.parametrize(("left", "right", "why"), WHY)
def test_why(left, right, why):
    assert {item.why for item in list_differences(left, right)} == {why}
    assert {item.why for item in list_differences(right, left)} == {why}


def test_each_place_has_its_own_reason():
    found = list_differences("it's on", "it’s  ON")
    assert [item.why for item in found] == ["look-alike", "white space, letter case"]


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_reason_is_one_of_those_that_are_reported(left, right):
    for item in list_differences(left, right):
        assert not item.why or set(item.why.split(", ")) <= set(DIFFERENCE_KINDS)


@given(st.lists(st.text("abc", min_size=1), min_size=2))
def test_the_same_words_are_reordered_or_the_same(words):
    assert not is_reordered(" ".join(words), " ".join(words))
    assert is_reordered(" ".join(words), " ".join(words[::-1])) == (words != words[::-1])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("start:1|c|#lib:native,ver:9", "start:1|c|#ver:9,lib:native"),
        ("a=1&b=2", "b=2&a=1"),
        ("/x?a=1&b=2#top", "/x?b=2&a=1#top"),
        ("gzip, br;q=0.5", "br, gzip;q=0.5"),
        ('["ls", "cat"]', '["cat", "ls"]'),
        ('{"a":1,"b":2}', '{"b":2,"a":1}'),
        ("one|two", "two|one"),
        ("with cat, ls.", "with ls, cat."),
        ("a b\nc\n", "c b\na\n"),
        ("(a) b", "b (a)"),
    ],
)
def test_pieces_that_change_places(left, right):
    assert is_reordered(left, right)
    assert is_reordered(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Read it, then say so.", "Say so, then read it."),
        ("a,b c", "a b,c"),
        ("a,b;c", "b;a,c"),
        ("a=1&b=2", "a=2&b=1"),
        ('{"a":1,"b":2}', '{"a":2,"b":1}'),
        ("-5,3", "-3,5"),
        ("a,b", "b,a,a"),
        ("a-b", "b-a"),
        ("a,b", "b,A"),
        ("", "a"),
    ],
)
def test_where_something_else_differs_nothing_only_changed_places(left, right):
    assert not is_reordered(left, right)


def test_long_texts_are_bounded():
    assert count_calls(lambda: list_differences("a b" * 300_000, "c’d" * 300_000)) < 2_000
