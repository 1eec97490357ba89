import json
import re
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.style.serialization import (
    form_pairs,
    form_writing,
    json_writing,
    plain_path,
    written_pairs,
)

texts = st.text(st.characters(codec="utf-8"))


@given(texts, texts, st.booleans())
def test_the_writing_of_json_does_not_follow_the_contents(one, other, ascii_only):
    left, right = (json.dumps({"a": text}, ensure_ascii=ascii_only) for text in (one, other))
    assert json_writing(left) == json_writing(right)


@given(texts, texts, st.sampled_from([quote, quote_plus]))
def test_the_writing_of_a_form_does_not_follow_the_contents(one, other, encode):
    left, right = (f"a={encode(text)}&b=1" for text in (one, other))
    assert form_writing(left) == form_writing(right)
    assert form_pairs(left) == [("a", one), ("b", "1")]


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
    assert json.loads(json_writing(text)) == {"spaces": spaces, "escapes": escapes}


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
    assert json.loads(form_writing(text)) == ways


@given(st.text())
def test_any_text_has_a_writing(text):
    json_writing(text)
    form_writing(text)
    form_pairs(text)
    assert len(written_pairs(text)) == len(form_pairs(text))


@given(st.text())
def test_a_plain_path_has_the_same_segments_and_is_its_own(text):
    assert plain_path(plain_path(text)) == plain_path(text)
    assert plain_path(text).count("/") == text.count("/")


@given(texts, st.sampled_from([quote, lambda text: quote(text, safe="")]))
def test_however_a_path_is_written_it_is_one_place(text, encode):
    word = text.replace("/", "-")
    lower = re.sub("%..", lambda octet: octet[0].lower(), encode(word))
    assert plain_path(encode(word)) == plain_path(lower)
    assert unquote(plain_path(encode(word))) == word


def test_a_slash_within_a_segment_stays_one():
    assert plain_path("/a%2fb/c%3ad/%C3%a9/é") == "/a%2Fb/c:d/%C3%A9/%E9"


def test_written_pairs():
    assert written_pairs("a%5B%5D=x+y&&b=1=2&c") == [
        ("a[]", "a%5B%5D", "x+y"), ("b", "b", "1=2"), ("c", "c", ""),
    ]  # fmt: skip
