"""Explains what texts have in one window of a reference: by known replacements where possible.

The explanation of a text is a cheapest path through pairs of positions, one in the reference and
one in the text (Dijkstra, 1959).  A word that is the same costs nothing, a replacement that another
text showed costs less than a word that stands for another.  So texts with few changes teach how to
read those with many.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lab.observation.text.word_blocks import Word

__all__ = ["MAX_STATES", "Replacement", "WindowExplanation", "replace_words"]

MAX_STATES = 100_000
"""Pairs of positions that are examined at most for all texts of a location."""
_MAX_STATES_A_TEXT = 10_000

_SAME, _KNOWN, _SUBSTITUTED = 0, 2, 3
"""Costs of a word that is the same, of a known replacement, and of a word for another."""

_Position = tuple[int, int]
"""Words of the reference, and of the range of the text, that are explained so far."""

_Key = tuple[int, str | None]
"""The first word of the reference that is replaced, and the first that a text has instead."""


class Replacement(NamedTuple):
    """``reference[low:high]``, and the words that a text has there instead."""

    low: int
    high: int
    words: tuple[Word, ...]


def replace_words(
    reference: Sequence[Word], low: int, high: int, words: Sequence[Word]
) -> Replacement:
    """Return a replacement; the first word of a text takes the separators of what it replaces.

    Args:
        reference: The words of the reference.
        low: The first word that is replaced.
        high: The first word behind them.
        words: What the text has instead.
    """
    if words and not words[0].separators:
        separators = reference[low].separators if low < len(reference) else " "
        words = (Word(separators, words[0].core), *words[1:])
    return Replacement(low, high, tuple(words))


class WindowExplanation:
    """The replacements in one window, from texts with few changes to texts with many.

    ``states_left`` is how many pairs of positions may still be examined; without any, what a text
    has of its own is one replacement.
    """

    def __init__(self, reference: Sequence[Word], low: int, high: int, states_left: int) -> None:
        """Begin without any known replacement.

        Args:
            reference: The words of the reference.
            low: The first word of the window.
            high: The first word behind it.
            states_left: The pairs of positions that may be examined.
        """
        self.states_left = states_left
        self._reference = reference
        self._low, self._high = low, high
        # By the position and the first word, of which a text has one and other texts hundreds.
        self._known: dict[_Key, dict[tuple[int, tuple[Word, ...]], None]] = defaultdict(dict)

    def explain(self, content: tuple[Word, ...], own: Sequence[Replacement]) -> list[Replacement]:
        """Return the replacements that give the content of the window, and remember them.

        Args:
            content: The words that a text has in the window.
            own: Its replacements, read without any other text.
        """
        whole = Replacement(self._low, self._high, content)
        found = self._search(whole, substitute=False)
        if found is None:
            found = []
            for one in own:
                found += self._search(one, substitute=True) or [one]
        for one in found:
            first = one.words[0].core if one.words else None
            self._known[one.low, first][one.high, one.words] = None
        return found

    def _search(self, goal: Replacement, *, substitute: bool) -> list[Replacement] | None:
        """The cheapest replacements that give the words of a range; None where there are none."""
        begin, end = (goal.low, 0), (goal.high, len(goal.words))
        costs = {begin: 0}
        steps: dict[_Position, tuple[_Position, Replacement | None]] = {}
        pending = [(0, begin)]
        left = min(self.states_left, _MAX_STATES_A_TEXT)
        while pending and left > 0:
            cost, here = heapq.heappop(pending)
            if here == end:
                return _list_steps(steps, begin, end)
            if cost > costs[here]:
                continue
            left -= 1
            self.states_left -= 1
            for more, there, step in self._moves(here, goal, substitute=substitute):
                if there not in costs or cost + more < costs[there]:
                    costs[there] = cost + more
                    steps[there] = here, step
                    heapq.heappush(pending, (cost + more, there))
        return None

    def _moves(
        self, here: _Position, goal: Replacement, *, substitute: bool
    ) -> Iterator[tuple[int, _Position, Replacement | None]]:
        """What can be explained next: its cost, where that leads, and the replacement if any."""
        low, used = here
        words = goal.words
        firsts = [None, words[used].core] if used < len(words) else [None]
        for first in firsts:
            for high, known in self._known.get((low, first), ()):
                after = used + len(known)
                if high <= goal.high and _is_same(words[used:after], known):
                    yield _KNOWN, (high, after), Replacement(low, high, known)
        if low < goal.high and used < len(words):
            there = low + 1, used + 1
            if _is_same(words[used : used + 1], self._reference[low : low + 1]):
                yield _SAME, there, None
            elif substitute:
                step = replace_words(self._reference, low, low + 1, words[used : used + 1])
                yield _SUBSTITUTED, there, step


def _is_same(words: Sequence[Word], wanted: Sequence[Word]) -> bool:
    """Whether words of a text are those wanted; the first of a text has no separators."""
    if len(words) != len(wanted):
        return False
    if words and not words[0].separators:
        return words[0].core == wanted[0].core and words[1:] == wanted[1:]
    return words == wanted


def _list_steps(
    steps: dict[_Position, tuple[_Position, Replacement | None]], begin: _Position, end: _Position
) -> list[Replacement]:
    found = []
    while end != begin:
        end, step = steps[end]
        if step is not None:
            found.append(step)
    return found[::-1]
