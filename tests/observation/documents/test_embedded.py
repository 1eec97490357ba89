import gzip
import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.documents.budget import Budget
from lab.observation.documents.embedded import find_embedded_leaves
from tests.calls import count_calls

DOCUMENT = {"zone": "Asia/Tokyo", "at": 1795176003}


def base64(document, encode=b64encode, pad=True):
    text = document if isinstance(document, str) else json.dumps(document)
    return encode(text.encode()).decode().rstrip("" if pad else "=")


def inside(value, **more):
    return {
        leaf.pointer: leaf.value
        for leaf in find_embedded_leaves(value, **more)
        if leaf.part == "body"
    }


JWT = ".".join(
    [*(base64(one, urlsafe_b64encode, pad=False) for one in ({"alg": "none"}, DOCUMENT)), "c2ln"]
)


@pytest.mark.parametrize(
    ("value", "below"),
    [
        (json.dumps(DOCUMENT), "/(json)"),
        (base64(DOCUMENT), "/(base64)/(json)"),
        (base64(DOCUMENT, urlsafe_b64encode, pad=False), "/(base64)/(json)"),
        (base64(base64(DOCUMENT)), "/(base64)/(base64)/(json)"),
        (quote(json.dumps(DOCUMENT)), "/(percent)/(json)"),
        (quote(base64(DOCUMENT), safe=""), "/(percent)/(base64)/(json)"),
        (urlencode(DOCUMENT), "/(form)"),
        (base64(urlencode(DOCUMENT)), "/(base64)/(form)"),
        (f"Bearer {base64(DOCUMENT)}", "/Bearer/(base64)/(json)"),
        (f"Bearer {JWT}", "/Bearer/1/(base64)/(json)"),
        (f"state={base64(DOCUMENT)}; other=1", "/state/(base64)/(json)"),
        (f"other=1,state={quote(json.dumps(DOCUMENT))}", "/state/(percent)/(json)"),
        (f"v1:{base64(DOCUMENT)}", "/1/(base64)/(json)"),
        (" zone=Asia/Tokyo; at=1795176003", ""),
        ("Note zone=Asia/Tokyo, at=1795176003", "/Note"),
    ],
)
def test_a_document_in_a_value(value, below):
    assert inside(value)[f"{below}/zone"] == "Asia/Tokyo"
    assert inside(value)[f"{below}/at"].strip('"') == "1795176003"


def test_a_token_of_several_pieces():
    assert inside(JWT) == {
        "/0/(base64)/(json)/alg": "none",
        "/1/(base64)/(json)/zone": "Asia/Tokyo",
        "/1/(base64)/(json)/at": "1795176003",
        "/2": "c2ln",
    }


def test_a_login():
    assert inside(f"Basic {base64('dev:s3cret')}") == {
        "/Basic/user": "dev", "/Basic/password": "s3cret",
    }  # fmt: skip


def test_a_single_pair_is_a_list_in_a_cookie_only():
    assert inside("zone=UTC") == {}
    assert inside("zone=UTC", pairs=True) == {"/zone": "UTC"}


def test_order_and_writing_are_reported_too():
    found = find_embedded_leaves(base64('{"a":"\\/","b":1}'))
    assert ("key order", "/(base64)/(json)", "a\nb") in found
    assert ("writing", "/(base64)/(json)/(slash)", "by backslash") in found
    assert ("key order", "", "a\nb") in find_embedded_leaves("a=1; b=2")


@pytest.mark.parametrize(
    "value",
    [
        "", "application/json", "specimen-agent/1.4.2", "gzip, deflate, br", "2023-06-01",
        "sk-specimen-000", "en-US,en;q=0.9", "application/json; charset=utf-8", "keep-alive",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "text/html, */*;q=0.8",
        "0f9c1e2a-6d5b-4c3d-8e7f-001122334455", "https://example.com/a?b=1&c=2",
        "Bearer sk-ant-fake-000", "Fri, 20 Nov 2026 12:00:00 GMT", "100%25", "12:00:03", "{",
        "max-age=0", "W/\"abc=\"", "workstation", "wordswithoutblanks==",
    ],
)  # fmt: skip
def test_ordinary_values_hold_nothing(value):
    assert find_embedded_leaves(value) == []


WRAPPINGS = [
    base64,
    lambda text: json.dumps({text: [text]}),
    lambda text: quote(text, safe=""),
    lambda text: f"Bearer {text}",
    lambda text: f"Basic {base64(text)}",
    lambda text: f"a={text}; b={text[:9]}",
    lambda text: f"{text}.{text[:9]}",
]


def wrapped(text, wrappings):
    for wrap in wrappings:
        text = wrap(text)
    return text


values = st.builds(
    wrapped,
    st.text('aZ0+/=_.:~|%7B&;,{}[]"\\ -\né\U0001f600', max_size=40),
    st.lists(st.sampled_from(WRAPPINGS), max_size=8),
)


@given(values, st.booleans())
def test_any_value_opens_or_not(value, pairs):
    found = find_embedded_leaves(value, pairs=pairs)
    assert found == find_embedded_leaves(value, pairs=pairs)
    assert all(leaf.pointer.startswith("/") for leaf in found if leaf.part == "body")


HOSTILE = [
    "a=" * 300_000, "a=1;" * 200_000, "a=1&" * 200_000, "." * 900_000, "a " * 400_000,
    "Basic " + "QUFB" * 200_000, "[" * 900_000, "=" * 900_000, "a" * 1_000_000, "a" * 5_000_000,
    base64("[" * 500_000),
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_calls_for_hostile_values_are_bounded(value):
    # The patterns' own steps cannot be counted: at these sizes a quadratic one would not end.
    assert count_calls(lambda: find_embedded_leaves(value)) < 10_000


@pytest.mark.parametrize("value", ["%25" * 300_000, base64("%255B" * 150_000)], ids=range(2))
def test_percent_signs_cost_no_more_than_the_length(value):
    """The standard library's ``unquote`` makes four calls for each sign."""
    assert count_calls(lambda: find_embedded_leaves(value)) < 10_000 + 1.5 * len(value)


def test_packed_bytes_in_base64_are_opened():
    packed = b64encode(gzip.compress(b'{"zone":"UTC"}')).decode()
    leaves = {leaf.pointer: leaf.value for leaf in find_embedded_leaves(packed)}
    assert leaves["/(base64)/(gzip)/zone"] == "UTC"
    packed = urlsafe_b64encode(msgspec.msgpack.encode({"zone": "UTC", "raw": b"\xff\xfe"})).decode()
    leaves = {leaf.pointer: leaf.value for leaf in find_embedded_leaves(packed.rstrip("="))}
    assert leaves["/(base64)/(msgpack)/zone"] == "UTC"


def test_all_values_together_unpack_to_a_bound():
    budget = Budget(1000)
    packed = b64encode(gzip.compress(b"x" * 900 + b"zone")).decode()
    texts = [find_embedded_leaves(packed, budget=budget) for _ in range(3)]
    lengths = [sum(len(leaf.value) for leaf in found if leaf.part == "body") for found in texts]
    assert lengths == [904, 96, 0]
