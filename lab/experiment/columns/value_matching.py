"""Several values at one location, matched with those of the control environment.

Where a feature has several values whose order or number varies, they are compared one by one:
each with the value of the model that it equals or, failing that, shares most words with.  Sorting
would not do: one changed character can move a text to another position, and all texts behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["match_values"]


_MAX_CANDIDATES = 256
"""Values that are searched for similar ones; a client may send any number."""


def match_values(
    model: Sequence[str], values: Sequence[str]
) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
    """Return the value that corresponds to each distinct value of the model, and the others.

    None stands for a value of the model to which no value corresponds.
    """
    wanted = tuple(dict.fromkeys(model))
    left = {
        text: frozenset(text.split())
        for text in sorted(set(values) - set(wanted))[:_MAX_CANDIDATES]
    }
    found: list[str | None] = []
    present = set(values)
    for text in wanted:
        if text in present:
            found.append(text)
            continue
        nearest = _find_most_similar(text, left)
        if nearest is not None:
            del left[nearest]
        found.append(nearest)
    return tuple(found), tuple(sorted(set(values) - set(found)))


def _find_most_similar(text: str, others: Mapping[str, frozenset[str]]) -> str | None:
    """Return the text that shares the most words, if it shares half of them."""
    words = set(text.split())
    best: str | None = None
    most = 0
    for other, theirs in others.items():
        shared = len(words & theirs)
        if shared > most and 2 * shared >= min(len(words), len(theirs)):
            best, most = other, shared
    return best
