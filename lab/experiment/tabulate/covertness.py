"""Covertness: whether a reader of both sides of a pair would notice the difference.

A column contains only the words of a text that changed.  Whether the change is visible, and
whether the words only changed their order, depends on the whole text.  Therefore two trials are
compared that are as similar as possible in all but the cause, with identifiers and numbers
masked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import product

import msgspec

from lab.experiment.columns.column import Column
from lab.experiment.columns.ladder import View
from lab.experiment.confirm.effect import Effect
from lab.experiment.trials.contrasts import TrialTable
from lab.experiment.trials.row import Row
from lab.findings.covert.covert import is_covert
from lab.findings.covert.difference_kinds import is_reordered, split_pieces
from lab.observation.parts import INVISIBLE_PARTS, ORDER_PARTS
from lab.observation.text.masks import mask

__all__ = [
    "COARSE_VIEWS",
    "TextPair",
    "choose_texts",
    "is_confined",
    "is_hidden",
    "is_lookalike",
    "is_moved",
    "may_lack_lists",
]

COARSE_VIEWS: frozenset[View] = frozenset({"part", "shape", "length"})
"""Views that say how a text differs, but not what a reader would see of it."""

_BLANKED = re.compile("‹([a-z]+)›")
_TOKENS = re.compile(r"\s+|\S+")
_MAX_TOKENS = 2000
_MAX_COMPARED = 16
"""How many trials of each side are considered, of which the most similar are chosen."""


class TextPair(msgspec.Struct, frozen=True):
    """What one trial of each side of a pair sent at a location."""

    left: str
    right: str


def is_hidden(column: Column, left: str | None, right: str | None) -> bool:
    """Whether a reader of two values of a column would not notice that they differ.

    Args:
        column: The column.
        left: Its value on one side, None for nothing.
        right: Its value on the other side.
    """
    part = column.location.part
    if left is None or right is None or column.view in ("count", "presence"):
        return False
    if column.location.channel == "tls":
        return not _is_part_of_other(left, right)
    if part in INVISIBLE_PARTS:
        return True
    if column.view == "canary":
        return False
    if column.view == "masked":
        left, right = _fill_blanks(left), _fill_blanks(right)
    return is_covert(left, right) or is_reordered(left, right)


def may_lack_lists(
    column: Column,
    left: str,
    right: str,
    sides: tuple[Sequence[int], Sequence[int]],
    rows: Sequence[Row],
) -> bool:
    """Whether two orders may differ because one side does not send all the lists of the other.

    So it is where all orders of one side are among those of the other, and the number of lists
    varies.  A list that is there in another order leaves their number as it was.

    Args:
        column: The column.
        left: Its value on one side.
        right: Its value on the other side.
        sides: The rows of both sides.
        rows: All trials.
    """
    if column.location.part not in ORDER_PARTS or not _is_part_of_other(left, right):
        return False
    sent = (rows[row].features.get(column.location, ()) for side in sides for row in side)
    return len({len(lists) for lists in sent}) > 1


def _is_part_of_other(left: str, right: str) -> bool:
    """Whether one side only has fewer of the same handshakes, as where a connection is missing."""
    here, there = set(left.split("\n")), set(right.split("\n"))
    return here < there or there < here


def _fill_blanks(masked: str) -> str:
    """Replace each blank by a word that begins and ends like a number."""
    return _BLANKED.sub(r"0\g<1>0", masked)


def choose_texts(
    column: Column,
    effect: Effect,
    values: tuple[str, str],
    sides: tuple[Sequence[int], Sequence[int]],
    rows: Sequence[Row],
    trials: TrialTable,
) -> TextPair | None:
    """Return the texts of two trials, one of each side, in which a column has given values.

    The two trials are those whose other levels differ least.

    Args:
        column: The column.
        effect: The effect that the column belongs to.
        values: The values of the left and of the right side.
        sides: The rows of both sides, those with the fewest levels first.
        rows: All trials.
        trials: The levels of the same trials.

    Returns:
        The texts; None where a side has no trial with its value.
    """
    left, right = (
        [row for row in side if column.values[row] is not None and column.values[row] == value]
        for side, value in zip(sides, values, strict=True)
    )
    if not left or not right:
        return None

    def apart(pair: tuple[int, int]) -> int:
        here, there = trials.changes[pair[0]] - effect.left, trials.changes[pair[1]] - effect.right
        return len(here ^ there)

    chosen = min(product(left[:_MAX_COMPARED], right[:_MAX_COMPARED]), key=apart)
    before, after = (
        _find_text(column, value, rows[row]) for row, value in zip(chosen, values, strict=True)
    )
    return None if before is None or after is None else TextPair(before, after)


def _find_text(column: Column, value: str, row: Row) -> str | None:
    """Return the first text at the column's location that contains the value."""
    for text in row.features.get(column.location, ()):
        compared = _mask_text(text) if column.view == "masked" else text
        if column.view in COARSE_VIEWS or value in compared:
            return text
    return None


