"""The first mistake: its path, and what must be there instead."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from lab.toml.mistakes import find_mistake, quote_value

Word = Annotated[str, Meta(pattern=r"\A[a-z]+\Z", description="a small word")]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    word: Word
    size: int = 0


class Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    part: Part
    parts: tuple[Part, ...] = ()
    table: Mapping[Word, Part] = {}
    words: tuple[Word, ...] = ()
    kind: Literal["red", "green"] | None = None
    either: str | tuple[str, ...] = ()
    flag: bool = False


PART = {"word": "a"}
CASES = [
    ({}, ("part",), "is missing and required; add [part]"),
    ({"part": {}}, ("part", "word"), 'is missing and required; add word = "…"'),
    ({"part": 1}, ("part",), "must be a table, not 1; write [part] on a line of its own"),
    ({"part": {"word": "A"}}, ("part", "word"), "must be a small word, not 'A'"),
    ({"part": {"word": 1}}, ("part", "word"), "must be a small word, not 1; put it in quotes"),
    ({"part": {"word": ""}}, ("part", "word"), "is empty; write something, or leave the key out"),
    ({"part": {"wrd": "a"}}, ("part", "wrd"), "no such key; did you mean word?"),
    ({"part": {"zzz": "a"}}, ("part", "zzz"), "no such key; there are word and size"),
    ({"part": PART, "parts": [PART, {"word": "b", "size": "1"}]}, ("parts", 1, "size"), "'1'"),
    ({"part": PART, "parts": PART}, ("parts",), "must be a list of tables, not a table; write [["),
    ({"part": PART, "table": {"A": PART}}, ("table", "A"), "'A' is not a small word"),
    ({"part": PART, "table": {"a": {}}}, ("table", "a", "word"), "is missing"),
    ({"part": PART, "words": ["a", "B"]}, ("words", 1), "must be a small word, not 'B'"),
    ({"part": PART, "words": "a"}, ("words",), "must be a list, [\"…\", …], not 'a'"),
    ({"part": PART, "kind": "gren"}, ("kind",), "red or green, not 'gren'; did you mean green?"),
    ({"part": PART, "kind": "xyz"}, ("kind",), "must be red or green, not 'xyz'"),
    ({"part": PART, "either": 1}, ("either",), 'must be a text or a list, ["…", …], not 1; put'),
    ({"part": PART, "either": ["a", 1]}, ("either", 1), "must be a text, not 1; put it in"),
    ({"part": PART, "flag": "yes"}, ("flag",), "must be true or false, not 'yes'"),
]


@pytest.mark.parametrize(("value", "path", "problem"), CASES)
def test_a_mistake_has_its_path_and_what_must_be_there(value, path, problem):
    found = find_mistake(Whole, value, ())
    assert found is not None
    assert found[0] == path
    assert problem in found[1]


def test_a_value_of_its_type_has_no_mistake():
    whole = {"part": PART, "parts": [PART], "table": {"a": PART}, "words": ["a"], "kind": "red"}
    assert find_mistake(Whole, whole, ()) is None


SCALARS = st.sampled_from([True, 0, 7, 1.5, "", "a", "A", "red", "\0"])
FLAT = SCALARS | st.lists(SCALARS, max_size=2)
TABLES = st.dictionaries(st.sampled_from(["word", "size", "a", "B"]), FLAT, max_size=3)
JSON = FLAT | TABLES | st.lists(TABLES, max_size=2) | st.dictionaries(st.just("a"), TABLES)


@given(st.dictionaries(st.sampled_from(Whole.__struct_fields__), JSON))
def test_there_is_a_mistake_exactly_where_msgspec_refuses(value):
    try:
        msgspec.convert(value, Whole)
    except msgspec.ValidationError:
        assert find_mistake(Whole, value, ()) is not None
    else:
        assert find_mistake(Whole, value, ()) is None


def test_values_are_quoted_short_and_as_toml_writes_them():
    assert quote_value(True) == "true"
    assert quote_value({"a": 1}) == "a table"
    assert quote_value([1]) == "a list"
    assert len(quote_value("x" * 1000)) <= 60
