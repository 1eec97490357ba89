"""Comparisons of texts, kept from one analysis of an audit to the next.

Comparing texts is most of the work of an analysis, and most of the texts of one round of an audit
were there in the round before.  The cache changes how long an analysis takes and nothing else:
what it keeps depends on the texts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar, cast

from lab.observation.text.alignment import Alignment, align_texts
from lab.observation.text.word_blocks import Block, find_blocks

__all__ = ["RoundCache"]

_Result = TypeVar("_Result")


class RoundCache:
    """The comparisons of the current round and of the one before it."""

    def __init__(self) -> None:
        self._current: dict[tuple[object, ...], object] = {}
        self._previous: dict[tuple[object, ...], object] = {}

    def start_round(self) -> None:
        """Drop the comparisons that the last round did not use."""
        self._previous, self._current = self._current, {}

    def align(self, reference: str, texts: Collection[str]) -> Alignment:
        """Align texts with a reference (:func:`lab.observation.text.alignment.align_texts`)."""
        return align_texts(reference, texts, self._find_blocks)

    def apply(
        self, function: Callable[[tuple[str, ...]], _Result], texts: tuple[str, ...]
    ) -> _Result:
        """Return what a function returns for some texts.

        Args:
            function: A function of a module, whose result depends on the texts alone.
            texts: The texts, in order.
        """
        return cast("_Result", self._compute((function, texts), lambda: function(texts)))

    def _find_blocks(self, reference: str, text: str) -> Sequence[Block]:
        found = self._compute((reference, text), lambda: find_blocks(reference, text))
        return cast("Sequence[Block]", found)

    def _compute(self, key: tuple[object, ...], compute: Callable[[], object]) -> object:
        found = self._current.get(key)
        if found is None:
            found = self._previous.get(key)
            self._current[key] = found = compute() if found is None else found
        return found
