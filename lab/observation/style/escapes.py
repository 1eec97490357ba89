r"""Which characters of a text are written in which way, where there are several.

In JSON an é is ``é``, ``\u00e9`` or ``\u00E9``, a slash ``/`` or ``\/``; in a query a space is
``+`` or ``%20``, a colon ``:`` or ``%3A``.  A parser reads the same, a server can see the
difference.  So for each *kind* of character that occurs (one for each mark of ASCII, a few for
what lies beyond), the result says which way it is written, and nothing of the text itself:
ordinary encoders write all of a kind alike, whatever the text is.  Kinds that do not occur are
left out.

One encoder writes a whole JSON document.  Where all its strings agree on a kind, that way is
reported for the document; where they do not, the document is ``mixed``, and each string has a
value of its own.  The fields of a form or a query are often written by separate code, so each has
a value of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import groupby
from typing import NamedTuple

__all__ = ["STRING", "describe_form_escapes", "describe_json_escapes", "describe_percent_escapes"]

STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
"""A string of a JSON document, in the quotation marks."""

_AS_IT_IS, _BY_BACKSLASH, _BY_NUMBER = "as it is", "by backslash", "by number"
_MOST_TOLD = 64
_MARKS = {
    " ": "space", "!": "exclamation mark", '"': "quotation mark", "#": "number sign",
    "$": "dollar sign", "%": "percent sign", "&": "ampersand", "'": "apostrophe",
    "(": "left parenthesis", ")": "right parenthesis", "*": "asterisk", "+": "plus sign",
    ",": "comma", "-": "hyphen", ".": "full stop", "/": "slash", ":": "colon", ";": "semicolon",
    "<": "less-than sign", "=": "equals sign", ">": "greater-than sign", "?": "question mark",
    "@": "at sign", "[": "left bracket", "\\": "backslash", "]": "right bracket",
    "^": "circumflex", "_": "underscore", "`": "backtick", "{": "left brace",
    "|": "vertical bar", "}": "right brace", "~": "tilde", "\x7f": "delete",
    "\b": "backspace", "\t": "tab", "\n": "line feed", "\f": "form feed",
    "\r": "carriage return",
}  # fmt: skip

_JSON = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
    r"|[^\x00-\x25\x28-\x2a\x2c-\x2e0-;?-_a-~]",
    re.DOTALL,
)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPED_BY_SOME = frozenset("\"\\/<>&'+`=\x7f\b\t\n\f\r")
"""Characters of ASCII that common encoders of JSON write in one way or the other."""

_PERCENT = re.compile(r"%[0-9a-fA-F]{2}|[^A-Za-z0-9._-]")
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


class _Written(NamedTuple):
    """One character, or the digits of its number, and the way in which it is written."""

    kind: str
    character: str
    way: str


_Read = Callable[[str], tuple[_Written, ...]]


class _Text:
    """One text: for each kind that occurs what is written how."""

    def __init__(self, text: str, pattern: re.Pattern[str], read: _Read) -> None:
        self._text, self._pattern, self._read = text, pattern, read
        self.kinds: dict[str, set[_Written]] = defaultdict(set)
        for token in set(pattern.findall(text)):
            for one in read(token):
                self.kinds[one.kind].add(one)

    def describe(self, kind: str) -> str:
        """How the characters of this kind are written: alike, each its own way, or in turn."""
        found = self.kinds[kind]
        if len({one.way for one in found}) == 1:
            return next(iter(found)).way
        if len({one.character for one in found}) == len(found):
            return _few([f"{_point(one.character)} {one.way}" for one in sorted(found)], ", ")
        ways = (
            one.way
            for token in self._pattern.findall(self._text)
            for one in self._read(token)
            if one.kind == kind
        )
        return _few([f"{len(list(run))} {way}" for way, run in groupby(ways)], ", ")


def describe_json_escapes(
    prefix: str, strings: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Places and ways of one JSON document at this pointer.

    ``strings`` are the pointers of its strings, names of members among them, and the strings
    as they are written, in order.
    """
    written = list(strings)
    # Most documents need no more than one look at all of their strings together.
    whole = _Text(" ".join(literal[1:-1] for _, literal in written), _JSON, _json)
    ways = {kind: sorted({one.way for one in whole.kinds[kind]}) for kind in sorted(whole.kinds)}
    for kind, found in ways.items():
        yield f"{prefix}/({kind})", found[0] if len(found) == 1 else "mixed"
    mixed = [kind for kind, found in ways.items() if len(found) > 1]
    texts: dict[str, list[_Text]] = defaultdict(list)
    for pointer, literal in written if mixed else ():
        texts[pointer].append(_Text(literal[1:-1], _JSON, _json))
    for pointer, here in texts.items():
        yield from _own(pointer, here, mixed)


