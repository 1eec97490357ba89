"""Skeletons: two texts that look alike have the same (Unicode Technical Standard #39, 4).

A skeleton is compared and never printed.  The table of confusable characters is
Unicode's own (``confusables.txt`` beside this file, which names its source and licence);
decompositions are those of Python's character database.

:func:`skeleton` is the standard's *internal skeleton*: characters that change the direction
of writing are left out, and have no effect.  :func:`bidi_skeleton` is that of the characters
in the order in which a reader sees them, in a paragraph that runs from left to right
(bidiSkeleton, with the direction LTR).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

from lab.findings.covert.bidi import to_visual_order

__all__ = ["VERSION", "bidi_skeleton", "skeleton"]

VERSION = "16.0.0"
"""The version of the table."""

_IGNORABLE = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""Default_Ignorable_Code_Point, of DerivedCoreProperties.txt."""


def skeleton(text: str) -> str:
    """Decomposed, without ignorable characters, each as its prototype, decomposed again."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFD", decomposed.translate(_load_table()))


def bidi_skeleton(text: str) -> str:
    """The skeleton of the text in visual order: texts that look alike after reordering share it."""
    return skeleton(to_visual_order(text))


@cache
def _load_table() -> dict[int, str | None]:
    """The prototype of each character; None for one that is removed."""
    table: dict[int, str | None] = {}
    source = files("lab.findings.covert").joinpath("confusables.txt").read_text("utf-8")
    for line in source.splitlines():
        if line and not line.startswith("#"):
            number, *prototype = (int(word, 16) for word in line.split())
            table[number] = "".join(map(chr, prototype))
    for first, last in _IGNORABLE:
        table.update(dict.fromkeys(range(first, last + 1)))
    return table
