"""Alignments of texts, kept from one analysis of an audit to the next.

Aligning texts with a reference is most of the work of an analysis, and most of the texts of one
round of an audit were there in the round before.  The cache changes how long an analysis takes
and nothing else: an alignment depends on the two texts alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.observation.text.alignment import Slot, align

__all__ = ["AlignmentCache"]


class AlignmentCache:
    """The alignments of the current round and of the one before it."""

    def __init__(self) -> None:
        self._current: dict[tuple[str, str], Mapping[Slot, str]] = {}
        self._previous: dict[tuple[str, str], Mapping[Slot, str]] = {}

    def start_round(self) -> None:
        """Drop the alignments that the last round did not use."""
        self._previous, self._current = self._current, {}

    def align(self, reference: str, text: str) -> Mapping[Slot, str]:
        """The slots in which a text differs from the reference, with what it has there.

        See :func:`lab.observation.text.alignment.align`.
        """
        key = reference, text
        found = self._current.get(key)
        if found is None:
            found = self._previous.get(key)
            self._current[key] = found = align(reference, text) if found is None else found
        return found
