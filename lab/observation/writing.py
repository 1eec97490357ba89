"""How a structured text is written, apart from what it says.

White space and escapes are visible to a server, and parsers lose them.  The result says
which ways of writing occur, never how often, and leaves out what ordinary encoders do for
the sake of the contents (``\\u00e9`` for é, ``%2F`` for a slash): it must stay the same while
the contents change, or every copied word would show as a change of writing too.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

__all__ = ["form_pairs", "form_writing", "json_writing"]

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SPACE = re.compile(r"(\S?)(\s)(\s*)")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_NEEDLESS = frozenset(range(0x20, 0x7F)) - frozenset(map(ord, "<>&'="))
"""Characters that no common encoder writes by number: those left out matter in HTML."""

_OCTET = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


def json_writing(text: str) -> str:
    """The white space around each kind of punctuation, and unusual escapes."""
    bare = _STRING.sub('"', text)
    spaces = {
        f"{before if before in '{}[],:' else 'text'} {first!r}{'…' if more else ''}"
        for before, first, more in set(_SPACE.findall(bare))
    }
    found = set(_ESCAPE.findall(text)) if "\\" in text else set()
    digits = {number for number, _ in found if number}
    escapes = [
        *(["slashes"] if ("", "/") in found else []),
        *(["needless numbers"] if any(int(n, 16) in _NEEDLESS for n in digits) else []),
        *(["digits in both cases"] if _both_cases(digits) else []),
    ]
    return json.dumps({"spaces": sorted(spaces), "escapes": escapes})


def form_pairs(text: str) -> list[tuple[str, str]]:
    r"""Names and values of a form or a query; bytes that are no text as ``\xff``."""
    return parse_qsl(text, keep_blank_values=True, errors="backslashreplace")


def form_writing(text: str) -> str:
    """The unusual ways in which a form or a query is written."""
    digits = set(_OCTET.findall(text))
    found = [
        *(["spaces in both ways"] if "+" in text and "20" in digits else []),
        *(["needless escapes"] if any(int(n, 16) in _UNRESERVED for n in digits) else []),
        *(["digits in both cases"] if _both_cases(digits) else []),
        *(["empty pairs"] if re.search(r"&&|^&|&$", text) else []),
    ]
    return json.dumps(found)


def _both_cases(digits: set[str]) -> bool:
    return any(n != n.lower() for n in digits) and any(n != n.upper() for n in digits)
