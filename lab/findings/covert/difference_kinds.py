"""Kinds of difference between two texts, in a word or two.

The first kind that applies is returned, from the least visible to the most visible one.  A
kind describes the characters only; whether a reader would notice is for
:func:`lab.findings.covert.covert.is_covert`.  Texts are not normalised before they are compared:
a difference that normalisation removes is a kind of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from lab.findings.covert.characters import is_bidirectional, is_invisible, is_mark
from lab.findings.covert.confusables import skeleton
from lab.findings.covert.numerals import expand_number, is_same_number
from lab.observation.text.lcs import ChangedRange

__all__ = ["DIFFERENCE_KINDS", "classify_difference", "is_reordered", "split_pieces"]

DIFFERENCE_KINDS = (
    "bidirectional",
    "white space",
    "invisible",
    "normalisation form",
    "letter case",
    "look-alike",
    "number format",
    "punctuation",
    "order",
)
"""All kinds; where several apply together, their names are joined by commas."""

_Form = Literal["NFC", "NFKC"]
_FORMS: tuple[_Form, ...] = ("NFC", "NFKC")
_PIECE = re.compile(r"[^\s,;&|?#]+")
_BEFORE_LIST, _AFTER_LIST = "([{<\"'`“‘«", ")]}>\"'`”’».!:"
"""Marks around a list; they do not move when its pieces change places."""
_PLACE = "\0"
_LONGEST_ORDERED = 100_000
_LONGEST = 4_096
"""Characters of the longest difference that is classified."""


def classify_difference(left: str, right: str, changed: ChangedRange) -> str:
    """The kind of one difference between two texts; empty if no kind applies.

    Args:
        left: The first text.
        right: The second text.
        changed: The range that differs, ``left[low:high]`` and ``right[start:end]``.
    """
    low, high, start, end = changed
    before, after = left[low:high], right[start:end]
    touched = before + after
    if len(touched) > _LONGEST:
        return ""
    if all(map(is_bidirectional, touched)):
        return "bidirectional"
    if touched.isspace():
        return "white space"
    if all(map(is_invisible, touched)):
        return "invisible"
    if any(
        _normalise_with_base(left, low, high, form) == _normalise_with_base(right, start, end, form)
        for form in _FORMS
    ):
        return "normalisation form"
    if before.casefold() == after.casefold():
        return "letter case"
    if skeleton(before) == skeleton(after) and before and after:
        return "look-alike"
    if is_same_number(expand_number(left, low, high), expand_number(right, start, end)):
        return "number format"
    if all(is_mark(c) or c.isspace() or is_invisible(c) for c in touched):
        return "punctuation"
    return ", ".join(_combine_kinds(before, after))


def is_reordered(left: str, right: str) -> bool:
    """Whether both texts have the same pieces in another order, and nothing else differs.

    Pieces are separated by white space, commas, semicolons, ampersands, bars, and the marks
    that begin a query or a fragment.  How much white space there is does not matter.
    """
    if left == right or max(len(left), len(right)) > _LONGEST_ORDERED:
        return False
    for around in (("", ""), (_BEFORE_LIST, _AFTER_LIST)):
        (one, places), (other, others) = _take_apart(left, *around), _take_apart(right, *around)
        if places == others and one != other and sorted(one) == sorted(other):
            return True
    return False


def split_pieces(text: str) -> list[str]:
    """The pieces of a text that can change places, without the marks around a list."""
    return _take_apart(text, _BEFORE_LIST, _AFTER_LIST)[0]


def _take_apart(text: str, before: str, after: str) -> tuple[list[str], str]:
    """The pieces, and the text around them with a placeholder for each piece."""
    pieces = []

    def taken(found: re.Match[str]) -> str:
        whole = found[0]
        piece = whole.lstrip(before).rstrip(after)
        if not piece:
            return whole
        pieces.append(piece)
        start = whole.index(piece)
        return whole[:start] + _PLACE + whole[start + len(piece) :]

    return pieces, " ".join(_PIECE.sub(taken, text).split())


def _normalise_with_base(text: str, low: int, high: int, form: _Form) -> str:
    """The range, and the character before it that a combining one belongs to, in this form."""
    return unicodedata.normalize(form, text[max(low - 1, 0) : high])


def _combine_kinds(before: str, after: str) -> list[str]:
    """The kinds that explain a difference only together; none if something else differs."""
    found = []
    if _keep(str.isspace, before) != _keep(str.isspace, after):
        found.append("white space")
    if _keep(_is_invisible_not_space, before) != _keep(_is_invisible_not_space, after):
        found.append("invisible")
    one, other = _printed_text(before), _printed_text(after)
    if unicodedata.normalize("NFKC", one) != unicodedata.normalize("NFKC", other):
        one, other = unicodedata.normalize("NFKC", one), unicodedata.normalize("NFKC", other)
        found.append("letter case" if one.casefold() == other.casefold() else "look-alike")
    elif one != other:
        found.append("normalisation form")
    same = skeleton(one.casefold()) == skeleton(other.casefold())
    return found if same and (one or not other) else []


def _is_invisible_not_space(character: str) -> bool:
    return is_invisible(character) and not character.isspace()


def _keep(wanted: Callable[[str], bool], text: str) -> str:
    return "".join(filter(wanted, text))


def _printed_text(text: str) -> str:
    return "".join(c for c in text if not (c.isspace() or is_invisible(c)))
