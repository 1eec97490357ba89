import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.documents.body import flatten_body

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=20,
)


def leaves(document, part="body"):
    text = document if isinstance(document, str) else json.dumps(document)
    return {
        leaf.pointer: leaf.value
        for leaf in flatten_body(text.encode("utf-8", "surrogatepass"), JSON)
        if leaf.part == part
    }


@given(st.binary(), st.sampled_from([JSON, FORM, "", "text/plain; charset=x", ";"]))
def test_any_bytes_have_leaves(body, kind):
    found = flatten_body(body, kind)
    assert bool(found) == bool(body)
    assert flatten_body(body, kind) == found


@given(documents)
def test_any_document_has_leaves(document):
    body = json.dumps(document).encode()
    found = flatten_body(body, JSON)
    assert found
    assert flatten_body(body, JSON) == found


@given(scalars, scalars)
def test_different_scalars_have_different_leaves(one, other):
    left, right = json.dumps([one]), json.dumps([other])
    same = flatten_body(left.encode(), JSON) == flatten_body(right.encode(), JSON)
    assert same == (left == right)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('[1]', '["1"]'),
        ('["1"]', r'["\"1\""]'),
        ('["\\"1\\""]', r'["\"\\\"1\\\"\""]'),
        ('[null]', '["null"]'),
        ('[NaN]', '["NaN"]'),
        ('[{}]', '["{}"]'),
        ('[0.7]', '[0.70]'),
        ('[1e3]', '[1000]'),
        ('{"a":1,"a":2}', '{"a":2}'),
        ('{"a":1,"b":2}', '{"b":2,"a":1}'),
        ('{"a":1}', '{"a": 1}'),
        ('["a/b"]', '["a\\/b"]'),
        ('["a"]', '["\\u0061"]'),
        ('["\\u00e9\\u00ea"]', '["\\u00E9\\u00ea"]'),
        (r'["{\"a\":1}"]', r'["{\"a\": 1}"]'),
        ('{"a":1}\n{"b":2}', '{"a": 1}\n{"b":2}'),
        ('{"a":"x\u2028y"}\n{"b":2}', '{"a":"x y"}\n{"b":2}'),
        ("[" * 70 + "1" + "]" * 70, "[" * 70 + "2" + "]" * 70),
    ],
)  # fmt: skip
def test_whatever_a_server_could_distinguish_has_different_leaves(one, other):
    assert flatten_body(one.encode(), JSON) != flatten_body(other.encode(), JSON)


names = st.lists(st.from_regex(r"[A-Z][a-z]{1,6}", fullmatch=True), unique=True, max_size=6)


@given(st.data(), names)
def test_the_order_of_named_elements_moves_no_leaf(data, names):
    tools = [{"name": name, "schema": {"n": index}} for index, name in enumerate(names)]
    other = data.draw(st.permutations(tools))
    assert leaves({"tools": tools}) == leaves({"tools": other})


def test_pointers():
    document = {
        "tools": [{"name": "Bash", "limit": 3}, {"name": "mcp/read", "limit": 4}],
        "list": ["x", {"id": "9f8e7d6c5b4a"}],
        "user": '{"account": "42", "deep": "[true]"}',
        "empty": [{}, []],
    }
    assert leaves(document) == {
        "/tools/[Bash]/name": "Bash",
        "/tools/[Bash]/limit": "3",
        "/tools/[mcp~1read]/name": "mcp/read",
        "/tools/[mcp~1read]/limit": "4",
        "/list/*": "x",
        "/list/*/id": "9f8e7d6c5b4a",
        "/user/(json)/account": '"42"',
        "/user/(json)/deep/(json)/*": "true",
        "/empty/*": "[]",
    }
    assert leaves(document, "key order")[""] == "tools\nlist\nuser\nempty"


def test_an_element_named_by_what_looks_made_up_stands_without_a_name():
    assert leaves([{"id": "run-20261120", "v": 1}]) == {"/*/id": "run-20261120", "/*/v": "1"}


def test_documents_a_line_each():
    body = '{"event":"start","n":1}\n\n{"event":"end","n":2}\n'
    assert leaves(body) == {
        "/[start]/event": "start",
        "/[start]/n": "1",
        "/[end]/event": "end",
        "/[end]/n": "2",
    }


def test_a_form():
    found = flatten_body(b"a=1&b=x%20y&a=%7B%22c%22:2%7D&e=", FORM + "; charset=utf-8")
    assert [(leaf.pointer, leaf.value) for leaf in found if leaf.part == "body"] == [
        ("/a", '"1"'),
        ("/b", "x y"),
        ("/a/(json)/c", "2"),
        ("/e", ""),
    ]
    assert found[0] == ("key order", "", "a\nb\na\ne")


def test_bytes_of_a_form_that_are_no_text_stay_apart():
    assert flatten_body(b"a=%FF", FORM) != flatten_body(b"a=%FE", FORM)


def test_text_and_bytes():
    assert flatten_body(b"say ok", "") == [("body", "", "say ok")]
    assert flatten_body(b"\xff\x00", "") == [("body", "", "ff00")]
    assert flatten_body(b'{"a": ', JSON) == [("body", "", '{"a": ')]


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, "[" * 900 + "]" * 900])
def test_deep_nesting_is_no_way_to_break_the_lab(body):
    assert flatten_body(body.encode(), JSON)


def test_text_in_text_in_text():
    text = "1"
    for _ in range(12):
        text = json.dumps([text])
    (pointer,) = leaves(text)
    assert pointer == "/*/(json)" * 11 + "/*"


def test_what_urllib_calls_a_form_and_is_json_is_read_as_json():
    leaves = flatten_body(b'{"zone": "a=b&c", "id": 1}', FORM)
    assert ("body", "/zone", "a=b&c") in leaves
    assert ("body", "/id", "1") in leaves
    lines = flatten_body(b'{"event": "start"}\n{"event": "stop"}\n', FORM)
    assert ("body", "/[start]/event", "start") in lines


def test_what_is_called_a_form_without_any_pair_is_text():
    assert flatten_body(b"7f3a begin", FORM) == [("body", "", "7f3a begin")]
