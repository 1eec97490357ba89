"""Texts aligned with a reference: which of its words were replaced, and by what.

A text is cut into lines and, where lines differ, into words (runs of white space are words
of their own, so that no space is lost).  Every text is compared with one reference, each
independently of all others: a strange text cannot disturb the comparison of the rest.

The result names *slots* of the reference: a word, a whole line (word -1), or the gap before
either.  A slot's value is the text that the other text has there, ``""`` where it is missing.
Slots that equal the reference are not listed, so that equal texts have none, and the text
can be rebuilt from reference and slots.

The work is bounded for hostile texts (:mod:`~lab.observation.text.lcs`): where two texts of
a megabyte have nothing in common, every line or word is one replacement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from lab.observation.text.lcs import find_changes

__all__ = ["Slot", "align", "get_reference_value", "get_surrounding_text"]

Slot = tuple[int, int, str]
"""Line, word (-1: the whole line), and ``=`` for that itself or ``<`` for the gap before it."""

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_WORDS = re.compile(r"\s+|[^\s]+")
_NEAR = 40
_MOST_COMPARED = 100_000
_SHORT = 4096


def align(reference: str, text: str) -> dict[Slot, str]:
    """The slots in which the text differs from the reference, with what it has there."""
    if reference == text:
        return {}
    slots: dict[Slot, str] = {}
    left, right = _lines(reference), _lines(text)
    for low, high, start, end in find_changes(left, right):
        if high - low == end - start:
            for line, other in zip(range(low, high), right[start:end], strict=True):
                _align_line(line, left[line], other, slots)
        elif low == high:
            slots[low, -1, "<"] = "".join(right[start:end])
        else:
            _align_block(low, left[low:high], right[start:end], slots)
    return slots


def _align_block(
    low: int, left: Sequence[str], right: Sequence[str], slots: dict[Slot, str]
) -> None:
    """Lines that were replaced by another number of lines: pair the most similar."""
    pairs = _similar(left, right)
    paired = dict(pairs)
    used = 0
    for offset, line in enumerate(left):
        if offset in paired:
            other = paired[offset]
            if other > used:
                slots[low + offset, -1, "<"] = "".join(right[used:other])
            _align_line(low + offset, line, right[other], slots)
            used = other + 1
        else:
            slots[low + offset, -1, "="] = ""
    if used < len(right):
        slots[low + len(left), -1, "<"] = "".join(right[used:])


def _similar(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of lines that share most of their words, in order.

    A line is compared with the next forty at most, with fewer where there are very many.
    """
    start = 0
    reach = max(1, min(_NEAR, _MOST_COMPARED // len(left)))
    candidates = [set(line.split()) for line in right]
    for index, line in enumerate(left):
        words = set(line.split())
        for other in range(start, min(len(right), start + reach)):
            others = candidates[other]
            if words and len(words & others) * 2 > max(len(words), len(others)):
                yield index, other
                start = other + 1
                break


def _align_line(line: int, left: str, right: str, slots: dict[Slot, str]) -> None:
    if left == right:
        return
    words, others = _words(left), _words(right)
    for low, high, start, end in find_changes(words, others):
        if high - low == end - start:
            for word, other in zip(range(low, high), others[start:end], strict=True):
                if words[word] != other:
                    slots[line, word, "="] = other
        elif low == high:
            slots[line, low, "<"] = "".join(others[start:end])
        else:
            slots[line, low, "="] = "".join(others[start:end])
            for word in range(low + 1, high):
                slots[line, word, "="] = ""


@lru_cache(maxsize=8)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(_LINES.findall(text))


def _words(line: str) -> tuple[str, ...]:
    return _words_of_short(line) if len(line) <= _SHORT else _words_of_long(line)


def _split(line: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(line))


# Two caches, so that what a hostile client can have us keep is bounded.
_words_of_short = lru_cache(maxsize=4096)(_split)
_words_of_long = lru_cache(maxsize=8)(_split)


def get_reference_value(reference: str, slot: Slot) -> str:
    """What the reference itself has in a slot."""
    line, word, kind = slot
    if kind == "<":
        return ""
    lines = _lines(reference)
    return lines[line] if word < 0 else _words(lines[line])[word]


def get_surrounding_text(reference: str, slot: Slot, width: int = 40) -> tuple[str, str]:
    """Return some text before and after a slot of the reference, to show where it stands.

    Args:
        reference: The text that others are aligned with.
        slot: A slot of it.
        width: Characters on each side, at most.
    """
    line, word, kind = slot
    lines = _lines(reference)
    if line >= len(lines):
        return reference[-width:], ""
    if word < 0:
        return "", lines[line][:width].rstrip("\n") if kind == "<" else ""
    words = _words(lines[line])
    nearest = max(0, word - width)
    before = "".join(words[nearest:word])
    first = word + (kind == "=")
    after = "".join(words[first : first + width])
    return before[-width:], after[:width].rstrip("\n")
