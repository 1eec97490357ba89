import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.text import lcs
from lab.observation.text.alignment import (
    _lines,
    _words,
    align,
    get_reference_value,
    get_surrounding_text,
)
from tests.calls import count_lines

texts = st.one_of(
    st.text(),
    st.text(alphabet="ab \n", max_size=30),
    st.lists(st.sampled_from(("a b c d", "a b x d", "", "e f", " e f", "g\t")), max_size=9).map(
        "\n".join
    ),
)


def rebuilt(reference, slots):
    """The text that reference and slots stand for."""
    out = []
    lines = _lines(reference)
    for number in range(len(lines) + 1):
        out.append(slots.get((number, -1, "<"), ""))
        if number == len(lines):
            continue
        if (number, -1, "=") in slots:
            out.append(slots[number, -1, "="])
            continue
        words = _words(lines[number])
        for index in range(len(words) + 1):
            out.append(slots.get((number, index, "<"), ""))
            if index < len(words):
                out.append(slots.get((number, index, "="), words[index]))
    return "".join(out)


@given(texts, texts)
def test_reference_and_slots_give_the_text_back(reference, text):
    assert rebuilt(reference, align(reference, text)) == text


@given(texts, texts)
def test_slots_name_differences_and_only_those(reference, text):
    slots = align(reference, text)
    assert (slots == {}) == (reference == text)
    for slot, value in slots.items():
        assert get_reference_value(reference, slot) != value
        before, after = get_surrounding_text(reference, slot, 5)
        assert before in reference
        assert after in reference
        assert max(len(before), len(after)) <= 5


@given(texts, texts, texts)
def test_a_text_is_aligned_whatever_was_aligned_before(reference, text, other):
    first = align(reference, text)
    align(other, text)
    align(reference, other)
    assert align(reference, text) == first


@pytest.mark.parametrize(
    ("reference", "text", "slots"),
    [
        ("It is noon.", "It’s noon.", {(0, 0, "="): "It’s", (0, 1, "="): "", (0, 2, "="): ""}),
        ("at noon in Oslo", "at dusk in Oslo", {(0, 2, "="): "dusk"}),
        ("a  b", "a b", {(0, 1, "="): " "}),
        ("a b", "a b ", {(0, 3, "<"): " "}),
        ("a\nb\n", "a\nx\nb\n", {(1, -1, "<"): "x\n"}),
        ("a\nb\nc\n", "a\nc\n", {(1, -1, "="): ""}),
        # A new line, and a word put first into the line behind it: two gaps, not one.
        ("a b c d\n", "new\nx a b c d\n", {(0, -1, "<"): "new\n", (0, 0, "<"): "x "}),
    ],
)
def test_slots(reference, text, slots):
    assert align(reference, text) == slots


def test_where_a_slot_stands():
    reference = "first\nthe time in Oslo is noon\nlast\n"
    assert get_surrounding_text(reference, (1, 6, "=")) == ("the time in ", " is noon")
    assert get_surrounding_text(reference, (1, 6, "<")) == ("the time in ", "Oslo is noon")
    assert get_surrounding_text(reference, (1, -1, "<"), 8) == ("", "the time")
    assert get_surrounding_text(reference, (1, -1, "=")) == ("", "")
    assert get_surrounding_text(reference, (3, -1, "<"), 5) == ("last\n", "")


def numbered(prefix, count, separator):
    return separator.join(f"{prefix}{number}" for number in range(count))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (numbered("a", 130_000, " "), numbered("b", 131_000, " ")),
        (numbered("a", 130_000, "\n"), numbered("b", 131_000, "\n")),
        (numbered("a", 3_900, " "), numbered("b", 3_950, " ")),
        (numbered("a b c d ", 30_000, "\n"), numbered("a b x d ", 30_001, "\n")),
        (" a" * 500_000, " b" * 400_000),
    ],
    ids=["words", "lines", "spaces in common", "alike", "repeated"],
)
def test_hostile_texts_take_no_more_steps_than_they_must(left, right, monkeypatch):
    cells = 0
    compare = lcs._common

    def compare_and_count(one, other):
        nonlocal cells
        cells += len(one) * len(other)
        return compare(one, other)

    monkeypatch.setattr(lcs, "_common", compare_and_count)
    assert count_lines(lambda: align(left, right)) < 5 * (len(left) + len(right))
    assert cells <= lcs.MOST_CELLS
    assert align(left, right)
