"""Digests of a text, in the formats in which programs write them.

Programs cut digests to any length.  A :class:`Digest` therefore has the characters to search
for, those it starts (or ends) with, and the rest, which is compared where they are found
(:mod:`lab.findings.encodings.truncated_digests`).

To add a digest, add its name in :mod:`hashlib` to :data:`DIGESTS`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Literal

import msgspec

from lab.findings.encodings.aho_corasick import bytes_to_text, text_to_bytes
from lab.findings.encodings.text_encodings import respell, to_url_alphabet

__all__ = ["DIGESTS", "SHORTEST_DIGEST", "Digest", "DigestFormat", "build_digests"]

DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sha3_256")
SHORTEST_DIGEST = 8
"""Hexadecimal digits, or characters of base64, of a truncated digest."""

_RAW_DIGEST = 8
"""Bytes to search for of a digest that is sent as bytes."""
_START = 13
"""Characters to search for of a UUID, up to its version, and of base32."""

DigestFormat = Literal["hex", "end of hex", "base64", "base32", "bytes", "uuid"]


class Digest(msgspec.Struct, frozen=True):
    """A digest of a text in one format."""

    name: str
    format: DigestFormat
    start: str
    """What to search for."""
    whole: str
    """The whole digest in this format."""
    data: bytes
    """The digest itself."""


def build_digests(text: str) -> tuple[Digest, ...]:
    """Digests of a text and of its usual variants, in every format.

    The variants are small and capital letters, quotation marks around it, a line feed behind
    it, and other separators of a hardware address or a UUID.
    """
    variants = [text, text.lower(), text.upper(), f"{text}\n", json.dumps(text), *respell(text)]
    return tuple(
        digest
        for variant in dict.fromkeys(variants)
        for name in DIGESTS
        for digest in _format_digest(
            name, hashlib.new(name, text_to_bytes(variant), usedforsecurity=False).digest()
        )
    )


def _format_digest(name: str, data: bytes) -> Iterator[Digest]:
    digits = data.hex()
    for whole in (digits, digits.upper()):
        yield Digest(name, "hex", whole[:SHORTEST_DIGEST], whole, data)
        yield Digest(name, "end of hex", whole[-SHORTEST_DIGEST:], whole, data)
    encoded = base64.b64encode(data).decode().rstrip("=")
    for whole in dict.fromkeys((encoded, to_url_alphabet(encoded))):
        yield Digest(name, "base64", whole[:SHORTEST_DIGEST], whole, data)
    dashed = str(uuid.UUID(bytes=data[:16]))
    yield Digest(name, "uuid", dashed[:_START], dashed, data)
    encoded = base64.b32encode(data).decode().rstrip("=")
    for whole in (encoded, encoded.lower()):
        yield Digest(name, "base32", whole[:_START], whole, data)
    yield Digest(name, "bytes", bytes_to_text(data[:_RAW_DIGEST]), bytes_to_text(data), data)
