"""Content encodings of bodies, undone within bounds: the only decoder of the lab.

The scripted servers, the comparison of trials and the reports all use it, so that they read the
same body.  A body that does not decode, or only to nothing, is itself an observation: it is
returned as it came.  A body that ends too early gives what there is.  What stands behind a
complete one is kept behind it, so nothing that a server could read is lost.
"""

from __future__ import annotations

import io
import zlib

import brotli
import zstandard

__all__ = ["LIMIT", "MOST_LAYERS", "decode_content", "decode_layers"]

LIMIT = 64 * 1024 * 1024
MOST_LAYERS = 4
"""Encodings undone at most: a chain of thousands fits into one header."""

_PIECE = 1 << 20
_LEAST_PIECE = 1 << 9
_MOST_MEMBERS = 64
_LONGEST_HEADER = 1 << 16
"""Of a member that follows another, what is kept for its header."""


def decode_content(body: bytes, encodings: str, limit: int = LIMIT) -> bytes:
    """Return a body with its content encodings undone.

    Args:
        body: The body as it was sent.
        encodings: The value of ``Content-Encoding``: names with commas, the outermost last.
        limit: Bytes to return, at most.

    Returns:
        The decoded body.  Where an encoding is unknown or does not decode, what was decoded so
        far.
    """
    return decode_layers(body, encodings, limit)[0]


def decode_layers(
    body: bytes, encodings: str, limit: int = LIMIT
) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Decode a body and list the layers of encoding.

    Args:
        body: The body as it was sent.
        encodings: The value of ``Content-Encoding``: names with commas, the outermost last.
        limit: Bytes to return, at most.

    Returns:
        The decoded body, and for each encoding that was undone its name and the encoded bytes.
        An encoding with several members, such as joined gzip files, has one pair for each of the
        first members.
    """
    names = [word.strip().lower() for word in encodings.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    undone: list[tuple[str, bytes]] = []
    for name in reversed(names[-MOST_LAYERS:]):
        members = [body]
        try:
            inner = _decode(body, name, limit, members)
        except (zlib.error, brotli.error, zstandard.ZstdError):
            return body, undone
        if inner:
            undone += ((name, member) for member in members if inner is not body)
            body = inner
    return body, undone


def _decode(body: bytes, name: str, limit: int, members: list[bytes]) -> bytes:
    if name in ("gzip", "x-gzip"):
        return _inflated(body, 31, limit, members)
    if name == "deflate":
        try:
            return _inflated(body, 15, limit, members)
        except zlib.error:  # many clients send the bare stream, without its wrapping
            return _inflated(body, -15, limit, members)
    if name == "br":
        return _brotli(body, limit)
    if name == "zstd":
        return _zstd(body, limit)
    return body


def _inflated(body: bytes, wbits: int, limit: int, members: list[bytes]) -> bytes:
    """All members of the stream, and whatever stands behind the last.

    Where the members after the first begin is added to ``members``.
    """
    out = bytearray()
    offset = 0
    while offset < len(body) and len(out) < limit:
        start, known = offset, len(out)
        inflater = zlib.decompressobj(wbits=wbits)
        step = _LEAST_PIECE
        try:
            while not inflater.eof and offset < len(body) and len(out) < limit:
                # Pieces grow: neither tiny members nor long ones are copied again and again.
                piece = body[offset : offset + step]
                out += inflater.decompress(piece, limit - len(out))
                offset += len(piece) - len(inflater.unused_data)
                step *= 2
        except zlib.error:
            if not known:
                raise
            out[known:] = body[start : start + limit - known]
            break
        if not inflater.eof and 0 < known == len(out) < limit:
            out += body[start : start + limit - known]  # too little for a member
        if offset < len(body) and len(members) < _MOST_MEMBERS:
            members.append(body[offset : offset + _LONGEST_HEADER])
    return bytes(out)


def _brotli(body: bytes, limit: int) -> bytes:
    decompressor = brotli.Decompressor()
    out = bytearray(decompressor.process(body, output_buffer_limit=_PIECE))
    while len(out) < limit:
        piece = decompressor.process(b"", output_buffer_limit=_PIECE)
        if not piece:
            break
        out += piece
    return bytes(out[:limit])


def _zstd(body: bytes, limit: int) -> bytes:
    source = io.BytesIO(body)
    out = bytearray()
    with zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True) as reader:
        while len(out) < limit and (piece := reader.read(min(_PIECE, limit - len(out)))):
            out += piece
    return bytes(out)
