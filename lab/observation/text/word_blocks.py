"""One text compared with a reference, word by word: which ranges of words were replaced.

Separators (blanks, commas and semicolons) belong to the word behind them and never count as
something in common: a text full of replaced words would otherwise be matched along its blanks, in
a way that depends on what else differs.  Words that occur once in both texts are matched first, in
the longest sequence with the same order (patience diff); what stands between two of them is
matched by a longest common subsequence (:mod:`~lab.observation.text.lcs`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from lab.observation.text.lcs import MOST_CELLS, count_common_ends, find_common

__all__ = [
    "Block",
    "SplitText",
    "Word",
    "find_blocks",
    "join_words",
    "split_reference",
    "split_words",
    "strip_separators",
]

_WORDS = re.compile(r"([\s,;]*)([^\s,;]+)")
_SEPARATORS = re.compile(r"[\s,;]*")
_SHORT = 4096


class Word(NamedTuple):
    """A word and the separators before it."""

    separators: str
    core: str


class SplitText(NamedTuple):
    """A text in words.

    The first word of a text has no separators: what stands before it is the ``lead``.  The first of
    a reference has those of its second, or one blank, so that it is the same word wherever it
    stands in a list.  The ``tail`` is what stands behind the last word.
    """

    words: tuple[Word, ...]
    lead: str
    tail: str


class Block(NamedTuple):
    """``reference[low:high]`` was replaced by ``text[start:end]``, in words."""

    low: int
    high: int
    start: int
    end: int


def find_blocks(reference: str, text: str) -> tuple[Block, ...]:
    """The ranges of words that were replaced, in order; no two of them touch.

    A matched word whose separators differ counts as replaced.

    Args:
        reference: The text to compare with.
        text: The text that is compared.
    """
    first, second = split_reference(reference).words, split_words(text).words
    replaced = _slide(_find_replaced(first, second), first, second)
    found: list[Block] = []
    one = other = 0
    for block in (*replaced, Block(len(first), len(first), len(second), len(second))):
        found += [
            Block(here, here + 1, there, there + 1)
            for here, there in zip(range(one, block.low), range(other, block.start), strict=True)
            if second[there].separators not in (first[here].separators, "")
        ]
        found.append(block)
        one, other = block.high, block.end
    return tuple(_join_touching(found[:-1]))


def split_words(text: str) -> SplitText:
    """Cut a text into words, the first of them without separators."""
    return _split_short(text) if len(text) <= _SHORT else _split_long(text)


def join_words(words: Sequence[Word]) -> str:
    """The text of some words with the separators before each."""
    return "".join(word.separators + word.core for word in words)


def strip_separators(text: str) -> str:
    """The text without the separators that it begins with."""
    return text[_SEPARATORS.match(text).end() :]  # type: ignore[union-attr]


def _split(text: str) -> SplitText:
    parts = _WORDS.findall(text)
    if not parts:
        return SplitText((), text, "")
    words = [Word(*part) for part in parts]
    lead = words[0].separators
    tail = text[len(join_words(words)) :]
    words[0] = Word("", words[0].core)
    return SplitText(tuple(words), lead, tail)


# Two caches, so that what a hostile client can have us keep is bounded.
_split_short = lru_cache(maxsize=4096)(_split)
_split_long = lru_cache(maxsize=16)(_split)


@lru_cache(maxsize=256)
def split_reference(text: str) -> SplitText:
    """Cut a reference into words, the first of them with separators."""
    split = split_words(text)
    if not split.words:
        return split
    separators = split.words[1].separators if len(split.words) > 1 else " "
    return split._replace(words=(Word(separators, split.words[0].core), *split.words[1:]))


def _find_replaced(first: Sequence[Word], second: Sequence[Word]) -> Iterator[Block]:
    """The ranges of words that were replaced, whatever stands between words."""
    one = other = 0
    for here, there in (*_match(first, second), (len(first), len(second))):
        if (one, other) != (here, there):
            yield Block(one, here, other, there)
        one, other = here + 1, there + 1


def _slide(blocks: Iterable[Block], first: Sequence[Word], second: Sequence[Word]) -> list[Block]:
    """Move words that were added or left out as far to the end as the texts allow.

    Of two equal words in a row either may be the added one; which does not depend on what
    differs elsewhere.
    """
    found: list[Block] = []
    limit = len(first)
    for block in reversed(list(blocks)):
        low, high, start, end = block
        added, left_out = low == high, start == end
        while high < limit and (
            (added and first[low].core == second[start].core)
            or (left_out and first[low].core == first[high].core)
        ):
            low, high, start, end = low + 1, high + 1, start + 1, end + 1
        found.append(Block(low, high, start, end))
        limit = low
    return found[::-1]


def _match(first: Sequence[Word], second: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """The indices of words that both have, in order."""
    left = [word.core for word in first]
    right = [word.core for word in second]
    head, tail = count_common_ends(left, right)
    ends = len(left) - tail, len(right) - tail
    yield from ((index, index) for index in range(head))
    low, start = head, head
    cells = MOST_CELLS
    for here, there in (*_match_unique(left, right, head, ends), ends):
        for one, other in find_common(left[low:here], right[start:there], max(0, cells)):
            yield low + one, start + other
        cells -= (here - low) * (there - start)
        if here < ends[0] and there < ends[1]:
            yield here, there
        low, start = here + 1, there + 1
    yield from ((ends[0] + index, ends[1] + index) for index in range(tail))


def _match_unique(
    left: Sequence[str], right: Sequence[str], begin: int, ends: tuple[int, int]
) -> list[tuple[int, int]]:
    """The longest sequence, in the same order, of words in two ranges that each text has once."""
    ours, theirs = Counter(left), Counter(right)
    places = {
        word: index for index, word in enumerate(right[begin : ends[1]], begin) if theirs[word] == 1
    }
    pairs = [
        (index, places[word])
        for index, word in enumerate(left[begin : ends[0]], begin)
        if ours[word] == 1 and word in places
    ]
    # Longest increasing subsequence of the second index (Fredman, 1975).
    lowest: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, there) in enumerate(pairs):
        length = bisect_left(lowest, there)
        before.append(last[length - 1] if length else -1)
        lowest[length : length + 1] = [there]
        last[length : length + 1] = [number]
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _join_touching(blocks: Sequence[Block]) -> Iterator[Block]:
    last: Block | None = None
    for block in blocks:
        if last is not None and last.high == block.low and last.end == block.start:
            last = Block(last.low, block.high, last.start, block.end)
        else:
            if last is not None:
                yield last
            last = block
    if last is not None:
        yield last
