"""Masks: what is left of a text when identifiers, times and numbers are blanked.

A masked view keeps a feature comparable although part of it is different in every trial.
Masking is only ever applied to features whose exact value differs between replicates of
one environment; everything else is compared to the last code point.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["is_identifier_like", "mask", "strip_quotation_marks"]

_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"\b(?=[a-fA-F-]{0,35}\d)[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
        ),
        "‹uuid›",
    ),
    (
        re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"),
        "‹time›",
    ),
    (re.compile(r"(?<![0-9a-zA-Z])(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}(?![0-9a-zA-Z])"), "‹hex›"),
    (
        re.compile(
            r"(?<![\w+/=-])(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[\w+/-]{12,}={0,2}"
        ),
        "‹token›",
    ),
    (re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"), "‹n›"),
)

_IDENTIFIER = re.compile(
    r"""(?:
        [0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}   # a UUID
      | \d+                                                    # a number
      | (?=.*\d)[0-9a-fA-F]{8,}                                # a digest
      | [a-z]+[_-](?=[\w-]*\d)[0-9A-Za-z_-]{12,}               # prefixed, such as msg_01…
      | (?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w+=-]{12,}             # base64, nanoid
    )""",
    re.VERBOSE,
)

_DIGIT = re.compile(r"\d")
_MAX_REMEMBERED = 256


def mask(text: str) -> str:
    """The text with identifiers, times and numbers replaced by what they look like.

    Every pattern needs a digit and no digit is left, so that masking twice changes nothing.
    """
    return _mask_short(text) if len(text) <= _MAX_REMEMBERED else _mask(text)


def _mask(text: str) -> str:
    text = strip_quotation_marks(text)
    if _DIGIT.search(text) is None:
        return text
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return text


_mask_short = lru_cache(maxsize=65_536)(_mask)
"""Each analysis of an audit masks the same short texts again."""


def strip_quotation_marks(text: str) -> str:
    """The text without the quotation marks around the whole.

    A text has them where it could be taken for a number, which some of a client's random texts can
    and others cannot.
    """
    while len(text) > 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text


def is_identifier_like(text: str) -> bool:
    """Whether a word is more likely made up for this one message than a name."""
    return _IDENTIFIER.fullmatch(text) is not None
