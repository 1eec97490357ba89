import json
import re
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.documents.body import flatten_body
from lab.observation.style.escapes import (
    describe_form_escapes,
    describe_json_escapes,
    describe_percent_escapes,
)
from lab.observation.style.serialization import parse_written_form
from tests.calls import count_calls

texts = st.text(st.characters(codec="utf-8"))


def written(*literals):
    """Of a document with these strings, each at a place of its own."""
    return dict(
        describe_json_escapes("", [(f"/{n}", f'"{one}"') for n, one in enumerate(literals)])
    )


@pytest.mark.parametrize(
    ("literal", "ways"),
    [
        (r"plain words", {}),
        (r"é", {"beyond ASCII": "as it is"}),
        (r"\u00e9", {"beyond ASCII": "by number", "digits": "lower case"}),
        (r"\u00E9", {"beyond ASCII": "by number", "digits": "upper case"}),
        (r"\u00eE", {"beyond ASCII": "by number", "digits": "00eE"}),
        (r"\u2019", {"mark beyond ASCII": "by number"}),
        ("’", {"mark beyond ASCII": "as it is"}),
        (r"a/b", {"slash": "as it is"}),
        (r"a\/b", {"slash": "by backslash"}),
        (r"a\u002fb", {"slash": "by number", "digits": "lower case"}),
        (r"\"", {"quotation mark": "by backslash"}),
        (r"\u0022", {"quotation mark": "by number"}),
        (r"\\u00e9", {"backslash": "by backslash"}),
        (r"\n", {"line feed": "by backslash"}),
        (r"\u000a", {"line feed": "by number", "digits": "lower case"}),
        (r"\u0001", {}),
        (r"\u001B", {"digits": "upper case"}),
        (r"<", {"less-than sign": "as it is"}),
        (r"\u003c", {"less-than sign": "by number", "digits": "lower case"}),
        (r"\u0061", {"needless": "U+0061 by number"}),
        (r"\ud83d\ude00", {"beyond U+FFFF": "by number", "digits": "lower case"}),
        ("😀", {"beyond U+FFFF": "as it is"}),
        (r"\ud83d", {"digits": "lower case"}),
        (r"\u2028", {"line separator": "by number"}),
    ],
)
def test_a_string(literal, ways):
    assert written(literal) == {f"/({kind})": way for kind, way in ways.items()}
    json.loads(f'"{literal}"')


def test_where_strings_differ_each_reveals_its_own():
    assert written("é", r"\u00e9", "e", "é") == {
        "/(beyond ASCII)": "mixed",
        "/0/(beyond ASCII)": "as it is",
        "/1/(beyond ASCII)": "by number",
        "/3/(beyond ASCII)": "as it is",
        "/(digits)": "lower case",
    }


def test_where_one_string_has_both_ways_it_reveals_which_characters_or_in_which_turn():
    assert written(r"é\u00ea")["/0/(beyond ASCII)"] == "U+00E9 as it is, U+00EA by number"
    turns = {written(one)["/0/(slash)"] for one in (r"/\/\/", r"\//\/", r"\/\//")}
    assert turns == {"1 as it is, 2 by backslash", "1 by backslash, 1 as it is, 1 by backslash",
                     "2 by backslash, 1 as it is"}  # fmt: skip


def test_strings_at_one_place_reveal_one_behind_the_other():
    both = [("/*", '"/"'), ("/*", r'"\/"')]
    assert dict(describe_json_escapes("", both)) != dict(describe_json_escapes("", both[::-1]))


encoders = st.sampled_from([
    lambda document: json.dumps(document),
    lambda document: json.dumps(document, ensure_ascii=False),
    lambda document: json.dumps(document).replace("/", r"\/"),
    lambda document: re.sub(r"[<>&]", lambda c: f"\\u{ord(c[0]):04x}", json.dumps(document)),
])  # fmt: skip


@given(st.lists(texts, max_size=4), st.lists(texts, max_size=4), encoders)
def test_no_kind_reveals_the_contents(one, other, encode):
    left, right = (
        {leaf.pointer: leaf.value for leaf in flatten_body(encode(items).encode(), "")
         if leaf.part == "writing" and leaf.pointer and "(json)" not in leaf.pointer}
        for items in (one, other)
    )  # fmt: skip
    both = left.keys() & right.keys()
    assert {kind: left[kind] for kind in both} == {kind: right[kind] for kind in both}
    assert "mixed" not in left.values()


documents = st.recursive(
    st.one_of(texts, st.integers(), st.none()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(texts, inner)),
)


