"""The closure of a text: the forms in which ordinary programs might send it.

A :class:`Form` is what to search for, the name of the encoding, and how many bits of it
chance would have to guess.  Where a form could begin in the middle of a longer encoded text
(base64, base32), it is cut to what does not depend on its neighbours, once for every
alignment.

**Bits.**  A form of n characters stands at one given place of random text with a chance of
2^-bits: 4 bits a hexadecimal digit, 5 of base32, 6 of base64, 8 a byte, and for ordinary
text those of a random letter (4.7), digit (3.3) or other character (5).  That is the model
of :mod:`lab.findings.encodings.e_values`: it says how often noise would look so, and nothing of
texts that somebody wrote.

Digests are cut short by programs as they like, so their forms are only what they begin (or
end) with; :class:`Digest` has the rest, to be compared where that is found.
"""

from __future__ import annotations

import base64
import codecs
import hashlib
import html
import json
import math
import re
import urllib.parse
import uuid
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from lab.findings.encodings.aho_corasick import bytes_to_text, text_to_bytes, xor_differences

__all__ = [
    "DIGESTS",
    "SHORTEST_DIGEST",
    "Digest",
    "DigestFormat",
    "Form",
    "build_digests",
    "build_forms",
    "build_xor_form",
    "count_text_bits",
]

DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sha3_256")
SHORTEST_DIGEST = 8
"""Hexadecimal digits, or characters of base64, of a digest that was cut short."""