def describe_form_escapes(
    prefix: str, pairs: Iterable[tuple[str, str, str]]
) -> Iterator[tuple[str, str]]:
    """Places and ways of a form or a query: name, name as written, value as written."""
    texts = [
        text
        for name, *written in pairs
        for text in zip((f"{prefix}/{name}/(name)", f"{prefix}/{name}"), written, strict=True)
    ]
    yield from describe_percent_escapes(texts, plus=True)


def describe_percent_escapes(
    texts: Iterable[tuple[str, str]], *, plus: bool = False
) -> Iterator[tuple[str, str]]:
    """Places and ways of texts that are percent-encoded, each at its pointer.

    ``plus`` says that a space may be written as a plus sign, as in a form and a query.
    """
    read = lru_cache(4096)(partial(_percent, plus=plus))
    found: dict[str, list[_Text]] = defaultdict(list)
    for pointer, text in texts:
        found[pointer].append(_Text(text, _PERCENT, read))
    for pointer, here in found.items():
        yield from _own(pointer, here, sorted({kind for text in here for kind in text.kinds}))


def _own(pointer: str, texts: Sequence[_Text], kinds: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The ways of writing of some kinds in the texts at one pointer, in order."""
    for kind in kinds:
        ways = [text.describe(kind) for text in texts if kind in text.kinds]
        if ways:
            yield f"{pointer}/({kind})", _few([way for way, _ in groupby(ways)], "\n")


@lru_cache(1 << 16)
def _json(token: str) -> tuple[_Written, ...]:
    if token[0] != "\\":
        return (_Written(_kind(token), token, _AS_IT_IS),)
    if token[1] != "u":
        character = _SHORT.get(token[1], token[1])
        return (_Written(_kind(character), character, _BY_BACKSLASH),)
    digits = token.replace("\\u", "")
    units = bytes.fromhex(digits)
    character = units.decode("utf-16-be", "surrogatepass")
    case = _case("".join(digits[start : start + 4] for start in range(0, len(digits), 4)))
    if len(character) == 1 and (character < " " or "\ud800" <= character <= "\udfff"):
        # There is no other way, but for those with a short one.
        short = character in _ESCAPED_BY_SOME
        own = (_Written(_kind(character), character, _BY_NUMBER),) if short else ()
        return (*own, *case)
    if character.isascii() and character not in _ESCAPED_BY_SOME:
        way = f"{_point(character)} {_BY_NUMBER}"
        return (_Written("needless", character, way), *case)
    return (_Written(_kind(character), character, _BY_NUMBER), *case)


def _percent(token: str, *, plus: bool) -> tuple[_Written, ...]:
    if len(token) == 1:
        if plus and token == "+":
            return (_Written(_kind(" "), " ", "as a plus sign"),)
        kind = _kind(token) if token.isascii() else "beyond ASCII"
        return (_Written(kind, token, _AS_IT_IS),)
    character = chr(int(token[1:], 16))
    case = _case(token[1:])
    if character in _UNRESERVED:
        return (_Written("needless", character, f"{_point(character)} {_BY_NUMBER}"), *case)
    if character < " " or character == "\x7f":
        return case
    # An octet of what lies beyond ASCII is not the character of that number.
    kind = _MARKS.get(character, "beyond ASCII")
    return (_Written(kind, character, _BY_NUMBER), *case)


def _kind(character: str) -> str:
    """What a character counts as: encoders treat all of a kind alike."""
    if character in _MARKS:
        return _MARKS[character]
    if character < " ":
        return "control"
    if character in "\u2028\u2029":
        return "line separator"
    if character <= "\xa0":
        return "control beyond ASCII"
    if "\u2000" <= character <= "\u20ff":
        return "mark beyond ASCII"
    return "beyond ASCII" if character <= "\uffff" else "beyond U+FFFF"


def _case(digits: str) -> tuple[_Written, ...]:
    """The case of hexadecimal digits that have one; what mixes both stands for itself."""
    if digits.isdigit():
        return ()
    lower, upper = digits == digits.lower(), digits == digits.upper()
    way = "lower case" if lower else "upper case" if upper else digits
    return (_Written("digits", digits.lower(), way),)


def _point(character: str) -> str:
    if len(character) > 1:
        return character
    return f"U+{ord(character):04X}"


def _few(words: Sequence[str], between: str) -> str:
    """The words, of very many the first and a digest of all."""
    text = between.join(words)
    if len(words) <= _MOST_TOLD:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return between.join((*words[:_MOST_TOLD], f"… {len(words)}, sha256 {digest}"))
