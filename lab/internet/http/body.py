"""Request bodies, decoded to decide an answer; what is recorded stays as it was sent."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import brotli
import zstandard

__all__ = ["decode", "get_header", "parse_json"]

LARGEST = 64 << 20
"""Decoded bytes; more than any honest request, less than what would hurt."""

_STEP = 1 << 16


def get_header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """Return the first value of a header, looked up without regard to case."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None


def _inflate(data: bytes, window: int) -> bytes:
    return zlib.decompressobj(window).decompress(data, LARGEST)


def _deflate(data: bytes) -> bytes:
    # RFC 9110 8.4.1.2 means zlib by "deflate"; some clients send the bare stream.
    try:
        return _inflate(data, zlib.MAX_WBITS)
    except zlib.error:
        return _inflate(data, -zlib.MAX_WBITS)


def _brotli(data: bytes) -> bytes:
    decompressor = brotli.Decompressor()
    decoded = bytearray()
    # One small input at a time, so that a bomb is noticed before it is all unpacked.
    for start in range(0, len(data), 1024):
        decoded += decompressor.process(data[start : start + 1024])
        if len(decoded) > LARGEST:
            break
    return bytes(decoded[:LARGEST])


def _zstd(data: bytes) -> bytes:
    limit = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    decoded = bytearray()
    with limit.stream_reader(io.BytesIO(data), read_across_frames=True) as reader:
        while len(decoded) < LARGEST:
            step = reader.read(_STEP)
            if not step:
                break
            decoded += step
    return bytes(decoded)


_DECODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": lambda data: _inflate(data, zlib.MAX_WBITS | 16),
    b"x-gzip": lambda data: _inflate(data, zlib.MAX_WBITS | 16),
    b"deflate": _deflate,
    b"br": _brotli,
    b"zstd": _zstd,
    b"identity": lambda data: data,
}


def decode(body: bytes, encoding: bytes | None) -> bytes | None:
    """Undo the content encodings, last applied first.  None where that cannot be done."""
    names = [name.strip().lower() for name in (encoding or b"").split(b",") if name.strip()]
    for name in reversed(names[-4:]):
        decoder = _DECODERS.get(name)
        if decoder is None:
            return None
        try:
            body = decoder(body)
        except (zlib.error, brotli.error, zstandard.ZstdError):
            return None
    return body


def parse_json(body: bytes | None) -> Any:
    """Return the JSON value, or None where there is none.

    The standard library's parser is used on purpose: JavaScript clients send lone
    surrogates, which stricter parsers refuse.
    """
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
