"""What a reader makes of the bytes of one layer: named pieces, facts, and the remainder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lab.observation.parts import MessagePart

__all__ = ["TUNNEL", "Fact", "Piece", "Reading", "describe_sizes"]

TUNNEL = -1
"""Stands for the index of a message in facts about the request for a tunnel."""

_MOST_GAPS = 1000


class Fact(NamedTuple):
    """One comparable statement about the bytes.

    ``message`` is the index, among the messages of the layer, of the one that the fact is about;
    None for the connection as a whole, and :data:`TUNNEL` for the request of a tunnel.
    """

    part: MessagePart
    pointer: str | None
    value: str
    message: int | None = None


class Piece(NamedTuple):
    """Bytes from ``start`` to ``end`` that were understood as ``name``."""

    start: int
    end: int
    name: str


class Reading:
    """The pieces and facts of one layer, in order.  Pieces do not overlap."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pieces: list[Piece] = []
        self.facts: list[Fact] = []

    def cover(self, start: int, end: int, name: str) -> None:
        """Note bytes as understood; nothing is noted of none.

        Args:
            start: Where they begin.
            end: Where they end.
            name: What they are.
        """
        if start < end:
            self.pieces.append(Piece(start, end, name))

    def state(
        self, part: MessagePart, pointer: str | None, value: str, message: int | None = None
    ) -> None:
        """Add a fact.

        Args:
            part: The part of the message or connection.
            pointer: What within it.
            value: What is compared.
            message: The index of the message, if it is about one.
        """
        self.facts.append(Fact(part, pointer, value, message))

    def list_gaps(self) -> Iterator[tuple[int, int]]:
        """Start and end of each stretch that no piece covers: the remainder.

        Of very many, the last reaches to the end.
        """
        at = found = 0
        for piece in self.pieces:
            if piece.start > at:
                found += 1
                if found == _MOST_GAPS:
                    break
                yield at, piece.start
            at = piece.end
        if at < self.size:
            yield at, self.size

    def count_bytes(self) -> dict[str, int]:
        """How many bytes were understood as what."""
        counts: Counter[str] = Counter()
        for piece in self.pieces:
            counts[piece.name] += piece.end - piece.start
        return dict(counts)


def describe_sizes(sizes: Iterable[int]) -> str:
    """How a text is cut into pieces of these sizes.

    The rule where there is one, which does not depend on the length of the text: ``whole``, or
    ``16384 each`` with a shorter rest; else every size.  An empty last piece is stated.
    """
    found = list(sizes)
    empty = len(found) > 1 and found[-1] == 0
    if empty:
        found.pop()
    words = " ".join(map(str, found))
    if not found:
        words = "none"
    elif len(found) == 1:
        words = "whole" if found[0] else "empty"
    elif len(set(found[:-1])) == 1 and 0 < found[-1] <= found[0]:
        words = f"{found[0]} each"
    return f"{words}, then an empty one" if empty else words