_SHORTEST_XOR = 6
_RAW_DIGEST = 8
_SHORTEST_FORM = 4
_LETTER, _DIGIT, _OTHER = math.log2(26), math.log2(10), 5.0
_STEP = 4.0
"""Bits of one byte XOR the next in ordinary text: most of it is small letters."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NAMESPACES = (uuid.NAMESPACE_DNS, uuid.NAMESPACE_URL, uuid.NAMESPACE_OID, uuid.NAMESPACE_X500)
_GROUPS = re.compile(
    r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}"
)
_URL = str.maketrans("+/", "-_")

DigestFormat = Literal["hex", "end of hex", "base64", "base32", "bytes", "uuid"]


class Form(msgspec.Struct, frozen=True):
    """One way to write a text; ``text`` has one character a byte of what to search for."""

    encoding: str
    text: str
    bits: float


class Digest(msgspec.Struct, frozen=True):
    """A digest of a text in one writing.

    ``start`` is what to search for, ``whole`` all of it, ``data`` its bytes.
    """

    name: str
    writing: DigestFormat
    start: str
    whole: str
    data: bytes


def build_forms(needle: str) -> tuple[Form, ...]:
    """All forms but digests and XOR, the plainest first; none is the text itself."""
    found: dict[str, Form] = {}
    for encoding, text, bits in _forms(needle):
        known = text in found or text == bytes_to_text(text_to_bytes(needle))
        if len(text) >= _SHORTEST_FORM and not known:
            found[text] = Form(encoding, text, bits)
    return tuple(found.values())


def build_digests(needle: str) -> tuple[Digest, ...]:
    """Digests of the text, of the text in one case or in quotation marks, and of its line."""
    data = [needle, needle.lower(), needle.upper(), f"{needle}\n", json.dumps(needle)]
    data += _respelt(needle)
    return tuple(
        digest
        for text in dict.fromkeys(data)
        for name in DIGESTS
        for digest in _written_digest(
            name, hashlib.new(name, text_to_bytes(text), usedforsecurity=False).digest()
        )
    )


def build_xor_form(needle: str) -> Form | None:
    """What of the text stays the same under every single-byte XOR, or None if it is short."""
    data = text_to_bytes(needle)
    if len(data) < _SHORTEST_XOR:
        return None
    text = xor_differences(data)
    return Form("xor", bytes_to_text(text), _STEP * sum(step != 0 for step in text))


def count_text_bits(text: str) -> float:
    """Bits of ordinary text, letter case left aside."""
    return sum(_LETTER if c.isalpha() else _DIGIT if c.isdigit() else _OTHER for c in text)


def _forms(needle: str) -> Iterator[tuple[str, str, float]]:
    data = text_to_bytes(needle)
    escaped = json.dumps(needle)[1:-1]
    wide = needle.encode("utf-16-le", "surrogatepass")
    wider = needle.encode("utf-16-be", "surrogatepass")
    plain = count_text_bits(needle)
    whole = base64.b64encode(data).decode()
    yield "base64", whole.rstrip("="), 6.0 * len(whole.rstrip("="))
    for name, text in _urls(data):
        yield name, text, plain
    for text in (escaped, escaped.replace("/", r"\/"), _escaped(wider)):
        yield "json", text, plain
    for text in _respelt(needle):
        yield "other separators", text, 4.0 * sum(c.isalnum() for c in text)
    yield "html", bytes_to_text(text_to_bytes(html.escape(needle))), plain
    yield "hex", data.hex(), 8.0 * len(data)
    yield "hex upper case", data.hex().upper(), 8.0 * len(data)
    yield from _in_base64("base64", data, (0,))
    yield from _in_base32(data)
    yield "base85", base64.b85encode(data).decode(), 8.0 * len(data)
    yield "ascii85", base64.a85encode(data).decode(), 8.0 * len(data)
    yield "base58", _base58(data), 8.0 * len(data)
    yield "reversed", bytes_to_text(text_to_bytes(needle[::-1])), plain
    yield "rot13", bytes_to_text(text_to_bytes(codecs.encode(needle, "rot13"))), plain
    for units in (wide, wider):
        yield "utf-16", bytes_to_text(units), plain
        yield "utf-16 hex", units.hex(), plain
    yield from _in_base64("base64", data, (1, 2))
    yield from _in_base64("json in base64", text_to_bytes(escaped))
    yield from _in_base64("utf-16 in base64", wide)
    for skip in range(3):
        yield from _in_base64("base64 twice", _inner(data, skip).encode())
    yield "base64 in url", urllib.parse.quote(whole, safe=""), 6.0 * len(whole)
    yield "url twice", urllib.parse.quote(urllib.parse.quote(data, safe=""), safe=""), plain
    if needle.isascii():
        for version, make in (("uuid3", uuid.uuid3), ("uuid5", uuid.uuid5)):
            for made in (make(namespace, needle) for namespace in _NAMESPACES):
                yield version, str(made), 122.0
                yield version, made.hex, 122.0


def _urls(data: bytes) -> Iterator[tuple[str, str]]:
    for safe in ("", "/", "!'()*", ";,/?:@&=+$#!'()*"):  # Python's own, and JavaScript's two
        text = urllib.parse.quote(data, safe=safe)
        yield "url", text
        if safe == "":
            yield "url form", urllib.parse.quote_plus(data)
            small = urllib.parse.unquote_to_bytes(text)
            yield "url", "".join(_percent(byte) for byte in small)


def _respelt(needle: str) -> Iterator[str]:
    """A hardware address or a UUID with other separators, or with none."""
    if not _GROUPS.fullmatch(needle):
        return
    digits = re.sub("[:-]", "", needle).lower()
    spelt = {12: [(2, ":"), (2, "-")], 32: [(0, "-")]}.get(len(digits), [])
    texts = [digits]
    for step, separator in spelt:
        ends = range(step, len(digits) + 1, step) if step else (8, 12, 16, 20, 32)
        starts = (0, *ends)
        texts.append(separator.join(digits[a:b] for a, b in zip(starts, ends, strict=False)))
    for text in texts:
        yield from (one for one in (text, text.upper()) if one != needle)


def _percent(byte: int) -> str:
    """One byte as a URL has it, with small digits."""
    text = urllib.parse.quote(bytes((byte,)), safe="")
    return text.lower() if text[0] == "%" else text


def _escaped(wider: bytes) -> str:
    r"""Every UTF-16 unit as ``\u0041``."""
    units = (wider[at : at + 2].hex() for at in range(0, len(wider), 2))
    return "".join(rf"\u{unit}" for unit in units)


def _in_base64(
    name: str, data: bytes, skips: Iterable[int] = (0, 1, 2)
) -> Iterator[tuple[str, str, float]]:
    """What of the base64 of a longer text is certain, in both alphabets."""
    for skip in skips:
        text = _inner(data, skip)
        at = f" at offset {skip}" if skip and name == "base64" else ""
        yield name + at, text, 6.0 * len(text)
        url = "base64url" if name == "base64" else name
        yield url + at, text.translate(_URL), 6.0 * len(text)


def _inner(data: bytes, skip: int) -> str:
    """What of the base64 does not depend on ``skip`` bytes before, nor on any after."""
    text = base64.b64encode(b"\0" * skip + data).decode()
    return text[-(-skip * 8 // 6) : (skip + len(data)) * 8 // 6]


def _in_base32(data: bytes) -> Iterator[tuple[str, str, float]]:
    whole = base64.b32encode(data).decode().rstrip("=")
    texts = [("base32", whole)]
    for skip in range(5):
        text = base64.b32encode(b"\0" * skip + data).decode()
        at = f" at offset {skip}" if skip else ""
        texts.append((f"base32{at}", text[-(-skip * 8 // 5) : (skip + len(data)) * 8 // 5]))
    for name, text in texts:
        yield name, text, 5.0 * len(text)
        yield name, text.lower(), 5.0 * len(text)


def _base58(data: bytes) -> str:
    """The number that the bytes are, to the base 58; a zero byte in front is a ``1``."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def _written_digest(name: str, data: bytes) -> Iterator[Digest]:
    text = data.hex()
    for whole in (text, text.upper()):
        yield Digest(name, "hex", whole[:SHORTEST_DIGEST], whole, data)
        yield Digest(name, "end of hex", whole[-SHORTEST_DIGEST:], whole, data)
    encoded = base64.b64encode(data).decode().rstrip("=")
    for whole in dict.fromkeys((encoded, encoded.translate(_URL))):
        yield Digest(name, "base64", whole[:SHORTEST_DIGEST], whole, data)
    dashed = str(uuid.UUID(bytes=data[:16]))
    yield Digest(name, "uuid", dashed[:13], dashed, data)
    encoded = base64.b32encode(data).decode().rstrip("=")
    for whole in (encoded, encoded.lower()):
        yield Digest(name, "base32", whole[:13], whole, data)
    yield Digest(name, "bytes", bytes_to_text(data[:_RAW_DIGEST]), bytes_to_text(data), data)
