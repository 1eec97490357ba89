"""Layers: what a value becomes where an encoding around it is undone.

Hexadecimal and base64 runs, percent escapes, the value read backwards, and compressed data:
gzip, zlib and Zstandard, which begin with bytes of their own, and brotli and bare deflate,
which do not and are tried on what is no text.  Nothing here knows what is looked for.
Everything is bounded, because a client may send what swells without end.
"""

from __future__ import annotations

import base64
import re
import urllib.parse
import zlib
from collections.abc import Iterator

import msgspec

from lab.findings.encodings.aho_corasick import bytes_to_text
from lab.observation.content_encoding import decode_content

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Decoded", "decode_base64", "decode_outer"]

MAX_DEPTH = 3
"""Encodings undone one within another."""

MAX_BYTES = 4 << 20
"""Bytes of one layer that are looked at."""

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
    """Pieces of a value with one encoding undone, and the encoding's name."""

    encoding: str
    pieces: tuple[bytes, ...]


def decode_outer(data: bytes) -> Iterator[Decoded]:
    """The layers right below this one, those that lost least in being undone first."""
    text = bytes_to_text(data)
    runs = [run for run in _BASE64.findall(text) if not _HEX.fullmatch(run)]
    found = (
        ("hex", [bytes.fromhex(run) for run in _HEX.findall(text)]),
        ("base64", [piece for run in runs if (piece := decode_base64(run))]),
        ("url", [urllib.parse.unquote_to_bytes(data)] if b"%" in data else []),
        ("reversed", [data[::-1]] if len(data) <= _REVERSED_LONGEST else []),
    )
    for name, piece in _inflated(data):
        yield Decoded(name, (piece,))
    for encoding, pieces in found:
        if pieces:
            yield Decoded(encoding, tuple(pieces))


def decode_base64(run: str) -> bytes:
    """What a run of base64 of either alphabet stands for; what is left of its end is dropped."""
    text = run.rstrip("=").translate(_DIGITS)
    text = text[: len(text) - (len(text) % 4 == 1)]
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _inflated(data: bytes) -> Iterator[tuple[str, bytes]]:
    name = next((name for magic, name in _MAGIC.items() if data.startswith(magic)), None)
    if name is not None:
        piece = decode_content(data, name, MAX_BYTES)
        if piece != data:
            yield name, piece
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
