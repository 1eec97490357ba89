"""How a structured text is written, apart from what it says.

White space and punctuation are visible to a server, and parsers lose them.  The result says
which ways of writing occur, never how often, and leaves out what ordinary encoders do for the
sake of the contents: it must stay the same while the contents change, or every copied word
would show as a change of writing too.  Which of several ways a character is written in is reported
by :mod:`~lab.observation.style.escapes`.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, quote_from_bytes, unquote_to_bytes

from lab.observation.style.escapes import STRING

__all__ = [
    "describe_form_style",
    "describe_json_style",
    "is_evenly_spaced",
    "normalise_path",
    "parse_form",
    "parse_written_form",
]

_SPACE = re.compile(r"(\S?)(\s)(\s*)")
_NUMBER = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_NEEDLESS = frozenset(range(0x20, 0x7F)) - frozenset(map(ord, "\"\\/<>&'=+`"))
"""Characters that no common encoder writes by number: those left out matter somewhere."""

_OCTET = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
_PLAIN = "!\"$&'()*+,:;<=>@[\\]^`{|}~"


def describe_json_style(text: str) -> str:
    """The white space around each kind of punctuation, and unusual escapes."""
    bare = STRING.sub('"', text)
    spaces = {
        f"{before if before in '{}[],:' else 'text'} {first!r}{'…' if more else ''}"
        for before, first, more in set(_SPACE.findall(bare))
    }
    digits = set(_NUMBER.findall(text)) - {""} if "\\u" in text else set()
    needless = any(int(number, 16) in _NEEDLESS for number in digits)
    escapes = ["needless numbers"] if needless else []
    return json.dumps({"spaces": sorted(spaces), "escapes": escapes})


def is_evenly_spaced(text: str) -> bool:
    """Whether a JSON text has no white space, or one space behind each comma and each colon."""
    bare = STRING.sub('"', text)
    blanks = len(re.findall(r"\s", bare))
    if not blanks:
        return True
    commas, colons = bare.count(","), bare.count(":")
    return bare.count(", ") == commas and bare.count(": ") == colons and blanks == commas + colons


def parse_form(text: str) -> list[tuple[str, str]]:
    r"""Names and values of a form or a query; bytes that are no text as ``\xff``."""
    return parse_qsl(text, keep_blank_values=True, errors="backslashreplace")


def parse_written_form(text: str) -> list[tuple[str, str, str]]:
    """Of the pairs of a form or a query the name, the name as written and the value as written."""
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    return [
        (name, written, value)
        for (name, _), (written, _, value) in zip(parse_form(text), pairs, strict=True)
    ]


def describe_form_style(text: str) -> str:
    """The unusual ways in which a form or a query is written."""
    digits = set(_OCTET.findall(text))
    found = [
        *(["needless escapes"] if any(int(n, 16) in _UNRESERVED for n in digits) else []),
        *(["empty pairs"] if re.search(r"&&|^&|&$", text) else []),
    ]
    return json.dumps(found)


def normalise_path(path: str) -> str:
    """A path with each character written in one way only: percent-encoded where it has to be."""
    return "/".join(
        word if word.isalnum() and word.isascii() else _plain(word) for word in path.split("/")
    )


def _plain(word: str) -> str:
    try:
        octets = word.encode("latin-1")  # as the octets of a request line are read
    except UnicodeEncodeError:
        octets = word.encode("utf-8", "surrogatepass")
    return quote_from_bytes(unquote_to_bytes(octets), _PLAIN)
