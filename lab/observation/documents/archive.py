"""Archives (zip, tar) → the leaves of each member, under the member's name.

What an archive says of a member besides its contents (owner, time, mode) are leaves of the part
``packing``.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from lab.observation.documents.leaf import (
    Leaf,
    describe_element_order,
    describe_exact_bytes,
    label_element,
)
from lab.observation.documents.piece import Piece
from lab.observation.parts import MessagePart
from lab.observation.style.compression_headers import read_compression_headers
from lab.observation.text.rendering import render_bytes

__all__ = ["read_archive"]

_MOST_MEMBERS = 256
_BLOCK = 512
_FIELDS = (
    ("mode", 100, 108), ("user id", 108, 116), ("group id", 116, 124), ("time", 136, 148),
    ("type", 156, 157), ("link", 157, 257), ("format", 257, 265), ("owner", 265, 297),
    ("group", 297, 329), ("device", 329, 345), ("rest", 345, 512),
)  # fmt: skip
_LONG_NAME, _EXTENDED, _SHARED = b"L", b"x", b"g"
_EXTENDED_PATH = re.compile(rb"(?:^|\n)\d+ path=([^\n]*)\n")
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError,
    NotImplementedError, UnicodeError, OverflowError,
)  # fmt: skip


class _Member(NamedTuple):
    name: str
    data: bytes
    facts: tuple[tuple[str, str], ...] = ()


def read_archive(piece: Piece) -> list[Leaf]:
    """The leaves of an archive; none where the piece is none."""
    if piece.data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        members, rest = _list_zip(piece), b""
        name, facts = "zip", list(read_compression_headers((), piece.data))
        if not members and not facts:
            return []
    elif _is_tar_header(piece.data[:_BLOCK]):
        members, rest = _list_tar(piece.data)
        name, facts = "tar", []
    else:
        return []
    prefix = f"{piece.pointer}/" if piece.pointer else ""
    leaves = [Leaf(MessagePart.PACKING, prefix + place, value) for place, value in facts]
    labels, contents = [], []
    for member in members:
        labels.append(label_element(member.name))
        contents.append(
            [
                *(
                    Leaf(MessagePart.PACKING, f"{prefix}{name}/{labels[-1]}/{field}", value)
                    for field, value in member.facts
                ),
                *piece.read(member.data, f"/({name})/{labels[-1]}"),
            ]
        )
        leaves += contents[-1]
    base = f"{piece.pointer}/({name})"
    leaves += describe_element_order(base, labels, contents)
    if rest.strip(b"\0"):
        leaves += piece.read(rest, f"/({name})/(rest)")
    leaves.append(describe_exact_bytes(base, leaves, piece.data))
    return leaves


def _list_zip(piece: Piece) -> list[_Member]:
    """The members of a zip archive; of those that cannot be unpacked the bytes as they came."""
    members = []
    try:
        with zipfile.ZipFile(io.BytesIO(piece.data)) as archive:
            for entry in archive.infolist()[:_MOST_MEMBERS]:
                name = entry.filename.encode("utf-8", "surrogateescape")
                inner = _unpack_member(archive, entry, piece)
                members.append(_Member(render_bytes(name), inner))
    except _ZIP_ERRORS:
        return members
    return members


def _unpack_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, piece: Piece) -> bytes:
    try:
        with archive.open(entry) as file:
            inner = file.read(piece.budget.size)
    except _ZIP_ERRORS:
        start = entry.header_offset
        return piece.data[start : start + 30 + len(entry.filename) + entry.compress_size]
    piece.budget.take_bytes(len(inner))
    return inner


def _list_tar(data: bytes) -> tuple[list[_Member], bytes]:
    """The members of a tar archive (POSIX ustar, pax, GNU), and what stands behind them."""
    members: list[_Member] = []
    offset = 0
    long_name = b""
    for header, content, end in _walk_tar(data):
        offset = end
        kind = header[156:157]
        name = long_name or _join_name(header)
        long_name = b""
        if kind == _LONG_NAME:
            long_name = content.rstrip(b"\0")
        elif kind == _EXTENDED and (found := _EXTENDED_PATH.search(content)):
            long_name = found[1]
        facts = tuple(
            (field, _field(header[start:stop]))
            for field, start, stop in _FIELDS
            if header[start:stop].strip(b"\0")
        )
        shown = "(pax)" if kind in (_EXTENDED, _SHARED, _LONG_NAME) else render_bytes(name)
        members.append(_Member(shown, content, facts))
    return members, data[offset:]


def _walk_tar(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    offset = 0
    for _ in range(_MOST_MEMBERS):
        header = data[offset : offset + _BLOCK]
        if not _is_tar_header(header):
            return
        size = _number(header[124:136])
        start = offset + _BLOCK
        offset = min(len(data), start + -(-size // _BLOCK) * _BLOCK)
        yield header, data[start : start + size], offset


def _is_tar_header(header: bytes) -> bool:
    """Whether the checksum of a header is right."""
    if len(header) < _BLOCK or not header.strip(b"\0"):
        return False
    octets = sum(header[:148]) + 8 * 0x20 + sum(header[156:])
    return _number(header[148:156]) == octets


def _number(field: bytes) -> int:
    """A number in octal digits; -1 where it is none."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    try:
        return int(field.strip(b"\0 ") or b"0", 8)
    except ValueError:
        return -1


def _join_name(header: bytes) -> bytes:
    name, folder = header[:100].rstrip(b"\0"), header[345:500].rstrip(b"\0")
    return folder + b"/" + name if folder and header[257:262] == b"ustar" else name


def _field(octets: bytes) -> str:
    return render_bytes(octets.strip(b"\0 "))
