"""Notations of numbers."""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = ["expand_number", "is_same_number"]

_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{0,400})?(?:[eE][+-]?[0-9]{1,4})?")
_LETTERS = frozenset("0123456789.eE+-")
_FARTHEST = 64


def is_same_number(left: str, right: str) -> bool:
    """Whether both texts are the same number, without rounding."""
    if not (_NUMBER.fullmatch(left) and _NUMBER.fullmatch(right)):
        return False
    return Decimal(left) == Decimal(right)


def expand_number(text: str, low: int, high: int) -> str:
    """The number that a range of a text is part of.

    Args:
        text: The text.
        low: Start of the range.
        high: End of the range.

    Returns:
        ``text[low:high]`` with the characters on both sides that may belong to the number.
    """
    first, last = low, high
    while first and low - first < _FARTHEST and text[first - 1] in _LETTERS:
        first -= 1
    while last < len(text) and last - high < _FARTHEST and text[last] in _LETTERS:
        last += 1
    return text[first:last].strip("eE").rstrip(".+-")
