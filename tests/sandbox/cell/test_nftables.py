"""Messages to netfilter, read back as the kernel reads them."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from lab.sandbox.cell.nftables import encode_replacement

KEYS = st.lists(st.binary(min_size=4, max_size=4), max_size=5)


def messages(batch: bytes) -> list[tuple[int, int, bytes]]:
    """Type, family and attributes of each message; lengths and padding must fit."""
    found = []
    while batch:
        length, kind, _, _, _ = struct.unpack_from("=IHHII", batch)
        assert length % 4 == 0
        found.append((kind, batch[16], batch[20:length]))
        batch = batch[length:]
    return found


def attributes(content: bytes) -> list[tuple[int, bytes]]:
    found = []
    while content:
        length, kind = struct.unpack_from("=HH", content)
        assert length >= 4
        found.append((kind & 0x7FFF, content[4:length]))
        content = content[(length + 3) & ~3 :]
    return found


def keys(content: bytes) -> list[bytes]:
    (elements,) = [value for kind, value in attributes(content) if kind == 3]
    found = []
    for _, element in attributes(elements):
        ((_, key),) = attributes(element)
        ((_, value),) = attributes(key)
        found.append(value)
    return found


@given(KEYS)
def test_a_set_is_emptied_and_filled_in_one_batch(wanted):
    begin, *between, end = messages(encode_replacement("lab", {"own": wanted}))
    assert begin[0] == 0x10
    assert end[0] == 0x11
    assert [kind & 0xFF for kind, _, _ in between] == [14, 12] if wanted else [14]
    assert all((kind >> 8, family) == (10, 1) for kind, family, _ in between)
    for _, _, content in between:
        assert attributes(content)[:2] == [(1, b"lab\0"), (2, b"own\0")]
    if wanted:
        assert keys(between[1][2]) == wanted


def test_several_sets_are_one_batch():
    batch = messages(encode_replacement("lab", {"a": [b"1234"], "b": []}))
    assert [kind & 0xFF for kind, _, _ in batch] == [0x10, 14, 12, 14, 0x11]
