import json

from hypothesis import given
from hypothesis import strategies as st

from lab.observation.documents.json_stream import flatten_json_stream
from tests.observation.documents._lossless import find_leaves, group


def test_a_document_with_something_behind_it():
    assert find_leaves(b'{"zone":"UTC"}garbage') == {"/zone": "UTC", "/(text)": "garbage"}
    assert find_leaves(b'{"a":1}' + b"-" * 40) == {"/a": "1", "/(text)": "-" * 40}


def test_documents_one_after_another():
    for body in (b'{"a":1}{"b":2}', b'\x1e{"a":1}\n\x1e{"b":2}\n', b'{\n"a":1\n}\n{"b":2}'):
        assert find_leaves(body) == {"/*/a": "1", "/*/b": "2"}


def test_lines_of_a_log():
    body = b'started\n{"event":"open","n":1}\n{"event":"close","n":2}\nended\n'
    leaves = group(body)
    assert leaves["body", "/[open]/n"] == ["1"]
    assert leaves["body", "/(text)"] == ["started", "ended"]
    assert leaves["element order", "/(lines)"] == ["(text)\n[open]\n[close]\n(text) 2"]


def test_prose_with_a_document_in_it_stays_text():
    text = "A long sentence that goes on and on, and then says " + '{"a":1}'
    assert flatten_json_stream(text) == []
    assert flatten_json_stream("[1] is a footnote that explains more than it should") == []
    assert flatten_json_stream("") == []


def test_the_ends_of_lines_are_compared():
    one, other = group(b'{"a":1}\n{"b":2}'), group(b'{"a":1}\r\n{"b":2}')
    different = {place for place in one if one[place] != other[place]}
    assert ("writing", "/(lines)") in different
    assert not any(part == "body" for part, _ in different)


pieces = st.sampled_from(
    ['{"a":1}', "{}", "[1]", "[", '{"', " ", "\n", "\r\n", "\x1e", "x", '{"id":"n"}']
)
texts = st.lists(pieces, max_size=8).map("".join)


@given(texts, texts)
def test_other_texts_have_other_leaves(one, other):
    assert (group(one.encode()) == group(other.encode())) == (one == other)


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.integers(0, 3)), min_size=2, max_size=4))
def test_lines_are_documents_whatever_they_say(documents):
    text = "\n".join(map(json.dumps, documents))
    assert flatten_json_stream(text)
