"""Whether a value contains a text, plainly or encoded: one search for one group of texts.

To limit hits by chance, a form of fewer than eight characters counts only as a word of its
own, and a truncated digest only as a whole run of digits; neither counts in a value so long
that chance alone would produce one (:mod:`lab.findings.encodings.search`).
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

    Texts of fewer than MIN_LENGTH characters are not searched for.
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
    """The value as it was sent.

    Bodies that are no text are recorded in hexadecimal; they become text in which the bytes
    that are not UTF-8 are surrogates (PEP 383).  Hexadecimal of a text was sent by the client
    and is returned as it is.
    """
    part = location.part
    pointer = location.pointer or "/(bytes)"
    whole = part == MessagePart.DATA or (
        part == MessagePart.BODY and (pointer.endswith("/(bytes)") or "/(protobuf)/" in pointer)
    )
    # Digits alone stand in quotation marks, because they could be taken for a number.
    match = (
        _BYTES_AS_HEX.fullmatch(value.strip('"') if location.pointer else value) if whole else None
    )
    if match is None:
        return value
    data = bytes.fromhex(match[1])
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")
    return value


@lru_cache(maxsize=128)
def _build_search(needles: tuple[str, ...]) -> TextSearch:
    return TextSearch([needles])
