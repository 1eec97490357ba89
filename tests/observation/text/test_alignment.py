import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.text import lcs, replacements
from lab.observation.text.alignment import (
    END,
    START,
    WHOLE,
    Slot,
    align_texts,
    get_surrounding_text,
)
from lab.observation.text.word_blocks import strip_separators

texts = st.one_of(
    st.text(),
    st.text(alphabet="ab \n,", max_size=30),
    st.lists(st.sampled_from(("a b c d", "a b x d", "", "e f", " e f", "g\t")), max_size=9).map(
        "\n".join
    ),
)


def read(reference, every):
    """The value of each slot in each text."""
    found = align_texts(reference, every)
    return {text: {slot: found.get_value(text, slot) for slot in found.slots} for text in every}


@given(texts, st.lists(texts, max_size=5))
def test_texts_that_differ_have_other_values(reference, others):
    every = {reference, *others}
    values = read(reference, every)
    assert len({tuple(found.items()) for found in values.values()}) == len(every)


@given(texts, st.lists(texts, max_size=5))
def test_each_value_was_sent_in_its_text(reference, others):
    for text, found in read(reference, {reference, *others}).items():
        for value in found.values():
            assert value in text or strip_separators(value) in text


@given(texts, st.lists(texts, min_size=1, max_size=5), st.randoms())
def test_the_order_of_texts_changes_nothing(reference, others, chance):
    shuffled = chance.sample(others, len(others))
    assert align_texts(reference, shuffled) == align_texts(reference, others)


@given(texts, st.lists(texts, max_size=5))
def test_surrounding_text_is_of_the_reference(reference, others):
    for slot in align_texts(reference, others).slots:
        before, after = get_surrounding_text(reference, slot, 5)
        assert before in reference
        assert after in reference
        assert max(len(before), len(after)) <= 5


words = st.sampled_from(("Linux", "the", "x", "y", "n/a", "12", "a-b"))
phrases = st.lists(words, max_size=3).map(tuple)


@st.composite
def additive_texts(draw):
    """A text with independent regions, and what each region may be replaced by.

    A region repeats its words, and has none of another's: where the same words may stand at two
    places, two changes can look like words that moved from one to the other.
    """
    regions = draw(st.lists(st.lists(phrases, min_size=2, max_size=3, unique=True), max_size=4))
    own = [
        [tuple(f"{word}{number}" for word in phrase) for phrase in region]
        for number, region in enumerate(regions)
    ]
    return [f"w{number}" for number in range(len(regions) + 1)], own


def write(fixed, regions, choice):
    parts = [fixed[0]]
    for word, region, chosen in zip(fixed[1:], regions, choice, strict=True):
        parts += [*region[chosen], word]
    return " ".join(parts)


@given(additive_texts(), st.data())
def test_a_change_elsewhere_moves_no_slot(parts, data):
    fixed, regions = parts
    usual = [0] * len(regions)
    reference = write(fixed, regions, usual)
    choices = [usual]
    choices += [
        [*usual[:number], chosen, *usual[number + 1 :]]
        for number, region in enumerate(regions)
        for chosen in range(1, len(region))
    ]
    choices += [
        [data.draw(st.integers(0, len(region) - 1)) for region in regions] for _ in range(4)
    ]
    values = read(reference, {write(fixed, regions, choice) for choice in choices})
    base = values[reference]
    for choice in choices:
        here = values[write(fixed, regions, choice)]
        expected = dict(base)
        for number, chosen in enumerate(choice):
            alone = values[write(fixed, regions, [*usual[:number], chosen, *usual[number + 1 :]])]
            expected |= {slot: value for slot, value in alone.items() if value != base[slot]}
        assert here == expected


PLATFORMS = ("Debian 12", "Arch Linux n/a", "Alpine Linux 3.20", "Ubuntu 24.04", "")
TERMINALS = ("xterm-256color", "vscode/1.99", "dumb", "screen of tmux")


