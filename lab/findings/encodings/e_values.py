"""How many hits chance alone would produce: the E-value of a hit.

In enough noise every short text occurs somewhere.  A hit therefore comes with the number of
hits as good as it that random text of the same length would contain: the positions where such
a form could stand, times the sum of 2^-bits over the forms of its family that are searched for
and are at least as long.  This is the E-value of sequence search (Karlin and Altschul, PNAS
1990) for equally likely letters.

**Bits.**  A form of n characters stands at one given position of random text with a
probability of 2^-bits: 4 bits a hexadecimal digit, 5 of base32, 6 of base64, 8 a byte, and for
ordinary text those of a random letter (4.7), digit (3.3) or other character (5).  The model
says how often noise would look like the form; it says nothing of texts that somebody wrote.

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
    "count_text_bits",
    "joint_e_value",
]

NEGLIGIBLE = 1e-4
"""A form in disguise counts where fewer chance hits than this are expected in one value.

One value proves nothing alone: a signal takes at least two that each hold the text of their
own level, and chance does that with the square of this.
"""

MIN_EMBEDDED_LENGTH = 8
"""A form of at least so many characters counts inside a word too; a shorter one only alone."""

Family = Literal["plain", "encoded", "letter case", "digest", "xor"]

_WORD = re.compile(r"[^\W_]+")
_LETTER_BITS, _DIGIT_BITS, _OTHER_BITS = math.log2(26), math.log2(10), 5.0


class ExpectedHits:
    """The forms of one family that are searched for, and the hits expected by chance."""

    def __init__(self, bits: Iterable[float]) -> None:
        """``bits`` has those of each form; 0 for a digest, because it may be cut anywhere."""
        self._bits = sorted(bits)
        shares = [math.exp2(-one) for one in reversed(self._bits)]
        self._sums = [0.0, *accumulate(shares)]

    def count(self, bits: float, positions: int) -> float:
        """Expected hits of forms with at least so many bits, in noise with so many positions."""
        at_least = len(self._bits) - bisect_left(self._bits, bits)
        return positions * self._sums[at_least]

    def count_truncated(self, bits: float, positions: int) -> float:
        """The same where each form may be cut to these bits."""
        return positions * len(self._bits) * math.exp2(-bits)


def count_text_bits(text: str) -> float:
    """Bits of ordinary text; letter case is not counted."""
    return sum(
        _LETTER_BITS if c.isalpha() else _DIGIT_BITS if c.isdigit() else _OTHER_BITS for c in text
    )


def joint_e_value(chances: Iterable[float], of: int) -> float:
    """How many such findings chance alone would produce: all these hits among ``of`` values.

    A hit that chance produces once or more often is no evidence, and no evidence against the
    others.

    Args:
        chances: Expected hits in each value that has one; their noise is assumed independent.
        of: The number of values.
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
