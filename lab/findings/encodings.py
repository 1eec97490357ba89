"""Encodings: does a value contain a text, plainly or in disguise?

The closure of a text is what ordinary programs make of it: other case, URL, JSON and HTML
escapes, base16/32/64/85, reversal, UTF-16, single-byte XOR, and digests, whole or cut short.

**Chance.**  A short text is found anywhere by accident.  A disguised form of fewer than eight
characters therefore only counts where it stands alone, a digest only from eight hexadecimal
digits (or six bytes of base64) and only as a whole run of digits, XOR only from six bytes.
In random hexadecimal text an eight-digit form is found with a chance of 2⁻³² at each place,
in random base64 one of 2⁻⁴⁸; a random run of eight digits is one of the 24 digests of a text
with 24 · 2⁻³².
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

__all__ = ["LETTER_CASE", "PLAIN", "encoding_of"]

PLAIN = "plain"
LETTER_CASE = "letter case"

_DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sha3_256")
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{8,128}(?![0-9a-f])", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_SHORTEST = 3
_SHORTEST_XOR = 6
_STANDS_OUT = 8
"""From this length on, a disguised form counts wherever it stands."""

_SHORTEST_DIGEST = 8
_DISGUISED_LONGEST = 4096


def encoding_of(value: str, needles: Iterable[str]) -> str | None:
    """How the value contains one of the texts: PLAIN, an encoding's name, or None.

    Texts of fewer than three characters are not looked for.
    """
    usable = tuple(needle for needle in needles if len(needle) >= _SHORTEST)
    if any(needle in value for needle in usable):
        return PLAIN
    for needle in usable:
        for name, text in _written(needle):
            if _contains(value, text):
                return name
    lowered = value.lower()
    if any(_contains(lowered, needle.lower()) for needle in usable):
        return LETTER_CASE
    for found in _HEX.findall(value):
        if (digest := _digest(found.lower(), usable)) is not None:
            return digest
    return _disguised(value, usable)


def _contains(value: str, text: str) -> bool:
    """Whether the text is there; alone, if it is so short that chance could put it there."""
    if text not in value:
        return False
    if len(text) >= _STANDS_OUT:
        return True
    return re.search(rf"(?<![^\W_]){re.escape(text)}(?![^\W_])", value) is not None


def _bytes(needle: str) -> bytes:
    return needle.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=4096)
def _written(needle: str) -> tuple[tuple[str, str], ...]:
    data = _bytes(needle)
    wide = needle.encode("utf-16-le", "surrogatepass")
    forms = {
        "url": urllib.parse.quote(data, safe=""),
        "url form": urllib.parse.quote_plus(data),
        "json": json.dumps(needle)[1:-1],
        "html": html.escape(needle),
        "hex": data.hex(),
        "hex upper case": data.hex().upper(),
        "base64": _inner_base64(data, 0),
        "base64url": _inner_base64(data, 0).translate(str.maketrans("+/", "-_")),
        "base32": base64.b32encode(data).decode().rstrip("="),
        "base85": base64.b85encode(data).decode(),
        "ascii85": base64.a85encode(data).decode(),
        "reversed": needle[::-1],
        "utf-16 hex": wide.hex(),
    }
    inner = tuple((f"base64 at offset {skip}", _inner_base64(data, skip)) for skip in (1, 2))
    whole = ("base64", base64.b64encode(data).decode().rstrip("="))
    written = [whole, *forms.items(), *inner]
    return tuple((name, text) for name, text in written if text != needle and len(text) >= 4)


def _inner_base64(data: bytes, skip: int) -> str:
    """What of the text's base64 does not depend on ``skip`` bytes before it, nor on any after."""
    text = base64.b64encode(b"\0" * skip + data).decode()
    return text[-(-skip * 8 // 6) : (skip + len(data)) * 8 // 6]


def _digest(found: str, needles: tuple[str, ...]) -> str | None:
    for name, digest in _digests(needles).get(found[:_SHORTEST_DIGEST], ()):
        if digest.startswith(found):
            return name if len(found) == len(digest) else f"{name}[:{len(found)}]"
    return None


@lru_cache(maxsize=256)
def _digests(needles: tuple[str, ...]) -> dict[str, list[tuple[str, str]]]:
    """Names and digests by what they begin with."""
    known: dict[str, list[tuple[str, str]]] = {}
    for needle in needles:
        for text in (needle, needle.lower(), needle + "\n"):
            for name in _DIGESTS:
                digest = hashlib.new(name, _bytes(text), usedforsecurity=False).hexdigest()
                known.setdefault(digest[:_SHORTEST_DIGEST], []).append((name, digest))
    return known


def _disguised(value: str, needles: tuple[str, ...]) -> str | None:
    """Digests in base64, and texts under a single-byte XOR, in hex or base64."""
    if len(value) > _DISGUISED_LONGEST:
        return None
    texts = [text for text in map(_bytes, needles) if len(text) >= _SHORTEST_XOR]
    for kind, data in _binary(value):
        if len(data) >= _SHORTEST_XOR and (name := _digest(data.hex(), needles)) is not None:
            return f"{name} in {kind}"
        steps = _steps(data)
        for text in texts:
            start = steps.find(_steps(text))
            if start >= 0:
                key = data[start] ^ text[0]
                return f"xor 0x{key:02x} in {kind}" if key else kind
    return None


def _steps(data: bytes) -> bytes:
    """Each byte XOR the next: the same under every single-byte key."""
    return bytes(one ^ other for one, other in pairwise(data))


def _binary(value: str) -> Iterator[tuple[str, bytes]]:
    for found in _HEX.findall(value):
        if len(found) % 2 == 0:
            yield "hex", bytes.fromhex(found)
    for found in _BASE64.findall(value):
        text = found.rstrip("=").translate(str.maketrans("-_", "+/"))
        if len(text) % 4 != 1:
            yield "base64", base64.b64decode(text + "=" * (-len(text) % 4))
