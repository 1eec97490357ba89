"""Held to what Unicode's annex says, and to ICU where this machine has it."""

import ctypes
import ctypes.util
import itertools
import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.covert.bidi import (
    MAX_LENGTH,
    embedding_levels,
    has_right_to_left,
    mirror,
    to_visual_order,
)

HEBREW = "\u05d0\u05d1\u05d2"
CONTROLS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LETTERS = f"abc{HEBREW}\u062c12\u0663\u0664+-/,:.$% \t()[]<>\u0300\u05b0\u00ad{CONTROLS}"
REMOVED = ("RLE", "LRE", "RLO", "LRO", "PDF", "BN")


def without_controls(text):
    return text.translate(dict.fromkeys(map(ord, CONTROLS)))


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (f"car {HEBREW} b", f"car {HEBREW[::-1]} b"),
        # Numbers run from left to right even there.
        (f"{HEBREW} 12", f"12 {HEBREW[::-1]}"),
        (f"a {HEBREW} 12 b", f"a 12 {HEBREW[::-1]} b"),
        # Overrides, embeddings, isolates; and what a mark between neutral ones does.
        ("a\u202ebcd\u202ce", "adcbe"),
        ("\u202ecba\u202c", "abc"),
        (f"\u202b{HEBREW} b {HEBREW}\u202c", f"{HEBREW[::-1]} b {HEBREW[::-1]}"),
        (f"{HEBREW}\u2066b.c\u2069!", f"{HEBREW[::-1]}b.c!"),
        (f"{HEBREW}!\u200f", f"!{HEBREW[::-1]}"),
        # Brackets are mirrored and belong together; accents stay on their letters.
        (f"\u202e(a[\u202c{HEBREW}", f"{HEBREW[::-1]}]a)"),
        (f"a ({HEBREW}) b", f"a ({HEBREW[::-1]}) b"),
        ("\u05d0\u05b0\u05d1", "\u05d1\u05d0\u05b0"),
        # Each paragraph for itself, blanks at its end in its own direction.
        (f"{HEBREW} \n{HEBREW} a", f"{HEBREW[::-1]} \n{HEBREW[::-1]} a"),
    ],
)
def test_what_a_reader_sees(written, seen):
    assert without_controls(to_visual_order(written)) == without_controls(seen)


@given(st.text())
def test_what_is_not_turned_stays(text):
    if not has_right_to_left(text):
        assert to_visual_order(text) == text


@given(st.text(LETTERS))
def test_nothing_is_lost(text):
    def unmirrored(found):
        return sorted(min(character, mirror(character)) for character in found)

    assert unmirrored(to_visual_order(text)) == unmirrored(text)
    assert len(embedding_levels(text)) == len(text)


def test_what_is_too_long_stays():
    long = f"\u202e{'ab' * MAX_LENGTH}"
    assert to_visual_order(long) == long


def test_mirror_images():
    for pair in ("()", "[]", "{}", "<>", "«»", "≤≥", "‹›", "（）"):
        assert (mirror(pair[0]), mirror(pair[1])) == (pair[1], pair[0])
    assert [mirror(character) for character in "a/\u05d0∑"] == list("a/\u05d0∑")
    assert all(mirror(mirror(chr(number))) == chr(number) for number in range(0x10000))


def order(found):
    """Where each character goes by its level, and whether it is turned (L2)."""
    places = list(range(len(found)))
    for level in range(max(found, default=0), 0, -1):
        runs = itertools.groupby(places, key=lambda place: found[place] >= level)
        places = [
            place for turned, run in runs for place in (reversed(list(run)) if turned else run)
        ]
    return places, [level % 2 for level in found]


@pytest.fixture(scope="module")
def icu():
    """The levels of a paragraph by the library that browsers are built with."""
    name = ctypes.util.find_library("icuuc")
    version = re.search(r"\.so\.(\d+)", name or "")
    if name is None or version is None:
        pytest.skip("this machine has no ICU to compare with")
    library = ctypes.CDLL(name)
    opened, paragraph, found = (
        getattr(library, f"ubidi_{what}_{version[1]}") for what in ("open", "setPara", "getLevels")
    )
    opened.restype = ctypes.c_void_p
    paragraph.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_uint8,
                          ctypes.c_void_p, ctypes.c_void_p]  # fmt: skip
    found.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    found.restype = ctypes.POINTER(ctypes.c_uint8)
    state = opened()

    def levels_of(text):
        data = text.encode("utf-16-le")
        error = ctypes.c_int(0)
        paragraph(state, data, len(data) // 2, 0, None, ctypes.byref(error))
        pointer = found(state, ctypes.byref(error))
        assert error.value <= 0
        return [pointer[index] for index in range(len(data) // 2)]

    return levels_of


def test_the_same_order_as_icu(icu):
    """Where an override meets the end of an isolate that never began, ICU differs from X6a."""
    chance = random.Random(1)
    letters = LETTERS.replace("\u2069", "")
    for _ in range(4_000):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 25)))
        text = re.sub("[\u2066-\u2068][^\u2066-\u2068]*", "\\g<0>\u2069", text)
        kept = [
            index
            for index, character in enumerate(text)
            if unicodedata.bidirectional(character) not in REMOVED
        ]
        mine, others = (
            order([found[index] for index in kept]) for found in (embedding_levels(text), icu(text))
        )
        assert mine == others, ascii(text)
