"""The form of a field that varies: digits, length, letter case and alphabet, in words.

What a field does not show is unknown: a hexadecimal token may by chance have no letter, and a
number without a leading zero may have as many digits as it needs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from lab.observation.text.masks import mask

__all__ = ["describe_alphabets", "describe_forms", "is_padded", "is_random_token"]

_MIN_TOKEN, _MAX_TOKEN = 6, 512
"""Characters of a token that is compared character by character."""
_MIN_LETTERS = 8
"""So many letters of one case are no chance in a token that is not hexadecimal."""
_MIN_LONG_NUMBER = 10
"""Digits of a number whose width is compared although it is not padded."""
_PLAIN_MARKS, _URL_MARKS = frozenset("+/"), frozenset("-_")
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


def describe_forms(texts: Collection[str], *, with_length: bool) -> dict[str, str | None]:
    """Describe the forms of what trials have in one field.

    The width of a number has a meaning where numbers are padded, or long, as a time since 1970 is.
    A number among tokens may be a token that has no letter by chance.

    Args:
        texts: All texts of the field.
        with_length: Whether to describe the length of what is no number.

    Returns:
        The description of each text, None where its form is unknown.
    """
    numbers = [text for text in texts if text.isdecimal()]
    padded = is_padded(numbers)
    mixed = len(numbers) < sum(map(bool, texts))
    found: dict[str, str | None] = {}
    for text in texts:
        if text.isdecimal():
            width = f"{len(text)} " if padded or len(text) >= _MIN_LONG_NUMBER else ""
            script = "" if text.isascii() else f" from {_find_zero(text)}"
            found[text] = None if mixed else f"‹{width}digits{script}›"
        else:
            case = _describe_case(text) if text else ""
            length = f"{len(text)} " if with_length else ""
            found[text] = f"‹{length}{case}›" if case else case
    return found


def describe_alphabets(texts: Collection[str]) -> dict[str, str | None]:
    """Describe the alphabets of random tokens in which marks stand at random places.

    Whatever has a blank, or none of the marks that base64 and its variant for URLs use, is unknown.
    """
    found: dict[str, str | None] = {}
    for text in texts:
        plain, url = not _PLAIN_MARKS.isdisjoint(text), not _URL_MARKS.isdisjoint(text)
        if plain != url and is_random_token(text):
            found[text] = f"‹{_describe_case(text)} with {'+ /' if plain else '- _'}›"
        else:
            found[text] = None
    return found


def _find_zero(text: str) -> str:
    """Return the zero of the script that a number is written in."""
    return chr(ord(text[0]) - unicodedata.decimal(text[0]))


def _describe_case(text: str) -> str | None:
    lower, upper = text != text.upper(), text != text.lower()
    if lower and upper:
        return "characters"
    if _HEXADECIMAL.fullmatch(text) and not text.isalpha():
        case = "lower-case" if lower else "upper-case" if upper else None
        return case and f"hexadecimal {case}"
    if not lower and not upper:
        return "signs"
    letters = sum(map(str.isalpha, text))
    return ("lower-case" if lower else "upper-case") if letters >= _MIN_LETTERS else None
