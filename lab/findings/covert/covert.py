"""Covert text: differences that a reader would not see, explained by code point.

Two texts differ *covertly* where a reader sees the same words: characters that look alike
(:mod:`lab.findings.covert.confusables`), that have no glyph of their own, spaces of another
kind or number, another mark of punctuation in the same place, other letter case, or another way
of writing the same number. So do two texts whose characters are in another order in memory, but
in the same order when text runs from right to left (:mod:`lab.findings.covert.bidi`).

A mark between two digits, or right before a number, decides what the number is: there it
may be another mark, but not none (``2026/11/20`` is ``2026-11-20``, ``1.5`` is not ``15``).
Symbols (``+``, ``<``, emoji) are words, not marks.
"""

from __future__ import annotations

import unicodedata

from lab.findings.covert.bidi import MAX_LENGTH, has_right_to_left, to_visual_order
from lab.findings.covert.characters import is_invisible, is_mark
from lab.findings.covert.code_points import describe_code_point
from lab.findings.covert.confusables import bidi_skeleton, skeleton
from lab.findings.covert.difference_kinds import classify_difference, is_reordered
from lab.findings.covert.numerals import is_same_number
from lab.findings.report import Difference
from lab.observation.text.lcs import find_changes

__all__ = ["is_covert", "is_invisible", "list_differences"]

_MOST = 32
_SIGNS = frozenset("-‐‑‒–—.")
_MARK = "\N{MIDDLE DOT}"


def is_covert(left: str, right: str) -> bool:
    """Whether the two texts differ, but only in ways that a reader would not see."""
    if left == right:
        return False
    if is_same_number(left, right) or _reads_alike(left, right):
        return True
    turned = has_right_to_left(left) or has_right_to_left(right)
    return turned and _reads_alike(to_visual_order(left), to_visual_order(right))


def list_differences(left: str, right: str) -> tuple[Difference, ...]:
    """The first differences of the texts, as code points, each with its kind.

    Length and number are bounded.  Texts that are very long and have little in common are one
    difference.
    """
    found = []
    moved = is_reordered(left, right)
    turned = _differs_by_direction(left, right)
    for low, high, start, end in find_changes(left, right):
        before, after = left[low:high], right[start:end]
        why = "order" if moved else classify_difference(left, right, (low, high, start, end))
        why = "bidirectional" if turned else why
        found.append(
            Difference(
                tuple(describe_code_point(c) for c in before[:_MOST]),
                tuple(describe_code_point(c) for c in after[:_MOST]),
                invisible=all(is_invisible(c) for c in before + after),
                why=why,
            )
        )
        if len(found) == _MOST:
            break
    return tuple(found)


def _differs_by_direction(left: str, right: str) -> bool:
    """Whether the texts look alike only because of the direction in which they are displayed."""
    if max(len(left), len(right)) > MAX_LENGTH or not (
        has_right_to_left(left) or has_right_to_left(right)
    ):
        return False
    return bidi_skeleton(left) == bidi_skeleton(right) and skeleton(left) != skeleton(right)


def _reads_alike(left: str, right: str) -> bool:
    """Whether a reader sees the same words, in the order of the characters in memory."""
    return any(
        _looks_alike(_word_characters(left, folded), _word_characters(right, folded))
        for folded in (True, False)
    ) or _looks_alike(_printed_characters(left), _printed_characters(right))


def _printed_characters(text: str) -> list[str]:
    """The characters that print something."""
    normal = unicodedata.normalize("NFC", text)
    return [c for c in normal if not is_invisible(c) and not c.isspace()]


def _word_characters(text: str, folded: bool) -> list[str]:
    """The characters that carry words: no spaces, and marks only inside a number.

    A text that has only marks is represented by as many marks.
    """
    normal = unicodedata.normalize("NFKC", text)
    drawn = [c for c in (normal.casefold() if folded else normal) if not is_invisible(c)]
    seen, marks = [], 0
    for index, character in enumerate(drawn):
        if character.isspace():
            continue
        if not is_mark(character):
            seen.append(character)
            continue
        marks += 1
        before = drawn[index - 1] if index else " "
        after = drawn[index + 1] if index + 1 < len(drawn) else " "
        sign = character in _SIGNS and not before.isalnum()
        if after.isdigit() and (before.isdigit() or sign):
            seen.append(_MARK)
    return seen or [_MARK] * marks


def _looks_alike(left: list[str], right: list[str]) -> bool:
    """Whether the characters look alike, one after another."""
    return left == right or skeleton("".join(left)) == skeleton("".join(right))
