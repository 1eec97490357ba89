"""Levels made of words, and simpler levels with parts removed: what a search tries.

The factor's own ``parse`` decides which levels exist; forms that it rejects are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lab.factors.factor import Factor

__all__ = ["build_levels_from_words", "simplify_level"]

_PART = re.compile(r"[^/._:=, -]+")


def build_levels_from_words(item: Factor, words: Sequence[str]) -> tuple[str, ...]:
    """Return levels of the factor that are made of words, in the order of the words."""
    forms = ("{0}", "https://{0}", "https://models.example{0}", "https://{0}.example.net")
    found: dict[str, None] = {}
    for word in words:
        for form in forms[2:3] if word.startswith(".") else (*forms[:2], forms[3]):
            if form == forms[1] and "." not in word:
                continue
            try:
                found[item.parse(form.format(word))] = None
            except ValueError:
                continue
            if form == forms[0]:
                break
    return tuple(found)


def simplify_level(item: Factor, level: str) -> tuple[str, ...]:
    """Return levels with parts of this one removed, the shortest first."""
    texts: list[str] = []
    if "://" in level:
        parts = urlsplit(level)
        labels = (parts.hostname or "").split(".")
        texts += [f"https://models.example.{labels[-1]}"]
        texts += [f"https://{label}.example.net" for label in labels[:-1]]
        texts += [f"https://{'.'.join(labels[start:])}" for start in range(len(labels) - 1)]
        texts += [f"https://models.example.net{parts.path}"]
    else:
        texts += [piece[0] for piece in _PART.finditer(level)]
        texts += [level[piece.start() :] for piece in _PART.finditer(level)]
        texts += [level[: piece.end()] for piece in _PART.finditer(level)]
    found: dict[str, None] = {}
    for text in texts:
        try:
            found[item.parse(text)] = None
        except ValueError:
            continue
    found.pop(level, None)
    return tuple(sorted(found, key=lambda text: (len(text), text)))
