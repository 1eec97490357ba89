"""Replacement of the elements of nftables sets, as one message to the kernel.

nft(8) can do it too, but waits ten milliseconds at its end for the removed elements to be
freed.  The format is that of nfnetlink: a batch of messages that is applied completely or not
at all; see <linux/netfilter/nfnetlink.h>, <linux/netfilter/nf_tables.h> and netlink(7).
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Mapping

__all__ = ["encode_replacement"]

BATCH_BEGIN, BATCH_END = 0x10, 0x11
NEW_ELEMENTS, DELETE_ELEMENTS = 12, 14
SUBSYSTEM = 10
INET = 1
"""The family of the table; none for the batch itself."""

REQUEST, ACKNOWLEDGE, CREATE = 0x1, 0x4, 0x400
NESTED = 0x8000
TABLE, SET, ELEMENTS = 1, 2, 3
ELEMENT, KEY, VALUE = 1, 1, 1


def encode_replacement(table: str, sets: Mapping[str, Iterable[bytes]]) -> bytes:
    """Encode the batch that replaces the keys of these sets of a table (family inet)."""
    count = itertools.count(1)
    batch = _encode_message(BATCH_BEGIN, 0, next(count), 0, SUBSYSTEM, b"")
    for name, keys in sets.items():
        where = _encode_attribute(TABLE, table.encode() + b"\0") + _encode_attribute(
            SET, name.encode() + b"\0"
        )
        kind = SUBSYSTEM << 8 | DELETE_ELEMENTS  # without elements, it deletes all
        batch += _encode_message(kind, ACKNOWLEDGE, next(count), INET, 0, where)
        elements = b"".join(_encode_element(key) for key in keys)
        if elements:
            where += _encode_attribute(ELEMENTS | NESTED, elements)
            kind = SUBSYSTEM << 8 | NEW_ELEMENTS
            batch += _encode_message(kind, ACKNOWLEDGE | CREATE, next(count), INET, 0, where)
    return batch + _encode_message(BATCH_END, 0, next(count), 0, SUBSYSTEM, b"")


def _encode_element(key: bytes) -> bytes:
    value = _encode_attribute(KEY | NESTED, _encode_attribute(VALUE, key))
    return _encode_attribute(ELEMENT | NESTED, value)


def _encode_message(
    kind: int, flags: int, number: int, family: int, resource: int, content: bytes
) -> bytes:
    header = struct.pack("=IHHII", 20 + len(content), kind, REQUEST | flags, number, 0)
    return header + struct.pack("!BBH", family, 0, resource) + content


def _encode_attribute(kind: int, content: bytes) -> bytes:
    header = struct.pack("=HH", 4 + len(content), kind)
    return header + content + bytes(-len(content) % 4)
