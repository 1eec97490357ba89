"""Bytes → text, in the character set that they are in.

UTF-8 comes first, then what a byte order mark or the content type says, then UTF-16 without a
mark, which shows in its zeros.  A set counts only where the text gives the same bytes again.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

__all__ = ["Decoded", "decode_text"]

_SAID = re.compile(r';\s*charset="?([\w.:+-]{1,40})', re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN = re.compile(
    r"utf|iso|latin|us-ascii|windows|cp\d|shift|sjis|euc|gb|big5|koi8|mac", re.IGNORECASE
)
"""Sets that texts are in; Python decodes by other names too, some of them slowly."""

_SHORTEST = 8
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Decoded(NamedTuple):
    """A text, and how it is encoded where that is not plain UTF-8."""

    text: str
    charset: str = ""


def decode_text(data: bytes, content_type: str) -> Decoded | None:
    """Return the text that bytes are; None where they are none.

    Args:
        data: The bytes.
        content_type: The type that a header gives, with its character set.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark) and (text := _decode(data[len(mark) :], charset)):
            return Decoded(text, f"{charset}, byte order mark")
    zeros = _guess_utf16(data)
    if zeros and (text := _decode(data, zeros)):
        return Decoded(text, zeros)
    try:
        return Decoded(data.decode())
    except UnicodeDecodeError:
        pass
    said = _SAID.search(content_type)
    if (
        said
        and _KNOWN.match(said[1])
        and (text := _decode(data, said[1]))
        and not _CONTROL.search(text)
    ):
        return Decoded(text, said[1].lower())
    return None


def _guess_utf16(data: bytes) -> str:
    """The variant of UTF-16 if nearly all characters are those of ASCII."""
    if len(data) < _SHORTEST or len(data) % 2:
        return ""
    for charset, high, low in (
        ("utf-16-le", data[1::2], data[::2]),
        ("utf-16-be", data[::2], data[1::2]),
    ):
        if high.count(0) * 10 >= len(high) * 9 and not low.count(0):
            return charset
    return ""


def _decode(data: bytes, charset: str) -> str:
    """The text; empty where it would not give the same bytes again."""
    try:
        text = data.decode(charset)
        return text if text.encode(charset) == data else ""
    except (LookupError, ValueError):
        return ""
