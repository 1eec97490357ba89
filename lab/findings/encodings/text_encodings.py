"""The encodings in which programs write a text, as one table: :data:`ENCODINGS`.

To add an encoding, add a record to the table.  The conformance test
(``tests/findings/encodings/test_text_encodings.py``) runs over all records.

An encoding may write one text in several ways, for example in small and in capital letters.
Where a form may start in the middle of a longer encoded text (base64, base32), it is cut to
the characters that do not depend on what stands before and after, once for each alignment.
"""

from __future__ import annotations

import base64
import codecs
import html
import json
import re
import urllib.parse
import uuid
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import msgspec

from lab.findings.encodings.aho_corasick import bytes_to_text, text_to_bytes
from lab.findings.encodings.e_values import count_text_bits

__all__ = ["ENCODINGS", "Encoding", "respell", "to_url_alphabet"]

Write = Callable[[str], Iterable[str]]
Bits = Callable[[str, str], float]

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NAMESPACES = (uuid.NAMESPACE_DNS, uuid.NAMESPACE_URL, uuid.NAMESPACE_OID, uuid.NAMESPACE_X500)
_IDENTIFIER = re.compile(
    r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}"
)
_URL_ALPHABET = str.maketrans("+/", "-_")
_SAFE_CHARACTERS = ("", "/", "!'()*", ";,/?:@&=+$#!'()*")
"""Characters that percent encoding keeps: Python's two defaults, then JavaScript's two."""


class Encoding(msgspec.Struct, frozen=True):
    """One encoding of a text.

    ``write`` returns every form in which the encoding may write a text, with one character for
    each byte that is sent.  ``bits`` takes the text and a form of it and returns how many bits
    of the form chance would have to guess (:mod:`lab.findings.encodings.e_values`).
    """

    name: str
    """The name in reports; each name occurs once in the table."""
    write: Write
    bits: Bits


def respell(text: str) -> Iterator[str]:
    """A hardware address or a UUID with other separators, or with none; nothing for other texts."""
    if not _IDENTIFIER.fullmatch(text):
        return
    digits = re.sub("[:-]", "", text).lower()
    separators = {12: [(2, ":"), (2, "-")], 32: [(0, "-")]}.get(len(digits), [])
    spellings = [digits]
    for step, separator in separators:
        ends = range(step, len(digits) + 1, step) if step else (8, 12, 16, 20, 32)
        groups = zip((0, *ends), ends, strict=False)
        spellings.append(separator.join(digits[start:end] for start, end in groups))
    for spelling in spellings:
        yield from (one for one in (spelling, spelling.upper()) if one != text)


def to_url_alphabet(text: str) -> str:
    """Base64 in the alphabet for URLs (RFC 4648, section 5)."""
    return text.translate(_URL_ALPHABET)


# --- bits of a form ---------------------------------------------------------------------------


def _count_plain_bits(text: str, form: str) -> float:
    return count_text_bits(text)


def _count_byte_bits(text: str, form: str) -> float:
    return 8.0 * len(text_to_bytes(text))


def _count_digit_bits(text: str, form: str) -> float:
    """Four bits a hexadecimal digit; separators have none."""
    return 4.0 * sum(character.isalnum() for character in form)


def _per_character(bits: float) -> Bits:
    return lambda text, form: bits * len(form)


def _in_all(bits: float) -> Bits:
    return lambda text, form: bits


# --- forms ------------------------------------------------------------------------------------


def _single(encode: Callable[[bytes], str]) -> Write:
    """An encoding of bytes that has one form."""
    return lambda text: (encode(text_to_bytes(text)),)


def _decoded(change: Callable[[str], str]) -> Write:
    """A change of the characters, sent as UTF-8."""
    return lambda text: (bytes_to_text(text_to_bytes(change(text))),)


def _percent_encode(text: str) -> Iterator[str]:
    data = text_to_bytes(text)
    for safe in _SAFE_CHARACTERS:
        yield urllib.parse.quote(data, safe=safe)
    yield "".join(_percent_encode_byte(byte) for byte in data)


def _percent_encode_byte(byte: int) -> str:
    """One byte of a URL, with hexadecimal digits in small letters."""
    text = urllib.parse.quote(bytes((byte,)), safe="")
    return text.lower() if text[0] == "%" else text


def _percent_encode_twice(data: bytes) -> str:
    return urllib.parse.quote(urllib.parse.quote(data, safe=""), safe="")


