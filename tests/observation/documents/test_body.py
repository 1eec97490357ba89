import gzip
import json
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.documents.body import flatten_body
from tests.observation.documents._lossless import find_leaves, group, mutate

TYPES = st.sampled_from([
    "",
    "application/json",
    "text/plain; charset=x",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "multipart/form-data; boundary=b",
])  # fmt: skip
documents = st.recursive(
    st.one_of(st.none(), st.integers(0, 2), st.sampled_from(["a", "*", "[a]", "1", '{"a":[1]}'])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "*", "[a]", "name", "(json)"]), inner, max_size=3),
    ),
    max_leaves=12,
)
structures = documents.filter(lambda document: isinstance(document, (list, dict)))


@given(st.binary(max_size=40), st.binary(max_size=40), TYPES)
def test_other_bytes_have_other_leaves(one, other, kind):
    assert (group(one, kind) == group(other, kind)) == (one == other)


@given(structures, structures)
def test_other_documents_have_other_leaves(one, other):
    left, right = (json.dumps(document).encode() for document in (one, other))
    assert (group(left) == group(right)) == (left == right)


@given(st.data(), structures, st.sampled_from([None, 2, "\t"]), TYPES)
def test_a_changed_document_has_other_leaves(data, document, indent, kind):
    body = json.dumps(document, indent=indent).encode()
    other = mutate(data, body)
    assert (group(body, kind) == group(other, kind)) == (body == other)


@given(st.data(), st.lists(structures, max_size=3))
def test_changed_lines_have_other_leaves(data, lines):
    body = b"\n".join(json.dumps(line).encode() for line in lines)
    other = mutate(data, body)
    assert (group(body) == group(other)) == (body == other)


def test_a_million_random_bytes_are_one_leaf_or_several_and_never_lost():
    dice = random.Random(7)
    seen = {}
    for size in [1, 2, 3, 5, 8, 13, 40, 100, 1000] * 500 + [500_000]:
        body = dice.randbytes(size)
        key = json.dumps(sorted((*place, value) for place, value in group(body).items()))
        assert seen.setdefault(key, body) == body


@pytest.mark.parametrize("kind", ["application/json", "image/png", ""])
def test_a_type_that_lies_hides_nothing(kind):
    packed = gzip.compress(json.dumps({"zone": "UTC"}).encode())
    assert find_leaves(packed, kind)["/(gzip)/zone"] == "UTC"


def test_what_is_nested_is_opened_to_a_bound():
    body = b'{"zone":"UTC"}'
    for _ in range(3):
        body = gzip.compress(body)
    assert find_leaves(body) == {"/(gzip)/(gzip)/(gzip)/zone": "UTC"}
    for _ in range(30):
        body = gzip.compress(body)
    (leaf,) = find_leaves(body)
    assert leaf == "/(gzip)" * 6 + "/(bytes)"


def test_a_body_that_unpacks_to_gigabytes_is_cut():
    bomb = zlib.compressobj(9)
    body = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(200)) + bomb.flush()
    leaves = flatten_body(gzip.compress(body), "")
    assert sum(len(leaf.value) for leaf in leaves) < 40 << 20


def test_a_document_of_too_many_leaves_is_text():
    assert list(find_leaves(b"[" + b"1," * 300_000 + b"1]")) == [""]


BEGINNINGS = [
    (b"", "application/x-protobuf"),
    (b"", "application/msgpack"),
    (b"", "application/cbor"),
    (b"\x0a\x04abcd\x12", ""),
    (b"\x81\xa4zone\xc4", ""),
    (b"\xa1dzone", ""),
    (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", ""),
    (b"x\x9c", ""),
    (b"\x28\xb5\x2f\xfd", ""),
    (b"PK\x03\x04", ""),
    (b"--b\r\n\r\n", "multipart/mixed; boundary=b"),
    (b"\0\0\0\0\x05", "application/grpc"),
    (b"\xff\xfe", ""),
    (b'{"a":1}\n', ""),
    (b"data: 1\n\n", ""),
    (b"a=1&b=", "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize(("beginning", "kind"), BEGINNINGS)
def test_random_bytes_behind_any_beginning_are_never_lost(beginning, kind):
    dice = random.Random(11)
    seen = {}
    for size in [1, 2, 3, 8, 40, 200] * 60 + [50_000]:
        body = beginning + dice.randbytes(size)
        key = json.dumps(sorted((*place, value) for place, value in group(body, kind).items()))
        assert seen.setdefault(key, body) == body
