import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.writing import form_pairs, form_writing, json_writing

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
        (r'{"a":"\/"}', [], ["slashes"]),
        (r'{"a":"\\/"}', [], []),
        (r'{"a":"\u0061"}', [], ["needless numbers"]),
        (r'{"a":"\u003c\u00e9\u0001"}', [], []),
        (r'{"a":"\u00e9\u00C9"}', [], ["digits in both cases"]),
    ],
)
def test_json(text, spaces, escapes):
    assert json.loads(json_writing(text)) == {"spaces": spaces, "escapes": escapes}


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("a=1&b=x+y", []),
        ("a=x%20y", []),
        ("a=x%20y+z", ["spaces in both ways"]),
        ("a=%61", ["needless escapes"]),
        ("a=%2f&b=%2F", ["digits in both cases"]),
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