@lru_cache(maxsize=64)
def _mask_text(text: str) -> str:
    return mask(text)


def is_moved(column: Column, left: str, right: str, texts: TextPair) -> bool:
    """Whether the texts have the same pieces in another order.

    Numbers in the texts are masked, so both must contain the exact values of the column.

    Args:
        column: The column.
        left: Its value on the left side.
        right: Its value on the right side.
        texts: The texts of both sides.
    """
    if not _has_same_pieces(texts):
        return False
    if column.view not in ("exact", "set"):
        return True
    here, there = set(split_pieces(texts.left)), set(split_pieces(texts.right))
    return there.issuperset(split_pieces(left)) and here.issuperset(split_pieces(right))


@lru_cache(maxsize=64)
def is_lookalike(texts: TextPair) -> bool:
    """Whether a reader of both texts would notice no difference beyond noise."""
    return is_covert(_fill_blanks(_mask_text(texts.left)), _fill_blanks(_mask_text(texts.right)))


@lru_cache(maxsize=64)
def _has_same_pieces(texts: TextPair) -> bool:
    return is_reordered(_mask_text(texts.left), _mask_text(texts.right))


def is_confined(left: str, right: str, texts: TextPair) -> bool:
    """Whether a hidden difference of two values is the only difference at their position.

    Where the words around it differ too, blanks and punctuation only follow them.

    Args:
        left: The value on the left side.
        right: The value on the right side.
        texts: The texts of both sides.
    """
    words = [_TOKENS.findall(_mask_text(text)) for text in (texts.left, texts.right)]
    around = [
        (mine, theirs)
        for mine, theirs in _find_replaced(*words)
        if mask(left.strip()) in mine and mask(right.strip()) in theirs
    ]
    return not around or any(
        is_covert(_fill_blanks(mine), _fill_blanks(theirs)) for mine, theirs in around
    )


def _find_replaced(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, str]]:
    """Return the stretches in which two lists of words differ; none for very long lists."""
    most = min(len(left), len(right))
    start = next((n for n in range(most) if left[n] != right[n]), most)
    most -= start
    end = next((n for n in range(most) if left[-1 - n] != right[-1 - n]), most)
    left, right = left[start : len(left) - end], right[start : len(right) - end]
    if max(len(left), len(right)) > _MAX_TOKENS:
        return []
    stretches: list[tuple[str, str]] = []
    open_now = False
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    for number, (kind, low, high, first, last) in enumerate(codes):
        mine, theirs = "".join(left[low:high]), "".join(right[first:last])
        # Blanks between two changed words are part of one change.
        blank = mine.isspace() and "\n" not in mine
        if kind == "equal" and not (blank and open_now and number + 1 < len(codes)):
            open_now = False
        elif open_now:
            stretches[-1] = (stretches[-1][0] + mine, stretches[-1][1] + theirs)
        else:
            stretches.append((mine, theirs))
            open_now = True
    return stretches
