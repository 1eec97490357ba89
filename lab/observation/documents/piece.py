"""A piece of a body, as every reader gets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from lab.observation.documents.budget import Budget
from lab.observation.documents.leaf import Leaf

__all__ = ["Piece", "Reader"]


class Piece(NamedTuple):
    """Bytes that belong together: a body, what was packed in it, a part of a multipart body."""

    data: bytes
    pointer: str
    content_type: str
    """What a header says that this is; it decides only where the bytes do not."""
    budget: Budget
    read_inside: Callable[[Piece], list[Leaf]]
    """Reads what a reader found inside of a piece."""
    target: str = ""
    """The path that the body was sent to, which can say what its messages are."""

    def read(self, data: bytes, step: str, content_type: str = "") -> list[Leaf]:
        """Return the leaves of what is inside, one step further down the pointer.

        Args:
            data: What was found inside.
            step: What is added to the pointer.
            content_type: What a header says of it.
        """
        inner = self._replace(data=data, pointer=self.pointer + step, content_type=content_type)
        return self.read_inside(inner)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()


Reader = Callable[[Piece], list[Leaf]]
"""Returns the leaves of a piece, none where it is of another kind."""
