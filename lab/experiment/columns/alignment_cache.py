"""Comparisons of texts, kept from one analysis of an audit to the next.

Comparing texts with a reference is most of the work of an analysis, and most of the texts of one
round of an audit were there in the round before.  The cache changes how long an analysis takes
and nothing else: a comparison depends on the two texts alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lab.observation.text.alignment import Alignment, align_texts
from lab.observation.text.word_blocks import Block, find_blocks

__all__ = ["AlignmentCache"]


class AlignmentCache:
    """The comparisons of the current round and of the one before it."""

    def __init__(self) -> None:
        self._current: dict[tuple[str, str], Sequence[Block]] = {}
        self._previous: dict[tuple[str, str], Sequence[Block]] = {}

    def start_round(self) -> None:
        """Drop the comparisons that the last round did not use."""
        self._previous, self._current = self._current, {}

    def align(self, reference: str, texts: Collection[str]) -> Alignment:
        """Align texts with a reference (:func:`lab.observation.text.alignment.align_texts`)."""
        return align_texts(reference, texts, self._find_blocks)

    def _find_blocks(self, reference: str, text: str) -> Sequence[Block]:
        key = reference, text
        found = self._current.get(key)
        if found is None:
            found = self._previous.get(key)
            self._current[key] = found = find_blocks(reference, text) if found is None else found
        return found