def _escape_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _write_json(text: str) -> Iterator[str]:
    escaped = _escape_json(text)
    yield escaped
    yield escaped.replace("/", r"\/")
    units = _write_utf16(text, "be")
    yield "".join(rf"\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _write_utf16(text: str, order: str) -> bytes:
    return text.encode(f"utf-16-{order}", "surrogatepass")


def _write_base64(text: str) -> Iterator[str]:
    data = text_to_bytes(text)
    yield base64.b64encode(data).decode().rstrip("=")
    yield _base64_core(data, 0)


def _write_base64_core(text: str, skip: int, *, url: bool = False) -> Iterator[str]:
    core = _base64_core(text_to_bytes(text), skip)
    yield to_url_alphabet(core) if url else core


def _write_base64_of(encode: Callable[[str], bytes]) -> Write:
    """Base64, in both alphabets and at each alignment, of another encoding of the text."""

    def write(text: str) -> Iterator[str]:
        data = encode(text)
        for skip in range(3):
            core = _base64_core(data, skip)
            yield core
            yield to_url_alphabet(core)

    return write


def _write_base64_twice(text: str) -> Iterator[str]:
    for skip in range(3):
        inner = _base64_core(text_to_bytes(text), skip)
        yield from _write_base64_of(str.encode)(inner)


def _base64_core(data: bytes, skip: int) -> str:
    """The base64 characters that depend neither on ``skip`` bytes before nor on any after."""
    text = base64.b64encode(b"\0" * skip + data).decode()
    return text[-(-skip * 8 // 6) : (skip + len(data)) * 8 // 6]


def _write_base32(text: str) -> Iterator[str]:
    whole = base64.b32encode(text_to_bytes(text)).decode().rstrip("=")
    yield whole
    yield whole.lower()
    yield from _write_base32_core(text, 0)


def _write_base32_core(text: str, skip: int) -> Iterator[str]:
    data = text_to_bytes(text)
    whole = base64.b32encode(b"\0" * skip + data).decode()
    core = whole[-(-skip * 8 // 5) : (skip + len(data)) * 8 // 5]
    yield core
    yield core.lower()


def _encode_base58(data: bytes) -> str:
    """The bytes as a number to the base 58; each zero byte in front is a ``1``."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def _write_uuids(make: Callable[[uuid.UUID, str], uuid.UUID]) -> Write:
    """The text as a name in each namespace of RFC 4122, with and without dashes."""

    def write(text: str) -> Iterator[str]:
        if text.isascii():
            for made in (make(namespace, text) for namespace in _NAMESPACES):
                yield str(made)
                yield made.hex

    return write


ENCODINGS: tuple[Encoding, ...] = (
    Encoding("base64", _write_base64, _per_character(6.0)),
    Encoding("url", _percent_encode, _count_plain_bits),
    Encoding("url form", _single(urllib.parse.quote_plus), _count_plain_bits),
    Encoding("json", _write_json, _count_plain_bits),
    Encoding("other separators", respell, _count_digit_bits),
    Encoding("html", _decoded(html.escape), _count_plain_bits),
    Encoding("hex", _single(bytes.hex), _count_byte_bits),
    Encoding("hex upper case", _single(lambda data: data.hex().upper()), _count_byte_bits),
    Encoding("base64url", partial(_write_base64_core, skip=0, url=True), _per_character(6.0)),
    Encoding("base32", _write_base32, _per_character(5.0)),
    *(
        Encoding(
            f"base32 at offset {skip}",
            partial(_write_base32_core, skip=skip),
            _per_character(5.0),
        )
        for skip in range(1, 5)
    ),
    Encoding("base85", _single(lambda data: base64.b85encode(data).decode()), _count_byte_bits),
    Encoding("ascii85", _single(lambda data: base64.a85encode(data).decode()), _count_byte_bits),
    Encoding("base58", _single(_encode_base58), _count_byte_bits),
    Encoding("reversed", _decoded(lambda text: text[::-1]), _count_plain_bits),
    Encoding("rot13", _decoded(lambda text: codecs.encode(text, "rot13")), _count_plain_bits),
    Encoding(
        "utf-16",
        lambda text: (bytes_to_text(_write_utf16(text, order)) for order in ("le", "be")),
        _count_plain_bits,
    ),
    Encoding(
        "utf-16 hex",
        lambda text: (_write_utf16(text, order).hex() for order in ("le", "be")),
        _count_plain_bits,
    ),
    *(
        Encoding(
            f"{'base64url' if url else 'base64'} at offset {skip}",
            partial(_write_base64_core, skip=skip, url=url),
            _per_character(6.0),
        )
        for skip in (1, 2)
        for url in (False, True)
    ),
    Encoding(
        "json in base64",
        _write_base64_of(lambda text: text_to_bytes(_escape_json(text))),
        _per_character(6.0),
    ),
    Encoding(
        "utf-16 in base64",
        _write_base64_of(lambda text: _write_utf16(text, "le")),
        _per_character(6.0),
    ),
    Encoding("base64 twice", _write_base64_twice, _per_character(6.0)),
    Encoding(
        "base64 in url",
        _single(lambda data: urllib.parse.quote(base64.b64encode(data), safe="")),
        lambda text, form: 6.0 * len(base64.b64encode(text_to_bytes(text))),
    ),
    Encoding("url twice", _single(_percent_encode_twice), _count_plain_bits),
    Encoding("uuid3", _write_uuids(uuid.uuid3), _in_all(122.0)),
    Encoding("uuid5", _write_uuids(uuid.uuid5), _in_all(122.0)),
)
"""Every encoding that is searched for, the plainest first.

Where a value holds a text in several encodings, the first one is reported.
"""
