"""Encodings: does a value contain a text, plainly or in disguise?

One question to :mod:`lab.findings.encodings.search`.  To keep down what chance can do, a form of
fewer than eight characters counts only where it stands alone, and a digest that was cut short only
as a whole run of digits; and neither counts in a value so long that chance would make one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lab.findings.encodings.search import LETTER_CASE, MIN_LENGTH, PLAIN, Hit, TextSearch
from lab.observation.location import Location
from lab.observation.parts import MessagePart

__all__ = ["LETTER_CASE", "PLAIN", "find_encoding", "find_hit", "restore_sent_text"]

_BYTES_AS_HEX = re.compile(r"((?:[0-9a-f]{2})+)(?:… [0-9]+ bytes, sha256 [0-9a-f]{64})?")


def find_encoding(value: str, needles: Iterable[str]) -> str | None:
    """How the value contains one of the texts: PLAIN, an encoding's name, or None.

    Texts of fewer than three characters are not looked for.
    """
    hit = find_hit(value, needles)
    return hit.encoding if hit else None


def find_hit(value: str, needles: Iterable[str]) -> Hit | None:
    """The plainest way in which the value contains one of the texts."""
    usable = tuple(needle for needle in needles if len(needle) >= MIN_LENGTH)
    if not usable or not value:
        return None
    return _build_search(usable).hits(value)[0]


def restore_sent_text(location: Location, value: str) -> str:
    """What was sent, where the lab shows bytes that are no text in hexadecimal.

    Bytes that no text has stand for themselves in it.  Hexadecimal of a text is the client's.
    """
    part = location.part
    whole = part == MessagePart.DATA or (part == MessagePart.BODY and not location.pointer)
    shown = _BYTES_AS_HEX.fullmatch(value) if whole else None
    if shown is None:
        return value
    data = bytes.fromhex(shown[1])
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")
    return value


@lru_cache(maxsize=128)
def _build_search(needles: tuple[str, ...]) -> TextSearch:
    return TextSearch([needles])
