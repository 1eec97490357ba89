"""Suggestions for misspelt words: the known names that are most similar."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["find_similar", "nearest", "suggest"]

_MIN_RATIO = 0.3
"""A name with a lower ratio is listed only where none has a higher one."""
_MIN_GUESS_RATIO = 0.5
"""From this ratio on, a word is assumed to be a misspelling of the name."""


def nearest(word: str, known: Iterable[str], *, count: int = 3) -> str:
    """The known names that are most similar to a word, as ``a, b or c``.

    Letter case is ignored.  A word that is similar to no name still gets an answer, because
    names that exist help the reader more than none.

    Args:
        word: What the user wrote.
        known: The names that exist.
        count: How many names to list, at most.

    Returns:
        The names, most similar first; an empty text if none is known.
    """
    ratios = _ratios(word, known)
    similar = [name for name, ratio in ratios.items() if ratio >= _MIN_RATIO]
    return _join((similar or list(ratios))[:count], "or")


def suggest(word: str, known: Iterable[str], *, count: int = 1) -> str:
    """What to write instead of an unknown word.

    Args:
        word: What the user wrote.
        known: The names that exist, at least one.
        count: How many names to suggest, at most.

    Returns:
        ``did you mean a?`` if a name is similar, else ``there are a, b and c`` with all names.
    """
    known = list(dict.fromkeys(known))
    similar = find_similar(word, known)[:count]
    return (
        f"did you mean {_join(similar, 'or')}?" if similar else f"there are {_join(known, 'and')}"
    )


def find_similar(
    word: str, known: Iterable[str], *, min_ratio: float = _MIN_GUESS_RATIO
) -> list[str]:
    """The known names of which the word may be a misspelling.

    Args:
        word: What the user wrote.
        known: The names that exist.
        min_ratio: The least similarity, from 0 to 1 (:class:`difflib.SequenceMatcher`).

    Returns:
        The names, most similar first.
    """
    return [name for name, ratio in _ratios(word, known).items() if ratio >= min_ratio]


def _ratios(word: str, known: Iterable[str]) -> dict[str, float]:
    """Similarity of each name to the word, from 0 to 1, the most similar first."""
    matcher = difflib.SequenceMatcher(b=word.casefold())
    found: dict[str, float] = {}
    for name in sorted(set(known)):
        matcher.set_seq1(name.casefold())
        found[name] = matcher.ratio()
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _join(words: list[str], conjunction: str) -> str:
    return f" {conjunction} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
