"""A reader of CBOR (RFC 8949), bounded in depth and size."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

__all__ = ["CborError", "Tag", "Undefined", "parse_cbor"]

_DEEPEST = 64
_MOST_ITEMS = 200_000
_INDEFINITE = 31
_BREAK = 0xFF
_SIMPLE: dict[int, object] = {20: False, 21: True, 22: None}
_FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}


class CborError(ValueError):
    """The bytes are no whole CBOR document."""


class Tag(NamedTuple):
    """A value with a tag."""

    number: int
    value: object


class Undefined(NamedTuple):
    """A simple value without a meaning in JSON."""

    number: int


def parse_cbor(data: bytes) -> object:
    """Return the one document that the bytes are.

    Raises:
        CborError: The bytes are no document, or more than one, or nested too deeply.
    """
    reader = _Reader(data)
    document = reader.read(0)
    if reader.offset != len(data):
        raise CborError("bytes behind the document")
    return document


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.offset = 0
        self._items = 0

    def read(self, depth: int) -> Any:
        self._items += 1
        if depth > _DEEPEST or self._items > _MOST_ITEMS:
            raise CborError("too much of it")
        first = self._take(1)[0]
        kind, more = first >> 5, first & 31
        if kind == 7:
            return self._simple(more)
        if more == _INDEFINITE:
            return self._indefinite(kind, depth)
        number = self._number(more)
        if kind == 0:
            return number
        if kind == 1:
            return -1 - number
        if kind == 2:
            return self._take(number)
        if kind == 3:
            return self._text(self._take(number))
        if kind == 6:
            return Tag(number, self.read(depth + 1))
        if number > len(self._data):
            raise CborError("more elements than bytes")
        if kind == 4:
            return [self.read(depth + 1) for _ in range(number)]
        return self._pairs([self.read(depth + 1) for _ in range(2 * number)])

    def _indefinite(self, kind: int, depth: int) -> Any:
        items = []
        if kind not in (2, 3, 4, 5):
            raise CborError("no length")
        while self._data[self.offset : self.offset + 1] != bytes((_BREAK,)):
            items.append(self.read(depth + 1))
        self.offset += 1
        if kind == 4:
            return items
        if kind == 5:
            return self._pairs(items)
        whole = bytes if kind == 2 else str
        if not all(isinstance(item, whole) for item in items):
            raise CborError("pieces of another kind")
        return b"".join(items) if kind == 2 else "".join(items)

    def _pairs(self, items: list[Any]) -> dict[Any, Any]:
        if len(items) % 2:
            raise CborError("a key without a value")
        try:
            return dict(zip(items[::2], items[1::2], strict=True))
        except TypeError as error:
            raise CborError("a key that is no scalar") from error

    def _simple(self, more: int) -> object:
        if more in _FLOATS:
            layout, size = _FLOATS[more]
            return struct.unpack(layout, self._take(size))[0]
        if more == 24:
            return Undefined(self._take(1)[0])
        if more > 27:
            raise CborError("a break outside of anything")
        return _SIMPLE.get(more, Undefined(more))

    def _number(self, more: int) -> int:
        if more < 24:
            return more
        if more > 27:
            raise CborError("a length of a reserved kind")
        return int.from_bytes(self._take(1 << (more - 24)), "big")

    def _text(self, octets: bytes) -> str:
        try:
            return octets.decode()
        except UnicodeDecodeError as error:
            raise CborError("text that is not UTF-8") from error

    def _take(self, size: int) -> bytes:
        end = self.offset + size
        if end > len(self._data):
            raise CborError("the bytes end")
        piece = self._data[self.offset : end]
        self.offset = end
        return piece
