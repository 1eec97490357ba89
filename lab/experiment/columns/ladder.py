"""The ladder of views: what of a value is compared, from all of it to whether there is any.

A :class:`Rung` reduces one text, and combines the texts of several occurrences.  The rungs below
are the only definitions; each caller chooses the ones that it needs, the finest first:

- :mod:`lab.experiment.columns.views` compares one text: exact, length, masked, presence;
- :mod:`lab.experiment.mining.behaviour_token` compares all texts of a location: exact, masked,
  masked set, presence;
- :mod:`lab.experiment.search.novelty` compares all texts of a location: exact, masked, shape,
  presence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Literal

import msgspec

from lab.observation.text.masks import mask

__all__ = [
    "CHANCE_VIEWS",
    "COUNT",
    "EXACT",
    "LENGTH",
    "MASKED",
    "MASKED_SET",
    "NOISY_CHANCE_VIEWS",
    "ORDER",
    "PRESENCE",
    "RUNGS",
    "SET",
    "SHAPE",
    "Rung",
    "View",
    "choose_finest",
]

View = Literal[
    "exact",
    "set",
    "masked",
    "length",
    "presence",
    "count",
    "order",
    "part",
    "shape",
    "smallest",
    "largest",
    "word",
    "canary",
    "rate",
]
"""What the values of a column are.

Those that are no rung depend on other trials: the stable ``part`` of a text that varies and the
``shape`` of the rest, one recurring ``word``, the encoding of a ``canary``, and one side of a
threshold (``rate``).
"""

CHANCE_VIEWS: frozenset[View] = frozenset({"shape", "word"})
"""Views whose values deviate by chance in some trials: a cause needs more than a deviation."""

NOISY_CHANCE_VIEWS: frozenset[View] = CHANCE_VIEWS | {"order", "smallest", "largest", "count"}
"""The same, at a location where other things are noise: some of the many pairs of names in random
order, some extremes of random batches and some numbers of elements of a batch agree in all
replicates by chance."""

_WORD = re.compile(r"[A-Za-z0-9]+")


class Rung(msgspec.Struct, frozen=True):
    """One view: ``reduce`` says what is compared of one text, ``combine`` what of several."""

    name: str
    reduce: Callable[[str], str]
    combine: Callable[[Iterable[str]], Hashable]

    def view(self, texts: Iterable[str]) -> Hashable:
        """Return what is compared of several texts at one location."""
        return self.combine(map(self.reduce, texts))


def _keep(text: str) -> str:
    return text


def _blank_words(text: str) -> str:
    return _WORD.sub("w", text)


def _describe_length(text: str) -> str:
    return f"{len(text)} characters"


def _mark_presence(text: str) -> str:
    return "some" if text else ""


def _list_names(text: str) -> str:
    return " ".join(dict.fromkeys(text.split("\n")))


def _sort(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(texts))


def _sort_distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))


def _is_any(texts: Iterable[str]) -> bool:
    return any(True for _ in texts)


def _count(texts: Iterable[str]) -> int:
    return sum(1 for _ in texts)


EXACT = Rung("exact", _keep, _sort)
"""The texts, to the last code point, in any order."""
SET = Rung("set", _keep, _sort_distinct)
"""The distinct texts."""
MASKED = Rung("masked", mask, _sort)
"""The texts with identifiers, times and numbers blanked."""
MASKED_SET = Rung("masked set", mask, _sort_distinct)
"""The distinct texts with identifiers, times and numbers blanked."""
SHAPE = Rung("shape", _blank_words, _sort_distinct)
"""The distinct texts with all words blanked: punctuation, spacing and invisible characters."""
ORDER = Rung("order", _list_names, _sort_distinct)
"""The order of names, of which a text has one a line; each name once."""
LENGTH = Rung("length", _describe_length, _sort)
"""How long the texts are, in code points."""
COUNT = Rung("count", _keep, _count)
"""How many texts there are."""
PRESENCE = Rung("presence", _mark_presence, _is_any)
"""Of one text whether it is empty, of several whether there are any."""

RUNGS = (EXACT, SET, MASKED, MASKED_SET, SHAPE, ORDER, LENGTH, COUNT, PRESENCE)
"""All rungs, finer ones first."""


def choose_finest(ladder: Sequence[Rung], is_comparable: Callable[[Rung], bool]) -> Rung | None:
    """Return the first rung that is comparable; None where no rung is."""
    return next((rung for rung in ladder if is_comparable(rung)), None)
