import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lab.reports.text.safe import clip, clip_end, make_visible

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)
"""Every code point, lone surrogates too."""
NASTY = st.text(
    st.one_of(
        st.sampled_from("\x00\x07\x1b\x7f\x9b\u200b\u202e\u2066\ufeff\u2028\u3164\u0301⟨⟩аrx \n"),
        st.characters(exclude_categories=()),
    ),
    max_size=200,
)
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANYTHING | NASTY)
def test_nothing_comes_out_that_a_terminal_obeys_or_a_reader_cannot_see(text):
    shown = make_visible(text)
    assert not [c for c in shown if unicodedata.category(c) in HIDDEN]
    assert not [c for c in shown if unicodedata.category(c) == "Zs" and c != " "]


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_comes_out_as_it_went_in(text):
    assert make_visible(text) == text
    assert make_visible(make_visible(text)) == text


@given(NASTY, NASTY)
def test_different_texts_are_shown_differently(left, right):
    assert (make_visible(left) == make_visible(right)) == (left == right)


@given(NASTY, st.integers(1, 100))
def test_a_cut_text_fits_and_is_safe(text, cells):
    for shown in (clip(text, cells), clip_end(text, cells)):
        assert cell_len(shown) <= cells
        assert not [c for c in shown if unicodedata.category(c) in HIDDEN]


@given(NASTY, st.integers(1, 100))
def test_only_what_does_not_fit_is_cut(text, cells):
    if cell_len(make_visible(text)) <= cells and len(text) <= cells:
        assert clip(text, cells) == make_visible(text)


def test_a_cut_says_how_much_is_left_out_and_keeps_both_ends():
    shown = clip("begin" + "x" * 1_000_000 + "end", 60)
    assert shown.startswith("beginxx")
    assert shown.endswith("xxend")
    left_out = 1_000_008 - len(re.sub("⟨.*⟩", "", shown))
    assert f"⟨… {left_out:,} characters …⟩" in shown


def test_a_pile_of_combining_marks_takes_no_more_room_than_it_may():
    assert len(make_visible("z" + "\u0301" * 100_000)) < 100
    assert len(clip("z" + "\u0301" * 100_000, 40)) < 100


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb", "a⟨U+200B ZERO WIDTH SPACE⟩b"),
        ("\u200b\u200b\u200b", "⟨U+200B ZERO WIDTH SPACE ×3⟩"),
        ("\x1b[31m", "⟨U+001B ESCAPE⟩[31m"),
        ("a\u00a0b", "a⟨U+00A0 NO-BREAK SPACE⟩b"),
        ("one\ntwo\t", "one⟨LF⟩two⟨TAB⟩"),
        ("p\u0430ypal", "p⟨U+0430 CYRILLIC SMALL LETTER A⟩ypal"),
        ("Привет, мир", "Привет, мир"),
        ("使用Python的", "使用Python的"),
        ("it’s “fine”", "it’s “fine”"),
        (
            "⟨U+200B ZERO WIDTH SPACE⟩",
            "⟨U+27E8 MATHEMATICAL LEFT ANGLE BRACKET⟩U+200B ZERO WIDTH SPACE⟩",
        ),
        ("\ud800", "⟨U+D800 SURROGATE⟩"),
        ("\uffff\ue000\u0378", "⟨U+FFFF NONCHARACTER⟩⟨U+E000 PRIVATE USE⟩⟨U+0378 UNASSIGNED⟩"),
    ],
)
def test_examples(text, shown):
    assert make_visible(text) == shown
