"""The fields of a token: what separators and changes of alphabet cut it into.

A time is cut into year, month, hour, fraction and offset; an identifier stays whole, because the
places of its letters and digits are random.  Texts are cut in one of two ways, of which the
caller takes the one that gives replicates the same outline:

- *fine*: runs of digits and runs of letters, with identifiers whole;
- *coarse*: runs of letters and digits, for short tokens that are random and look like no
  identifier.

Texts with another outline (``Z`` for ``+05:30``, a fraction more) are aligned with a reference,
so that a field has the same position in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from lab.observation.text.lcs import find_changes

__all__ = [
    "MAX_FIELDS",
    "MAX_TEXT",
    "Field",
    "FieldKind",
    "align_fields",
    "blank_digits",
    "list_outline",
    "split_fields",
]

MAX_TEXT = 4096
"""Characters of a text that is cut into fields."""
MAX_FIELDS = 256

FieldKind = Literal["digits", "clock", "letters", "token", "mark"]


class Field(NamedTuple):
    """One field; ``clock`` is a number of a date or of a time of day, ``mark`` anything else."""

    kind: FieldKind
    text: str


_FINE = re.compile(
    r"""
    (?P<uuid>(?<![^\W_])(?=[a-fA-F-]{0,35}\d)[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}
        (?![^\W_]))
  | (?P<compact>(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:T?\d{4}(?:\d\d)?)?(?!\d))
  | (?P<date>(?<!\d)(?:\d{4}([-/.])\d\d?\4\d\d?|\d\d?([-/.])\d\d?\5\d{4})(?!\d))
  | (?P<time>(?<![+\-−:\d])\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?)
  | (?P<token>(?<![^\W_])(?=[a-fA-F]*\d)(?=[0-9]*[a-fA-F])[0-9a-fA-F]{8,}(?![^\W_])
      | (?<!\w)(?=[0-9A-Z_]*[a-z])(?=[0-9a-z_]*[A-Z])(?=[A-Za-z_]*[0-9])[0-9A-Za-z_]{12,}(?!\w))
  | (?P<digits>\d+)
  | (?P<letters>[^\W\d_]+)
  | (?P<mark>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COARSE = re.compile(r"(?P<digits>\d+(?![^\W_]))|(?P<token>[^\W_]+)|(?P<mark>\s+|.)", re.DOTALL)
_INNER = re.compile(r"(?P<clock>\d+)|(?P<mark>\D)")
_COMPACT = re.compile(r"(?P<clock>^\d{4}|\d\d)|(?P<mark>\D)")
_TIMES = {"compact": _COMPACT, "date": _INNER, "time": _INNER}
_DIGITS = re.compile(r"\d+")


@lru_cache(maxsize=16_384)
def split_fields(text: str, *, fine: bool) -> tuple[Field, ...] | None:
    """Cut a text into its fields.

    Returns:
        The fields, whose texts joined are the text; None where it is too long or has too many.
    """
    if len(text) > MAX_TEXT:
        return None
    fields: list[Field] = []
    for match in (_FINE if fine else _COARSE).finditer(text):
        kind = match.lastgroup or ""
        if kind in _TIMES:
            fields += (Field(_kind(one), one[0]) for one in _TIMES[kind].finditer(match[0]))
        else:
            fields.append(Field("token" if kind == "uuid" else _kind(match), match[0]))
        if len(fields) > MAX_FIELDS:
            return None
    return tuple(fields)


def _kind(match: re.Match[str]) -> FieldKind:
    for kind in _KINDS:
        if kind == match.lastgroup:
            return kind
    return "mark"


_KINDS: tuple[FieldKind, ...] = ("digits", "clock", "letters", "token", "mark")


def list_outline(fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the kinds of the fields, and the marks themselves."""
    kinds = {"digits": "0", "clock": "0", "letters": "a", "token": "x"}
    return tuple(kinds.get(field.kind, field.text) for field in fields)


def align_fields(reference: Sequence[Field], fields: Sequence[Field]) -> list[str]:
    """Return the text at each position of the reference.

    Positions with an odd number are the fields of the reference, those with an even number the
    gaps before them and after the last.  The texts joined are the whole text.
    """
    found = [""] * (2 * len(reference) + 1)
    left, right = _list_reference(tuple(reference)), list_outline(fields)
    if left == right:
        found[1::2] = [field.text for field in fields]
        return found
    reached = other = 0
    for low, high, start, end in (*find_changes(left, right), (len(left), -1, len(right), -1)):
        for step in range(low - reached):
            found[2 * (reached + step) + 1] = fields[other + step].text
        if high < 0:
            break
        texts = [field.text for field in fields[start:end]]
        if high - low == end - start:
            for step, text in enumerate(texts):
                found[2 * (low + step) + 1] = text
        else:
            found[2 * low + (high > low)] = "".join(texts)
        reached, other = high, end
    return found


@lru_cache(maxsize=64)
def _list_reference(fields: tuple[Field, ...]) -> tuple[str, ...]:
    return list_outline(fields)


def blank_digits(text: str, blank: str) -> str:
    """Return the text with each run of digits replaced."""
    return _DIGITS.sub(blank, text)
