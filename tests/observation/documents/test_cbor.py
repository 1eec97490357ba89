import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.documents.cbor import CborError, Tag, Undefined, parse_cbor


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("00", 0), ("1818", 24), ("1903e8", 1000), ("1bffffffffffffffff", 18446744073709551615),
        ("20", -1), ("3903e7", -1000), ("f93c00", 1.0), ("fa47c35000", 100000.0),
        ("fb3ff199999999999a", 1.1), ("f4", False), ("f5", True), ("f6", None),
        ("f7", Undefined(23)), ("f8ff", Undefined(255)), ("c11a514b67b0", Tag(1, 1363896240)),
        ("4401020304", b"\1\2\3\4"), ("62c3bc", "ü"), ("83010203", [1, 2, 3]),
        ("a201020304", {1: 2, 3: 4}), ("5f42010243030405ff", b"\1\2\3\4\5"),
        ("7f657374726561646d696e67ff", "streaming"), ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc(octets, value):
    assert parse_cbor(bytes.fromhex(octets)) == value


@pytest.mark.parametrize(
    "octets",
    ["", "1c", "18", "0000", "ff", "5f01ff", "bf01ff", "61ff", "9bffffffffffffffff", "a18001",
     "81" * 99 + "00", "1f"],
)  # fmt: skip
def test_what_is_no_document_is_an_error(octets):
    with pytest.raises(CborError):
        parse_cbor(bytes.fromhex(octets))


@given(st.binary(max_size=40))
def test_any_bytes_are_a_document_or_an_error(data):
    with contextlib.suppress(CborError):
        parse_cbor(data)
