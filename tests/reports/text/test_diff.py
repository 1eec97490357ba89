from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lab.reports.text.diff import Span, compare_texts, label_texts

TEXTS = st.text(st.sampled_from("ab’' \n\u200b⟨é界"), max_size=60)


def join_spans(spans: tuple[Span, ...]) -> str:
    return "".join(f"[{span.text}]" if span.differs else span.text for span in spans)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.integers(20, 80))
def test_both_sides_fit_and_the_difference_shows(before, left, right, after, cells):
    left, right = before + left + after, before + right + after
    seen = compare_texts(left, right, cells)
    assert all(sum(cell_len(s.text) for s in side) <= cells for side in (seen.left, seen.right))
    assert (seen.changes == 0) == (left == right)
    if left != right:
        assert seen.shown >= 1
        assert any(span.differs for span in seen.left + seen.right)


@given(TEXTS)
def test_equal_texts_have_no_difference(text):
    seen = compare_texts(text, text, 40)
    assert seen.left == seen.right
    assert not any(span.differs for span in seen.left)


def test_one_code_point_in_the_context_of_its_line():
    left = "Rules:\nToday's date is Friday.\nMore."
    seen = compare_texts(left, left.replace("'", "’"), 60)
    assert join_spans(seen.left) == "…Today[']s date is Friday.…"
    assert join_spans(seen.right) == "…Today[’]s date is Friday.…"


def test_several_places_on_one_line_are_all_marked():
    seen = compare_texts("it's done, isn't it", "it’s done, isn’t it", 60)
    assert join_spans(seen.left) == "it[']s done, isn[']t it"
    assert (seen.changes, seen.shown) == (2, 2)


def test_an_insertion_and_texts_with_nothing_in_common():
    assert join_spans(compare_texts("ab", "a\u200bb", 60).right) == "a[⟨U+200B ZERO WIDTH SPACE⟩]b"
    assert join_spans(compare_texts("UTC", "Asia/Tokyo", 60).right) == "[Asia/Tokyo]"


def test_spaces_that_nobody_would_notice_are_spelled_out():
    assert join_spans(compare_texts("ok.", "ok. ", 60).right) == "ok.[⟨SPACE⟩]"
    assert join_spans(compare_texts("a b", "a   b", 60).right) == "a [⟨SPACE ×2⟩]b"
    assert label_texts(["ok", "ok ", "o  k"], 40) == ("ok", "ok⟨SPACE⟩", "o⟨SPACE ×2⟩k")


def test_a_difference_deep_in_a_megabyte_is_found():
    left = "x " * 500_000 + "here" + " y" * 500_000
    seen = compare_texts(left, left.replace("here", "THERE"), 60)
    assert "[here]" in join_spans(seen.left)
    assert "[THERE]" in join_spans(seen.right)


@given(st.lists(TEXTS, unique=True, min_size=1, max_size=6), st.integers(12, 40))
def test_no_two_labels_look_alike(values, cells):
    assert len(set(label_texts(values, cells))) == len(values)


def test_a_label_names_the_character_that_distinguishes_it():
    assert label_texts(["Today's", "Today’s"], 40) == (
        "Today's",
        "Today’s (U+2019 RIGHT SINGLE QUOTATION MARK)",
    )


def test_texts_that_look_alike_beside_a_third_are_distinguished_by_what_follows():
    long = "the same long beginning of two texts "
    first, second, third = label_texts([long + "one", long + "two", "other"], 20)
    assert first.endswith("one")
    assert second.endswith("two")
    assert third == "other"


def test_a_text_of_nothing_but_spaces_is_spelled_out_even_alone():
    assert label_texts(["  "], 20) == ("⟨SPACE ×2⟩",)
    assert label_texts([""], 20) == ("",)


def test_a_long_word_before_the_difference_is_not_cut_away_with_its_beginning():
    words = "a_word_that_takes_all_the_room_there_is "
    assert label_texts([words + "one", words + "two"], 24) == (
        "…l_the_room_there_is one",
        "…l_the_room_there_is two",
    )


def test_the_name_of_a_character_takes_its_room_from_the_text_around_it():
    (plain, marked) = label_texts([f"Today{mark}s date, and {'more ' * 9}" for mark in "'’"], 60)
    assert cell_len(plain) <= 60
    assert cell_len(marked) <= 70
    assert marked.endswith("… (U+2019 RIGHT SINGLE QUOTATION MARK)")
