"""Covert text: differences that a reader would not see, explained by code point.

Two texts differ *covertly* where a person who reads them sees the same words: characters
that look alike (Unicode Technical Standard #39, through the data of
``confusable-homoglyphs``), that have no glyph of their own, spaces of another kind or
number, another mark of punctuation in the same place, other letter case, or another way of
writing the same number.

A mark between two digits, or right before a number, decides what the number is: there it
may be another mark, but not none (``2026/11/20`` is ``2026-11-20``, ``1.5`` is not ``15``).
Symbols (``+``, ``<``, emoji) are words, not marks.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache

from lab.findings.code_points import code_point
from lab.findings.report import Difference
from lab.observation.sequences import changed

__all__ = ["differences", "is_covert", "is_invisible"]

_MOST = 32
_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{0,400})?(?:[eE][+-]?[0-9]{1,4})?")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_SIGNS = frozenset("-‐‑‒–—.")
_MARK = "\N{MIDDLE DOT}"


def is_covert(left: str, right: str) -> bool:
    """Whether the two texts differ, but only in ways that a reader would not see."""
    if left == right:
        return False
    if _same_number(left, right):
        return True
    return any(
        _alike(_seen(left, folded), _seen(right, folded)) for folded in (True, False)
    ) or _alike(_drawn(left), _drawn(right))


def is_invisible(character: str) -> bool:
    """Whether a character leaves no mark: format characters, fillers, variation selectors."""
    return (
        unicodedata.category(character) in ("Cf", "Cc")
        or character in _FILLERS
        or 0xFE00 <= ord(character) <= 0xFE0F
        or 0xE0000 <= ord(character) <= 0xE01EF
    )


def differences(left: str, right: str) -> tuple[Difference, ...]:
    """The first places where the texts differ, as code points; bounded in length and number.

    Where the texts are very long and have little in common, they are one difference.
    """
    found = []
    for low, high, start, end in changed(left, right):
        before, after = left[low:high], right[start:end]
        found.append(
            Difference(
                tuple(code_point(c) for c in before[:_MOST]),
                tuple(code_point(c) for c in after[:_MOST]),
                invisible=all(is_invisible(c) for c in before + after),
            )
        )
        if len(found) == _MOST:
            break
    return tuple(found)


def _same_number(left: str, right: str) -> bool:
    """Whether both are the same number; exactly, so that no long identifier is rounded."""
    if not (_NUMBER.fullmatch(left) and _NUMBER.fullmatch(right)):
        return False
    return Decimal(left) == Decimal(right)


def _drawn(text: str) -> list[str]:
    """The characters that leave a mark on paper."""
    normal = unicodedata.normalize("NFC", text)
    return [c for c in normal if not is_invisible(c) and not c.isspace()]


def _seen(text: str, folded: bool) -> list[str]:
    """What of a text carries words: no spaces, and marks only where they belong to a number.

    A text of nothing but marks is their number.
    """
    normal = unicodedata.normalize("NFKC", text)
    drawn = [c for c in (normal.casefold() if folded else normal) if not is_invisible(c)]
    seen, marks = [], 0
    for index, character in enumerate(drawn):
        if character.isspace():
            continue
        if not _is_mark(character):
            seen.append(character)
            continue
        marks += 1
        before = drawn[index - 1] if index else " "
        after = drawn[index + 1] if index + 1 < len(drawn) else " "
        sign = character in _SIGNS and not before.isalnum()
        if after.isdigit() and (before.isdigit() or sign):
            seen.append(_MARK)
    return seen or [_MARK] * marks


def _is_mark(character: str) -> bool:
    """Punctuation, and what is written in its place, such as an accent for an apostrophe."""
    return (
        unicodedata.category(character)[0] == "P"
        or unicodedata.category(character) == "Sk"
        or "\u02b0" <= character <= "\u02ff"
    )


def _alike(left: list[str], right: list[str]) -> bool:
    """Whether the characters agree one by one, confusable ones taken as equal."""
    return len(left) == len(right) and all(
        x == y or not _class(x).isdisjoint(_class(y)) for x, y in zip(left, right, strict=True)
    )


@cache
def _class(character: str) -> frozenset[str]:
    """The character, and those that look like it."""
    from confusable_homoglyphs.confusables import confusables_data  # slow: a large table

    return frozenset({character, *(item["c"] for item in confusables_data.get(character, ()))})
