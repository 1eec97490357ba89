"""Integers of a variable number of bytes (LEB128), as protocol buffers write them."""

from __future__ import annotations

__all__ = ["read_varint"]

_MOST_BYTES = 10


def read_varint(data: bytes, offset: int, *, strict: bool = False) -> tuple[int, int]:
    """Return a number and where it ends.

    Args:
        data: The bytes.
        offset: Where the number begins.
        strict: Whether it has to have as few bytes as possible.

    Returns:
        The number, and the offset behind it; -1 where there is no number.
    """
    value = 0
    for index in range(_MOST_BYTES):
        if offset + index >= len(data):
            break
        octet = data[offset + index]
        value |= (octet & 0x7F) << 7 * index
        if octet < 0x80:
            if (strict and not octet and index) or value >= 1 << 64:
                break
            return value, offset + index + 1
    return 0, -1
