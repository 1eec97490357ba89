"""Classes of characters, by what a reader sees of them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["is_bidirectional", "is_invisible", "is_mark"]

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""The property Bidi_Control (UAX #9)."""


@lru_cache(maxsize=65536)
def is_invisible(character: str) -> bool:
    """Whether a character prints nothing: format characters, fillers, variation selectors."""
    return (
        unicodedata.category(character) in ("Cf", "Cc")
        or character in _FILLERS
        or 0xFE00 <= ord(character) <= 0xFE0F
        or 0xE0000 <= ord(character) <= 0xE01EF
    )


def is_bidirectional(character: str) -> bool:
    """Whether a character only sets the direction of the text around it."""
    return character in _BIDIRECTIONAL


@lru_cache(maxsize=65536)
def is_mark(character: str) -> bool:
    """Whether a character is punctuation or used as such, as an accent for an apostrophe."""
    return (
        unicodedata.category(character)[0] == "P"
        or unicodedata.category(character) == "Sk"
        or "\u02b0" <= character <= "\u02ff"
    )
