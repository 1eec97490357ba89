"""Words for mistakes: which known name did the caller probably mean?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["nearest"]

_SIMILAR = 0.3
"""Below this ratio, a word is named only where no other is more like it."""


def nearest(word: str, known: Iterable[str], *, count: int = 3) -> str:
    """``a, b or c``: the known words most like this one, best first; empty if none is known.

    Letter case does not count, and a word that resembles nothing still gets an answer,
    because a list of what exists helps more than silence.
    """
    matcher = difflib.SequenceMatcher(b=word.casefold())
    likeness: dict[str, float] = {}
    for name in sorted(set(known)):
        matcher.set_seq1(name.casefold())
        likeness[name] = matcher.ratio()
    similar = [name for name, ratio in likeness.items() if ratio >= _SIMILAR]
    chosen = sorted(similar or likeness, key=lambda name: -likeness[name])[:count]
    return " or ".join(filter(None, (", ".join(chosen[:-1]), *chosen[-1:])))
