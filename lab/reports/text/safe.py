"""Untrusted text, made safe for a terminal and honest for a reader.

Whatever a client sends may end up in front of a person: escape sequences that move the
cursor, bidirectional controls that reorder a line, characters without any width, letters
of another script that look Latin.  Here every such code point is written by name between
angle brackets that the text itself cannot forge::

    Today⟨U+200B ZERO WIDTH SPACE⟩ is

Rules that the tests hold:

1. What comes out holds no control, format, separator (other than the space), surrogate,
   private or unassigned code point, and therefore no escape sequence.
2. Printable ASCII comes out as it went in.
3. Two texts that differ are shown differently (``⟨`` itself is written by name), so a
   difference between texts can never hide behind the way they are shown.

Mixed scripts follow the idea of UTS #39 (mixed-script words); the rest follows the
general categories of the Unicode Character Database.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

from rich.cells import cell_len

from lab.findings.covert.code_points import describe_code_point

__all__ = ["clip", "clip_end", "join_marks", "make_visible", "mark_characters"]

_BRIEF = {"\n": "⟨LF⟩", "\r": "⟨CR⟩", "\t": "⟨TAB⟩"}
"""Shorter than their names, because ordinary text is full of them."""

_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\u27e8"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Printable by category and yet without any ink, and the bracket that marks a name."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})

_LOOKALIKE = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "MATHEMATICAL")
"""Beginnings of names of letters that can pass for Latin ones."""

_WORD = re.compile(r"\w+")
_STACKED = 3
"""So many combining marks one base may carry, as living scripts need; the rest is named."""


def make_visible(text: str) -> str:
    """``text`` with everything that a reader could not see, or a terminal obey, named."""
    if text.isascii() and text.isprintable():
        return text
    return join_marks(mark_characters(text))


def clip(text: str, cells: int) -> str:
    """:func:`make_visible` text at most ``cells`` wide, cut in the middle and saying so.

    The number in the middle counts what is left out.  Takes time proportional to ``cells``,
    however long the text is.
    """
    if len(text) <= cells and cell_len(whole := make_visible(text)) <= cells:
        return whole
    room = cells - cell_len(_format_omission(len(text)))
    counts = len(text) > 2 * cells and room >= cells // 2
    if not counts:
        room = cells - 1
    if room < 2:
        return "…"[:cells]
    start = _take_fitting(mark_characters(text[: cells + 1]), room - room // 2)
    rest = room - cell_len(join_marks(start))
    end = _take_fitting(mark_characters(text[-cells - 1 :])[::-1], rest)[::-1]
    note = _format_omission(len(text) - len(start) - len(end)) if counts else "…"
    return join_marks(start) + note + join_marks(end)


def _format_omission(count: int) -> str:
    return f"⟨… {count:,} characters …⟩"


def clip_end(text: str, cells: int) -> str:
    """As much from the beginning of ``text``, made visible, as fits in ``cells``."""
    return join_marks(_take_fitting(mark_characters(text), cells))


def _take_fitting(shown: list[str], cells: int) -> list[str]:
    """The longest beginning that is at most ``cells`` wide (runs counted uncompressed)."""
    width = 0
    for index, mark in enumerate(shown):
        width += cell_len(mark)
        if width > cells:
            return shown[:index]
    return shown


def mark_characters(text: str) -> list[str]:
    """For each code point how it is shown: itself, or its name between brackets."""
    lookalikes = {
        word.start() + offset
        for word in _WORD.finditer(text)
        if any(c.isascii() and c.isalpha() for c in word[0]) and not word[0].isascii()
        for offset, c in enumerate(word[0])
        if not c.isascii() and _looks_latin(c)
    }
    shown: list[str] = []
    stacked = _STACKED
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        combining = category in {"Mn", "Me"}
        stacked = stacked + 1 if combining else 0
        if character == " " or (character.isascii() and character.isprintable()):
            shown.append(character)
        elif (
            category in _HIDDEN
            or character in _BLANK
            or index in lookalikes
            or (combining and stacked > _STACKED)
        ):
            shown.append(_BRIEF.get(character) or f"⟨{describe_code_point(character)}⟩")
        else:
            shown.append(character)
    return shown


def join_marks(shown: list[str]) -> str:
    """The marks as one text; a run of the same named code point is written once, counted."""
    parts: list[str] = []
    for mark, run in groupby(shown):
        count = len(list(run))
        if len(mark) > 1 and count > 1:
            parts.append(f"{mark[:-1]} ×{count}⟩")
        else:
            parts.append(mark * count)
    return "".join(parts)


def _looks_latin(character: str) -> bool:
    name = unicodedata.name(character, "")
    return name.startswith((*_LOOKALIKE, "FULLWIDTH LATIN"))
