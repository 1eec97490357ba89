"""How many hits chance would make.

In enough noise everything can be found.  A hit therefore comes with the number of hits as
good as it that chance alone would be expected to make in what was searched: the places
where such a form could stand, times the sum of 2^-bits over the forms of its family that
are searched for and are at least as long.  This is the E-value of sequence search (Karlin
and Altschul, PNAS 1990) for letters that are equally likely.

A signal rests on several values, each with a text of its own: :func:`joint_e_value`.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import Literal

__all__ = [
    "MIN_EMBEDDED_LENGTH",
    "NEGLIGIBLE",
    "ExpectedHits",
    "Family",
    "count_positions",
    "joint_e_value",
]

NEGLIGIBLE = 1e-4
"""Chance hits expected in one value from which on a disguised form is not counted.

One value proves nothing alone: a signal takes at least two that each hold the text of their
own level, which chance does with the square of this.
"""

MIN_EMBEDDED_LENGTH = 8
"""From this length on, a form counts wherever it stands, and a shorter one only alone."""

Family = Literal["plain", "written", "letter case", "digest", "xor"]

_WORD = re.compile(r"[^\W_]+")


class ExpectedHits:
    """The forms of one family that are looked for."""

    def __init__(self, bits: Iterable[float]) -> None:
        """``bits`` of each form; of a digest 0, because it may be cut anywhere."""
        self._bits = sorted(bits)
        shares = [math.exp2(-one) for one in reversed(self._bits)]
        self._sums = [0.0, *accumulate(shares)]

    def of(self, bits: float, where: int) -> float:
        """Hits of this family with so many bits that ``where`` places of noise hold."""
        at_least = len(self._bits) - bisect_left(self._bits, bits)
        return where * self._sums[at_least]

    def of_cut(self, bits: float, where: int) -> float:
        """The same where each form may be cut to these bits."""
        return where * len(self._bits) * math.exp2(-bits)


def joint_e_value(chances: Iterable[float], of: int) -> float:
    """How many such findings chance would make: these hits all at once, somewhere in ``of`` values.

    ``chances`` are the hits expected in each value that has one; their own noise is taken to
    be independent.  A hit that chance makes once or more often is no evidence, and none
    against the others.
    """
    certain = [min(chance, 1.0) for chance in chances]
    return math.comb(max(of, len(certain)), len(certain)) * math.prod(certain)


def count_positions(searched: str, form: str) -> int:
    """Where in a text a form could stand: anywhere, or, if it is short, only as a word."""
    if len(form) >= MIN_EMBEDDED_LENGTH:
        return len(searched)
    words = _WORD.findall(searched)
    if form.isalnum():
        return max(1, sum(len(word) == len(form) for word in words))
    return max(1, len(words))
