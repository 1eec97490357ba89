"""How much work the readers of one body may do, shared by all of them.

A client can send a few bytes that unpack to gigabytes, or archives within archives.  Whatever it
sends, a body costs no more than this: what is beyond is one leaf, compared as it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Budget"]

_MOST_BYTES = 32 << 20
_MOST_LEAVES = 200_000
_MOST_STEPS = 2_000
_DEEPEST = 6


class Budget:
    """What is left for one body: bytes to decode, leaves to make, readings to try."""

    def __init__(self, size: int = _MOST_BYTES, leaves: int = _MOST_LEAVES) -> None:
        self.size = size
        """Bytes that may still be decoded."""
        self._leaves = leaves
        self._steps = _MOST_STEPS
        self._depth = 0

    @contextmanager
    def enter(self) -> Iterator[bool]:
        """Go one level down; whether that is still allowed."""
        self._depth += 1
        self._steps -= 1
        try:
            yield self._depth <= _DEEPEST and self._steps >= 0
        finally:
            self._depth -= 1

    def take_bytes(self, number: int) -> None:
        """Count decoded bytes."""
        self.size = max(0, self.size - number)

    def take_leaves(self, number: int) -> bool:
        """Count leaves; whether there is room for them."""
        if number > self._leaves:
            return False
        self._leaves -= number
        return True
