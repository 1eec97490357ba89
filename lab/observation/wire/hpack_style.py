"""How a header block is written (RFC 7541, 6): which of several encodings each field has.

A decoder gives names and values only.  The client chooses for each literal whether it is
compressed and kept in the table, and may change the size of the table.  A field that repeats an
entry of the table has no choices of its own, so nothing is stated of it: a text does not depend
on which requests came before on the connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["describe_header_block"]

_STATIC_ENTRIES = 61
_SAME_NAME = frozenset({3, 5, 7, *range(9, 15)})
"""Entries of the static table whose name an earlier one has too: most encoders take the first."""


class _Cursor:
    """Reads integers and strings; counts the integers that are longer than need be."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.long_integers = 0

    def read_integer(self, bits: int) -> int:
        limit = (1 << bits) - 1
        value = self.data[self.at] & limit
        self.at += 1
        if value < limit:
            return value
        shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value += (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                self.long_integers += byte == 0 and shift > 7
                return value

    def read_string(self) -> str:
        """Return how a string is written; its octets are skipped."""
        form = "compressed" if self.data[self.at] & 0x80 else "plain"
        size = self.read_integer(7)
        self.at += size
        if self.at > len(self.data):
            raise IndexError
        return form


def describe_header_block(block: bytes, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield pointers and values of how a block is written.

    Args:
        block: The whole block, which a decoder has accepted.
        names: The names of its fields, in order.
    """
    cursor = _Cursor(block)
    fields = iter(names)
    try:
        while cursor.at < len(block):
            first = block[cursor.at]
            if first & 0xE0 == 0x20:
                yield "header table size", str(cursor.read_integer(5))
                continue
            yield from _describe_field(cursor, first, next(fields))
    except (IndexError, StopIteration):
        yield "header block", "ends within a field"
    if cursor.long_integers:
        yield "header integers", f"{cursor.long_integers} longer than need be"


def _describe_field(cursor: _Cursor, first: int, name: str) -> Iterator[tuple[str, str]]:
    if first & 0x80:
        if cursor.read_integer(7) <= _STATIC_ENTRIES:
            yield f"header form/{name}", "indexed"
        return
    if first & 0x40:
        index, kept = cursor.read_integer(6), "kept"
    else:
        kept = "never kept" if first & 0x10 else "not kept"
        index = cursor.read_integer(4)
    if not index:
        yield f"header name form/{name}", cursor.read_string()
    elif index in _SAME_NAME:
        yield f"header name form/{name}", f"entry {index}"
    yield f"header form/{name}", f"{kept}, {cursor.read_string()}"
