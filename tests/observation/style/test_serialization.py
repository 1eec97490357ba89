import json
import re
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.style.serialization import (
    describe_form_style,
    describe_json_style,
    normalise_path,
    parse_form,
    parse_written_form,
)

texts = st.text(st.characters(codec="utf-8"))


@given(texts, texts, st.booleans())
def test_the_writing_of_json_does_not_follow_the_contents(one, other, ascii_only):
    left, right = (json.dumps({"a": text}, ensure_ascii=ascii_only) for text in (one, other))
    assert describe_json_style(left) == describe_json_style(right)


@given(texts, texts, st.sampled_from([quote, quote_plus]))
def test_the_writing_of_a_form_does_not_follow_the_contents(one, other, encode):
    left, right = (f"a={encode(text)}&b=1" for text in (one, other))
    assert describe_form_style(left) == describe_form_style(right)
    assert parse_form(left) == [("a", one), ("b", "1")]


@pytest.mark.parametrize(
    ("text", "spaces", "escapes"),
    [
        ('{"a":1}', [], []),
        ('{"a": [1, 2]}', [", ' '", ": ' '"], []),
        ('{\n  "a":1\n}', ["text '\\n'", "{ '\\n'…"], []),
        ('{"a: b":", "}', [], []),
        (r'{"a":"\/"}', [], []),
        (r'{"a":"\\u0061"}', [], []),
        (r'{"a":"\u0061"}', [], ["needless numbers"]),
        (r'{"a":"\u003c\u00e9\u0001"}', [], []),
    ],
)
def test_json(text, spaces, escapes):
    assert json.loads(describe_json_style(text)) == {"spaces": spaces, "escapes": escapes}


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("a=1&b=x+y", []),
        ("a=x%20y", []),
        ("a=%61", ["needless escapes"]),
        ("a=1&&b=2", ["empty pairs"]),
        ("&a=1", ["empty pairs"]),
    ],
)
def test_forms(text, ways):
    assert json.loads(describe_form_style(text)) == ways


@given(st.text())
def test_any_text_has_a_writing(text):
    describe_json_style(text)
    describe_form_style(text)
    parse_form(text)
    assert len(parse_written_form(text)) == len(parse_form(text))


@given(st.text())
def test_a_plain_path_has_the_same_segments_and_is_its_own(text):
    assert normalise_path(normalise_path(text)) == normalise_path(text)
    assert normalise_path(text).count("/") == text.count("/")


@given(texts, st.sampled_from([quote, lambda text: quote(text, safe="")]))
def test_however_a_path_is_written_it_is_one_place(text, encode):
    word = text.replace("/", "-")
    lower = re.sub("%..", lambda octet: octet[0].lower(), encode(word))
    assert normalise_path(encode(word)) == normalise_path(lower)
    assert unquote(normalise_path(encode(word))) == word


def test_a_slash_within_a_segment_stays_one():
    assert normalise_path("/a%2fb/c%3ad/%C3%a9/é") == "/a%2Fb/c:d/%C3%A9/%E9"


def test_written_pairs():
    assert parse_written_form("a%5B%5D=x+y&&b=1=2&c") == [
        ("a[]", "a%5B%5D", "x+y"), ("b", "b", "1=2"), ("c", "c", ""),
    ]  # fmt: skip
