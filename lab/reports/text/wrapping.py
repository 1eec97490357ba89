"""Lines broken where a reader would break them.

Between words first; within a word that is longer than a line (a URL, a path, a list without
spaces) after a comma, ``//``, ``/``, ``.``, ``:`` and their like; anywhere only where there
is nothing of that kind.
"""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells

__all__ = ["wrap"]

_AFTER = re.compile(r"(?<=[,;])|(?<=//)|(?<=[.:/=@&?])(?![/.])")
"""Where a long word may be broken: never between the slashes of ``://``."""
_EARLIEST = 3
"""A break in the first third of the line would leave most of it empty."""


def wrap(text: str, cells: int) -> list[str]:
    """Visible text in lines at most ``cells`` wide (or one character, where that is wider)."""
    cells = max(cells, 1)
    first, *words = text.split(" ")
    lines = _break_word(first, cells)
    for word in words:
        longer = f"{lines[-1]} {word}"
        if cell_len(longer) <= cells:
            lines[-1] = longer
        else:
            lines += _break_word(word, cells)
    return lines


def _break_word(word: str, cells: int) -> list[str]:
    """One word, in as many lines as it needs."""
    pieces: list[str] = []
    while cell_len(word) > cells:
        head = chop_cells(word, cells)[0] or word[0]
        breaks = [place.start() for place in _AFTER.finditer(word, 0, len(head) + 1)]
        soft = [place for place in breaks if len(head) // _EARLIEST < place <= len(head)]
        end = soft[-1] if soft else len(head)
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word] if word or not pieces else pieces
