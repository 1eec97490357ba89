"""Search for many texts at once, in one pass over what was sent.

Aho and Corasick's automaton (*Efficient string matching*, CACM 1975), as the package
``pyahocorasick`` implements it: the time depends on the length of what is searched, and hardly on
the number of texts.

**Bytes as text.**  The automaton reads characters, so bytes are searched as the characters
U+0000 to U+00FF with the same numbers (:func:`bytes_to_text`).  A text is searched as its UTF-8
bytes: in UTF-8 a text is never found inside another character.

**XOR.**  Under one key for all bytes, each byte XOR the next is unchanged, because the
key cancels out.  Such differences (:func:`xor_differences`) of what was sent are searched for the
differences of the texts: all 255 keys in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import ahocorasick

__all__ = ["Automaton", "bytes_to_text", "text_to_bytes", "xor_differences"]

Mark = TypeVar("Mark")


class Automaton(Generic[Mark]):
    """Texts, each with a mark that the caller chose, found in one pass."""

    def __init__(self, texts: Iterable[tuple[str, Mark]]) -> None:
        """Several marks may share a text; an empty text is never found."""
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

    def find(self, searched: str) -> Iterator[tuple[int, Mark]]:
        """Every position at which a text begins, overlapping ones included, with its mark."""
        if self._empty:
            return
        for end, (before, marks) in self._automaton.iter(searched):
            for mark in marks:
                yield end - before, mark


def text_to_bytes(text: str) -> bytes:
    """The UTF-8 bytes of a text.

    A surrogate that stands for a byte that is no text (PEP 383) gives that byte; any other
    lone surrogate gives the bytes of its code point.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def bytes_to_text(data: bytes) -> str:
    """A text with one character, U+0000 to U+00FF, for each byte."""
    return data.decode("latin-1")


def xor_differences(data: bytes) -> bytes:
    """Each byte XOR the next; the result is the same under every single-byte key."""
    whole = int.from_bytes(data, "big")
    return (whole ^ whole >> 8).to_bytes(len(data), "big")[1:]