@pytest.mark.parametrize("template", ["{} {}", "({} {})", "p/1 ({}; x86_64) {} (p; 1)", "{}\n{}\n"])
def test_neighbouring_words_of_two_factors_are_two_slots(template):
    every = {
        (platform, terminal): template.format(platform, terminal)
        for platform in PLATFORMS
        for terminal in TERMINALS
    }
    control = every[PLATFORMS[0], TERMINALS[0]]
    values = read(control, every.values())
    changed = {
        number: {
            slot
            for key, text in every.items()
            for slot, value in values[text].items()
            if value != values[control][slot]
            and key[1 - number] == (TERMINALS, PLATFORMS)[number][0]
        }
        for number in (0, 1)
    }
    assert changed[0]
    assert changed[1]
    assert changed[0].isdisjoint(changed[1])
    for number, slots in changed.items():
        for slot in slots:
            assert all(
                values[text][slot] == values[every[other]][slot]
                for key, text in every.items()
                for other in every
                if key[number] == other[number]
            )


@pytest.mark.parametrize(
    ("reference", "text", "slots"),
    [
        ("It is noon.", "It’s noon.", {Slot(0, 2): "It’s"}),
        ("at noon in Oslo", "at dusk in Oslo", {Slot(1, 2): "dusk"}),
        ("a  b", "a b", {Slot(1, 2): " b"}),
        ("z a  b", "z a b", {Slot(2, 3): " b"}),
        ("a b", "a b ", {END: " "}),
        ("a b", "\ta b", {START: "\t"}),
        ("a\nb\n", "a\nx\nb\n", {Slot(1, 1): "\nx"}),
        ("a\nb\nc\n", "a\nc\n", {Slot(1, 2): ""}),
        ("a, b, c", "b, c", {Slot(0, 1): ""}),
        ("a, b, c", "a, b", {Slot(2, 3): ""}),
    ],
)
def test_slots(reference, text, slots):
    found = align_texts(reference, [text])
    assert {slot: found.get_value(text, slot) for slot in found.slots} == slots


def test_where_a_slot_stands():
    reference = "first\nthe time in Oslo is noon\nlast\n"
    assert get_surrounding_text(reference, Slot(4, 5)) == ("first\nthe time in", " is noon\nlast")
    assert get_surrounding_text(reference, Slot(4, 4)) == (
        "first\nthe time in",
        " Oslo is noon\nlast",
    )
    assert get_surrounding_text(reference, Slot(0, 0), 8) == ("", "first\nth")
    assert get_surrounding_text(reference, END, 5) == ("last\n", "")
    assert get_surrounding_text(reference, START, 5) == ("", "first")


def test_a_text_with_nothing_in_common_does_not_disturb_the_others():
    usual = [f"word{number}" for number in range(500)]
    every = [
        " ".join([*usual[:number], "other", *usual[number + 1 :]]) for number in range(0, 500, 50)
    ]
    reference, strange = " ".join(usual), "nothing like it " * 200
    alone, together = read(reference, every), read(reference, [*every, strange])
    for text in every:
        assert {slot: together[text][slot] for slot in alone[text]} == alone[text]
    assert together[strange].pop(WHOLE) == strange
    assert set(together[strange].values()) == {None}


def numbered(prefix, count, separator):
    return separator.join(f"{prefix}{number}" for number in range(count))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (numbered("a", 130_000, " "), numbered("b", 131_000, " ")),
        (numbered("a b c d ", 30_000, "\n"), numbered("a b x d ", 30_001, "\n")),
        (" a" * 500_000, " b" * 400_000),
        ("a b " * 100_000, "b a " * 90_000),
    ],
    ids=["words", "alike", "repeated", "turned"],
)
def test_hostile_texts_take_bounded_work(left, right, monkeypatch):
    cells = 0
    compare = lcs._common

    def compare_and_count(one, other):
        nonlocal cells
        cells += len(one) * len(other)
        return compare(one, other)

    monkeypatch.setattr(lcs, "_common", compare_and_count)
    assert align_texts(left, [right]).slots
    assert cells <= lcs.MOST_CELLS


def test_many_texts_with_many_changes_take_bounded_work(monkeypatch):
    chance = random.Random(1)
    usual = [chance.choice("abcdefgh") for _ in range(300)]
    every = set()
    for _ in range(60):
        changed = [chance.choice("abcdefgh") if chance.random() < 0.3 else word for word in usual]
        every.add(" ".join(word for word in changed if chance.random() < 0.95))
    moves = 0
    find_moves = replacements.WindowExplanation._moves

    def count(*args, **options):
        nonlocal moves
        moves += 1
        return find_moves(*args, **options)

    monkeypatch.setattr(replacements.WindowExplanation, "_moves", count)
    values = read(" ".join(usual), every)
    assert moves <= replacements.MAX_STATES
    assert len({tuple(found.items()) for found in values.values()}) == len(every)
