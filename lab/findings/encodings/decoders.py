"""Decoders: what a value becomes when an encoding around it is undone.

Runs of hexadecimal and base64, percent escapes and the value read backwards are the table
:data:`DECODERS`; compressed data (gzip, zlib and Zstandard, which begin with bytes of their
own, and brotli and bare deflate, which do not and are tried on what is no text) is
decompressed first.  A decoder does not know what is searched for.  Every result is bounded,
because compressed data may expand without end.

To add a decoder, add a record to the table.
"""

from __future__ import annotations

import base64
import re
import urllib.parse
import zlib
from collections.abc import Callable, Iterator, Sequence

import msgspec

from lab.findings.encodings.aho_corasick import bytes_to_text
from lab.observation.content_encoding import decode_content
from lab.observation.documents.packed import unpack

__all__ = [
    "DECODERS",
    "MAX_BYTES",
    "MAX_DEPTH",
    "Decoded",
    "Decoder",
    "decode_base64",
    "decode_outer",
]

MAX_DEPTH = 3
"""Encodings that are undone one inside another."""

MAX_BYTES = 4 << 20
"""Bytes of one layer that are searched."""

_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){6,}(?![0-9A-Fa-f])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    **{bytes((0x78, level)): "deflate" for level in (0x01, 0x5E, 0x9C, 0xDA)},
}
_REVERSED_LONGEST = 1 << 16
_UNMARKED_LONGEST = 1 << 16
_UNMARKED_SHORTEST = 8
_DIGITS = str.maketrans("-_", "+/")


class Decoded(msgspec.Struct, frozen=True):
    """Pieces of a value with one encoding undone, and the name of the encoding."""

    encoding: str
    pieces: tuple[bytes, ...]


class Decoder(msgspec.Struct, frozen=True):
    """One encoding to undo; ``decode`` returns the pieces, none where the value has none."""

    encoding: str
    decode: Callable[[bytes], Sequence[bytes]]


def decode_outer(data: bytes) -> Iterator[Decoded]:
    """The value with each encoding undone once; those that lose least information come first."""
    for name, piece in _decompress(data):
        yield Decoded(name, (piece,))
    for decoder in DECODERS:
        if pieces := decoder.decode(data):
            yield Decoded(decoder.encoding, tuple(pieces))


def decode_base64(run: str) -> bytes:
    """The bytes of a run of base64 in either alphabet; an incomplete last group is dropped."""
    text = run.rstrip("=").translate(_DIGITS)
    text = text[: len(text) - (len(text) % 4 == 1)]
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _decompress(data: bytes) -> Iterator[tuple[str, bytes]]:
    name = next((name for magic, name in _MAGIC.items() if data.startswith(magic)), None)
    if name is not None:
        piece = decode_content(data, name, MAX_BYTES)
        if piece != data:
            yield name, piece
            return
    if (unpacked := unpack(data, MAX_BYTES)) is not None:
        yield unpacked
        return
    if not _UNMARKED_SHORTEST <= len(data) <= _UNMARKED_LONGEST or _is_text(data):
        return
    piece = decode_content(data, "br", MAX_BYTES)
    if piece != data:
        yield "brotli", piece
    try:
        piece = zlib.decompressobj(wbits=-15).decompress(data, MAX_BYTES)
    except zlib.error:
        return
    if piece:
        yield "deflate", piece


def _is_text(data: bytes) -> bool:
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False


def _find_hex(data: bytes) -> list[bytes]:
    return [bytes.fromhex(run) for run in _HEX.findall(bytes_to_text(data))]


def _find_base64(data: bytes) -> list[bytes]:
    runs = (run for run in _BASE64.findall(bytes_to_text(data)) if not _HEX.fullmatch(run))
    return [piece for run in runs if (piece := decode_base64(run))]


def _unquote(data: bytes) -> list[bytes]:
    return [urllib.parse.unquote_to_bytes(data)] if b"%" in data else []


def _reverse(data: bytes) -> list[bytes]:
    return [data[::-1]] if len(data) <= _REVERSED_LONGEST else []


DECODERS: tuple[Decoder, ...] = (
    Decoder("hex", _find_hex),
    Decoder("base64", _find_base64),
    Decoder("url", _unquote),
    Decoder("reversed", _reverse),
)
"""Every encoding that is undone, but compression; the order is that of the search."""
