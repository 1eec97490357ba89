"""Many texts searched for at once, in one pass over what was sent.

Aho and Corasick's automaton (*Efficient string matching*, CACM 1975), as the package
``pyahocorasick`` has it: the time depends on the length of what is searched, and hardly on
how many texts are searched for.

**Bytes as text.**  The automaton reads characters, so bytes are searched as the characters
U+0000 to U+00FF with the same numbers (:func:`bytes_to_text`).  A text is searched as its UTF-8
bytes: that encoding never finds a text where it does not begin.

**XOR.**  Under one key for all bytes, each byte XOR the next stays what it was, because the
key cancels.  Such differences (:func:`xor_differences`) of what was sent are searched for the
differences of the texts: all 255 keys in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import ahocorasick

__all__ = ["Automaton", "bytes_to_text", "text_to_bytes", "xor_differences"]

Mark = TypeVar("Mark")


class Automaton(Generic[Mark]):
    """Texts, each with a mark of the caller's, to be found in one pass."""

    def __init__(self, texts: Iterable[tuple[str, Mark]]) -> None:
        """Several marks may share a text; an empty text is nowhere."""
        known: dict[str, list[Mark]] = {}
        for text, mark in texts:
            if text:
                known.setdefault(text, []).append(mark)
        self._automaton = ahocorasick.Automaton()
        for text, marks in known.items():
            self._automaton.add_word(text, (len(text) - 1, marks))
        if known:
            self._automaton.make_automaton()
        self._empty = not known

    def hits(self, searched: str) -> Iterator[tuple[int, Mark]]:
        """Every place where a text begins, overlapping ones included, with its mark."""
        if self._empty:
            return
        for end, (before, marks) in self._automaton.iter(searched):
            for mark in marks:
                yield end - before, mark


def text_to_bytes(text: str) -> bytes:
    """The UTF-8 bytes.  Lone surrogates, which have none, give what they would have.

    Those that stand for a byte that is no text (PEP 383) give that byte.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def bytes_to_text(data: bytes) -> str:
    """One character a byte."""
    return data.decode("latin-1")


def xor_differences(data: bytes) -> bytes:
    """Each byte XOR the next: the same under every single-byte key."""
    whole = int.from_bytes(data, "big")
    return (whole ^ whole >> 8).to_bytes(len(data), "big")[1:]
