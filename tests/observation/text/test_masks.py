import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lab.observation.text.masks import is_identifier_like, mask, strip_quotation_marks

pieces = st.sampled_from(
    ["1", "a", "g", "-", "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "deadbeef", "2026-11-20T12:00Z",
     "‹n›", " ", "Ab3", "0123456789abcdef", "e5", "."]
)  # fmt: skip
texts = st.one_of(st.text(), st.lists(pieces, max_size=8).map("".join))


@example("g1aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa")
@given(texts)
def test_masking_twice_changes_nothing(text):
    assert mask(mask(text)) == mask(text)


@given(texts)
def test_no_digit_is_left(text):
    assert not any(character.isdecimal() for character in mask(text))


@given(st.text(alphabet=st.characters(exclude_categories=["N"])))
def test_a_text_without_numbers_stays(text):
    assert mask(text) == strip_quotation_marks(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("id 123e4567-e89b-12d3-a456-426614174000.", "id ‹uuid›."),
        ("at 2026-11-20T12:00:00.123Z,", "at ‹time›Z,"),
        ("at 2026-11-20 12:00:00+01:00", "at ‹time›+‹n›:‹n›"),
        ("on 2026-11-20", "on ‹n›-‹n›-‹n›"),
        ("commit deadbeef1", "commit ‹hex›"),
        ("message msg_01AbCdEfGhIj", "message ‹token›"),
        ("took 1.5e3 s, 2 times", "took ‹n› s, ‹n› times"),
        ("the facade decade", "the facade decade"),
    ],
)
def test_what_each_mask_blanks(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "word",
    [
        "123e4567-e89b-12d3-a456-426614174000",
        "42",
        "deadbeef01",
        "msg_01AbCdEfGhIj",
        "V1StGXR8_Z5jdHi6",
    ],
)
def test_identifiers(word):
    assert is_identifier_like(word)


@pytest.mark.parametrize("word", ["", "v1", "messages", "gemini-2.5-pro", "facade", "42\n", "{id}"])
def test_names(word):
    assert not is_identifier_like(word)


@pytest.mark.parametrize("piece", ["a-", "a", "aA", "-", "1.", "abcdef", "2026-11-20T", "a_"])
def test_hostile_texts_are_masked(piece):
    # Half a megabyte takes a linear pattern milliseconds; a quadratic one would not end.
    once, count = piece * 20, 25_000 // len(piece)
    assert mask(once * count) == mask(once) * count
    assert not is_identifier_like(once * count)
