import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.observation.documents._lossless import find_leaves, group, mutate

DOCUMENT = {"zone": "UTC", "events": [{"name": "start", "at": 5, "raw": b"\xff\x00"}]}
CBOR = bytes.fromhex("a1") + b"\x64zone" + b"\x63UTC"


def test_a_document_has_the_pointers_of_json():
    for kind in ("application/msgpack", "application/json", ""):
        assert find_leaves(msgspec.msgpack.encode(DOCUMENT), kind) == {
            "/(msgpack)/zone": "UTC",
            "/(msgpack)/events/[start]/name": "start",
            "/(msgpack)/events/[start]/at": "5",
            "/(msgpack)/events/[start]/raw/(bytes)": "ff00",
        }
    assert find_leaves(CBOR) == {"/(cbor)/zone": "UTC"}
    assert find_leaves(bytes.fromhex("d9d9f7") + CBOR) == {"/(cbor)/zone": "UTC"}


@pytest.mark.parametrize("body", [b"\x93\x01\x02\x03", b"\x81\x01\x02"])
def test_without_any_text_the_type_has_to_say_it(body):
    assert "/(msgpack)" not in str(find_leaves(body))
    assert "/(msgpack)" in str(find_leaves(body, "application/x-msgpack"))


def test_extensions_and_keys_of_any_kind():
    body = msgspec.msgpack.encode({"x": msgspec.msgpack.Ext(5, b"\1"), 7: None, "ab": True})
    assert find_leaves(body) == {
        "/(msgpack)/x/(extension)": "5",
        "/(msgpack)/x/(bytes)": '"01"',
        "/(msgpack)/(7)": "null",
        "/(msgpack)/ab": "true",
    }


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-300, 70_000)
    | st.text(max_size=3)
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
documents = st.dictionaries(st.text(max_size=3), values, max_size=3)
kinds = st.sampled_from(["application/msgpack", "application/cbor", ""])


@given(documents, documents, kinds)
def test_other_documents_have_other_leaves(one, other, kind):
    left, right = msgspec.msgpack.encode(one), msgspec.msgpack.encode(other)
    assert (group(left, kind) == group(right, kind)) == (left == right)


@given(
    st.data(), st.sampled_from([msgspec.msgpack.encode(DOCUMENT), CBOR, CBOR[:-1] + b"\xc3"]), kinds
)
def test_changed_bytes_have_other_leaves(data, body, kind):
    other = mutate(data, body)
    assert (group(body, kind) == group(other, kind)) == (body == other)