@given(documents, st.integers(0, 70))
def test_strings_keep_to_their_places_however_deep_others_are(document, depth):
    for _ in range(depth):
        document = [document, "x"]
    body = json.dumps([document, {"last": "/"}], ensure_ascii=False).replace("/", r"\/")
    found = flatten_body(body[:-6].encode() + rb'"\u002f"}]', "")
    assert ("writing", "/*/last/(slash)", "by number") in found or "/" not in body[:-6]


def test_places():
    body = rb'{"a\/b": ["/", {"name": "x", "deep": "\/"}], "inner": "{\"z\": \"\\u00e9\"}"}'
    found = {leaf.pointer: leaf.value for leaf in flatten_body(body, "") if leaf.part == "writing"}
    del found[""], found["/inner/(json)"]
    assert found == {
        "/(backslash)": "by backslash",
        "/(quotation mark)": "by backslash",
        "/(slash)": "mixed",
        "/(name)/(slash)": "by backslash",
        "/a~1b/*/(slash)": "as it is",
        "/a~1b/[x]/deep/(slash)": "by backslash",
        "/inner/(json)/(beyond ASCII)": "by number",
        "/inner/(json)/(digits)": "lower case",
    }


def test_lines_of_documents():
    body = b'{"event": "a", "v": "/"}\n{"event": "b", "v": "\\/"}\n'
    found = {leaf.pointer: leaf.value for leaf in flatten_body(body, "") if leaf.part == "writing"}
    assert found["/[a]/v/(slash)"] == "as it is"
    assert found["/[b]/v/(slash)"] == "by backslash"


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("a=plain-word_1.0", {}),
        ("a=x+y", {"a/(space)": "as a plus sign"}),
        ("a=x%20y", {"a/(space)": "by number"}),
        ("a=x+y%20z", {"a/(space)": "1 as a plus sign, 1 by number"}),
        ("a=%2b", {"a/(plus sign)": "by number", "a/(digits)": "lower case"}),
        ("a=%2B", {"a/(plus sign)": "by number", "a/(digits)": "upper case"}),
        ("a=:&b=%3a", {"a/(colon)": "as it is", "b/(colon)": "by number",
                       "b/(digits)": "lower case"}),
        ("a=%61", {"a/(needless)": "U+0061 by number"}),
        ("a=%C3%A9", {"a/(beyond ASCII)": "by number", "a/(digits)": "upper case"}),
        ("a=é", {"a/(beyond ASCII)": "as it is"}),
        ("a=1=2", {"a/(equals sign)": "as it is"}),
        ("a%5b%5D=1", {"a[]/(name)/(left bracket)": "by number",
                       "a[]/(name)/(right bracket)": "by number",
                       "a[]/(name)/(digits)": "5b lower case, 5d upper case"}),
    ],
)  # fmt: skip
def test_a_query(text, ways):
    found = dict(describe_form_escapes("q", parse_written_form(text)))
    assert found == {f"q/{pointer}": way for pointer, way in ways.items()}


def test_in_a_path_a_plus_sign_is_one():
    assert dict(describe_percent_escapes([("path", "a+b")])) == {"path/(plus sign)": "as it is"}


@given(texts, texts, st.sampled_from([quote, quote_plus, lambda t: quote(t, safe="!*'()~")]))
def test_no_field_reveals_its_contents(one, other, encode):
    left, right = (
        dict(describe_form_escapes("q", parse_written_form(f"a={encode(text)}")))
        for text in (one, other)
    )
    both = left.keys() & right.keys()
    assert {kind: left[kind] for kind in both} == {kind: right[kind] for kind in both}


@given(st.text(), st.text(), st.booleans())
def test_any_text_has_ways(prefix, text, plus):
    for found in (
        describe_percent_escapes([(prefix, text), (prefix, text[::-1])], plus=plus),
        describe_form_escapes(prefix, parse_written_form(text)),
    ):
        assert all(value for _, value in found)


@given(st.lists(st.from_regex(r'"([^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"', fullmatch=True)))
def test_any_strings_have_ways(literals):
    assert all(value for _, value in describe_json_escapes("", [("/*", one) for one in literals]))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"a": 'é\n/"' * 60_000}).encode(),
        json.dumps(["é", "/", "\\"] * 10_000, ensure_ascii=False).encode(),
        b'["' + rb"/\/" * 100_000 + b'"]',
        b"[" + rb'"/","\/",' * 10_000 + b"1]",
        urlencode({str(n): "é /:" for n in range(10_000)}).encode(),
    ],
)
def test_large_bodies_cost_no_more_than_their_length(body):
    # The patterns' own steps cannot be counted: at these sizes a quadratic one would not end.
    media = "" if body[:1] in b"[{" else "application/x-www-form-urlencoded"
    assert count_calls(lambda: flatten_body(body, media)) < 16 * len(body)
