"""Packed data → what is inside, although nothing says that it is packed.

Formats are known by their first bytes, and by decoding without an error.  What the wrapping says
besides the contents are leaves of the part ``packing``
(:mod:`~lab.observation.style.compression_headers`).  How the contents were compressed is compared
wherever equal contents were sent (``exact bytes``).
"""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import brotli

from lab.observation.content_encoding import decode_layers
from lab.observation.documents.leaf import Leaf, describe_exact_bytes
from lab.observation.documents.piece import Piece
from lab.observation.parts import MessagePart
from lab.observation.style.compression_headers import read_compression_headers

__all__ = ["read_packed", "read_unmarked", "unpack"]

_SHORTEST_UNMARKED, _SHORTEST_TEXT = 12, 16
_LONGEST_UNMARKED = 4 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

_PIECE = 1 << 16
_LZMA_MEMORY = 64 << 20
_ZSTD_SKIPPED = frozenset(bytes((0x50 + kind, 0x2A, 0x4D, 0x18)) for kind in range(16))
_Layers = Sequence[tuple[str, bytes]]


class _Unpacked(NamedTuple):
    data: bytes
    rest: bytes = b""
    """What stands behind the packed data."""
    layers: _Layers = ()


def read_packed(piece: Piece) -> list[Leaf]:
    """The leaves of what is packed in a piece; none where nothing is."""
    name = _guess_format(piece.data)
    if name is None or not piece.budget.size:
        return []
    unpacked = _FORMATS[name](piece.data, piece.budget.size)
    if unpacked is None or not unpacked.data:
        return []
    piece.budget.take_bytes(len(unpacked.data))
    return _read_wrapping(piece, name, unpacked)


def unpack(data: bytes, limit: int) -> tuple[str, bytes] | None:
    """The format of packed data and at most this much of what is in it; None where it is none."""
    name = _guess_format(data)
    unpacked = _FORMATS[name](data, limit) if name else None
    return (name, unpacked.data) if name and unpacked and unpacked.data else None


def read_unmarked(piece: Piece) -> list[Leaf]:
    """The leaves of what is compressed in a format without a mark of its own: brotli, deflate.

    Anything may be taken for such data, so only a whole stream that decodes to text counts.
    """
    data = piece.data
    if not _SHORTEST_UNMARKED <= len(data) <= _LONGEST_UNMARKED or not piece.budget.size:
        return []
    for name, unpack in (("brotli", _unpack_brotli), ("deflate", _unpack_deflate)):
        inner = unpack(data, piece.budget.size)
        if len(inner) >= _SHORTEST_TEXT and _is_text(inner):
            piece.budget.take_bytes(len(inner))
            return _read_wrapping(piece, name, _Unpacked(inner))
    return []


def _read_wrapping(piece: Piece, name: str, unpacked: _Unpacked) -> list[Leaf]:
    """The leaves of a wrapping and of what was in it."""
    prefix = f"{piece.pointer}/" if piece.pointer else ""
    leaves = [
        Leaf(MessagePart.PACKING, prefix + place, value)
        for place, value in read_compression_headers(unpacked.layers, b"")
    ]
    leaves += piece.read(unpacked.data, f"/({name})")
    if unpacked.rest:
        leaves += piece.read(unpacked.rest, f"/({name})/(rest)")
    leaves.append(describe_exact_bytes(f"{piece.pointer}/({name})", leaves, piece.data))
    return leaves


def _guess_format(data: bytes) -> str | None:
    if data.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if data.startswith(b"\x28\xb5\x2f\xfd") or data[:4] in _ZSTD_SKIPPED:
        return "zstd"
    if data.startswith(b"BZh") and data[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if data.startswith(b"\xfd7zXZ\0"):
        return "xz"
    if data.startswith(b"\x5d\0\0") and data[5:14] in (b"\xff" * 8 + b"\0", data[5:10] + bytes(4)):
        return "lzma"
    if len(data) > 7 and data[0] & 0x8F == 8 and not int.from_bytes(data[:2], "big") % 31:
        return "zlib"
    return None


def _unpack_known(name: str, data: bytes, limit: int) -> _Unpacked | None:
    inner, layers = decode_layers(data, name, limit)
    return _Unpacked(inner, b"", layers) if layers else None


def _unpack_zlib(data: bytes, limit: int) -> _Unpacked | None:
    """A whole stream, its checksum proven: the first two bytes alone may be chance."""
    inflater = zlib.decompressobj()
    try:
        inner = inflater.decompress(data, limit)
    except zlib.error:
        return None
    if not inflater.eof and len(inner) < limit:
        return None
    return _Unpacked(inner, inflater.unused_data, [("deflate", data)])


def _unpack_bzip2(data: bytes, limit: int) -> _Unpacked | None:
    unpacker = bz2.BZ2Decompressor()
    try:
        inner = unpacker.decompress(data, limit)
    except (OSError, ValueError):
        return None
    return _Unpacked(inner, unpacker.unused_data)


def _unpack_lzma(data: bytes, limit: int) -> _Unpacked | None:
    unpacker = lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)
    try:
        inner = unpacker.decompress(data, limit)
    except (lzma.LZMAError, ValueError, EOFError):
        return None
    return _Unpacked(inner, unpacker.unused_data)


def _unpack_brotli(data: bytes, limit: int) -> bytes:
    unpacker = brotli.Decompressor()
    out = bytearray()
    try:
        out += unpacker.process(data, output_buffer_limit=_PIECE)
        if not _is_text(bytes(out), cut=True):
            return b""
        while not unpacker.is_finished() and len(out) < limit:
            piece = unpacker.process(b"", output_buffer_limit=_PIECE)
            if not piece:
                break
            out += piece
    except brotli.error:
        return b""
    return bytes(out) if unpacker.is_finished() else b""


def _unpack_deflate(data: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        inner = unpacker.decompress(data, limit)
    except zlib.error:
        return b""
    return inner if unpacker.eof and not unpacker.unused_data else b""


def _is_text(data: bytes, *, cut: bool = False) -> bool:
    """Whether bytes are text without control characters; ``cut``, but for the last few."""
    try:
        return not _CONTROL.search(data.decode())
    except UnicodeDecodeError as error:
        return cut and error.start > len(data) - 4


_FORMATS: dict[str, Callable[[bytes, int], _Unpacked | None]] = {
    "gzip": lambda data, limit: _unpack_known("gzip", data, limit),
    "zstd": lambda data, limit: _unpack_known("zstd", data, limit),
    "zlib": _unpack_zlib,
    "bzip2": _unpack_bzip2,
    "xz": _unpack_lzma,
    "lzma": _unpack_lzma,
}
