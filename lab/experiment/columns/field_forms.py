"""The form of a field that varies: digits, length, letter case and alphabet, in words.

What a field cannot tell is unknown: a hexadecimal token may by chance have no letter, and a
number without a leading zero may have as many digits as it needs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from lab.observation.text.masks import mask

__all__ = ["describe_form", "is_padded", "is_random_token"]

_MIN_TOKEN, _MAX_TOKEN = 6, 512
"""Characters of a token that is compared character by character."""
_MIN_LETTERS = 8
"""So many letters of one case are no chance in a token that is not hexadecimal."""
_EPOCH = re.compile(r"(?<![0-9a-zA-Z])[12](?:\d{9}|\d{12}|\d{15}|\d{18})(?![0-9a-zA-Z])")
"""Time since 1970 in seconds, milliseconds, microseconds or nanoseconds."""
_COMPACT_TIME = re.compile(r"(?:19|20)\d{6}T?\d{4}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F-]+")


def is_random_token(text: str) -> bool:
    """Whether a text may be a random token: no words, no number, no time."""
    if not _MIN_TOKEN <= len(text) <= _MAX_TOKEN or text.isdecimal() or not text.isprintable():
        return False
    timed = _EPOCH.search(text) or _COMPACT_TIME.search(text) or "‹time›" in mask(text)
    return " " not in text and not timed


def is_padded(numbers: Iterable[str]) -> bool:
    """Whether numbers are padded to a width: one begins with a zero and has more."""
    return any(len(text) > 1 and unicodedata.decimal(text[0], 1) == 0 for text in numbers)


def describe_form(text: str, *, padded: bool, with_length: bool) -> str | None:
    """Describe the form of a field.

    Args:
        text: The field.
        padded: Whether numbers at this position are padded, so that their width has a meaning.
        with_length: Whether to describe the length of what is no number.

    Returns:
        The description, None where the form is unknown.
    """
    if not text:
        return ""
    if text.isdecimal():
        script = "" if text.isascii() else f" from {_find_zero(text)}"
        return f"‹{len(text)} digits{script}›" if padded else f"‹digits{script}›"
    case = _describe_case(text)
    if case is None:
        return None
    return f"‹{len(text)} {case}›" if with_length else f"‹{case}›"


def _find_zero(text: str) -> str:
    """Return the zero of the script that a number is written in."""
    return chr(ord(text[0]) - unicodedata.decimal(text[0]))


def _describe_case(text: str) -> str | None:
    lower, upper = text != text.upper(), text != text.lower()
    if lower and upper:
        return "characters"
    if _HEXADECIMAL.fullmatch(text) and not text.isalpha():
        return "lower-case" if lower else "upper-case" if upper else None
    if not lower and not upper:
        return "signs"
    letters = sum(map(str.isalpha, text))
    return ("lower-case" if lower else "upper-case") if letters >= _MIN_LETTERS else None
