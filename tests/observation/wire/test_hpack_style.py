"""How each field of a header block is encoded."""

import hpack
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.wire.hpack_style import describe_header_block


def test_forms():
    block = b"\x3e" + b"\x82" + b"\x40\x01a\x01b" + b"\x10\x81\x1f\x01c" + b"\x05\x01d" + b"\xbe"
    assert list(describe_header_block(block, [":method", "a", "x", ":path", "a"])) == [
        ("header table size", "30"),
        ("header form/:method", "indexed"),
        ("header name form/a", "plain"),
        ("header form/a", "kept, plain"),
        ("header name form/x", "compressed"),
        ("header form/x", "never kept, plain"),
        ("header name form/:path", "entry 5"),
        ("header form/:path", "not kept, plain"),
    ]


def test_integers_that_are_longer_than_need_be():
    block = b"\x00\x01a\x7f\x81\x00" + b"v" * 128
    assert list(describe_header_block(block, ["a"]))[-1] == (
        "header integers", "1 longer than need be",
    )  # fmt: skip


def test_the_second_time_says_nothing_new():
    encoder = hpack.Encoder()
    first = encoder.encode([(b"x-long", b"value")])
    again = encoder.encode([(b"x-long", b"value")])
    assert list(describe_header_block(first, ["x-long"]))
    assert list(describe_header_block(again, ["x-long"])) == []


@given(st.binary(max_size=60), st.lists(st.text(max_size=3), max_size=5))
def test_any_bytes_are_described_or_end_within_a_field(block, names):
    assert all(pointer and value for pointer, value in describe_header_block(block, names))
