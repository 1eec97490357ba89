"""What the wrapping of a packed body says besides the contents.

A gzip member can hold a file's name, a time, a comment and the system that it was made on (RFC
1952), a zlib stream how hard it tried (RFC 1950), a Zstandard frame bytes that every decoder
skips (RFC 8878), a zip archive all this for each member (APPNOTE 6.3).  Whoever unpacks sees
none of it.  Only headers are read, never more than a bounded number of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from lab.observation.text.masks import is_identifier_like
from lab.observation.text.rendering import render_bytes

__all__ = ["read_compression_headers"]

_GZIP = b"\x1f\x8b\x08"
_SYSTEMS = {
    0: "FAT", 1: "Amiga", 2: "VMS", 3: "Unix", 4: "VM/CMS", 5: "Atari", 6: "HPFS",
    7: "Macintosh", 8: "Z-System", 9: "CP/M", 10: "TOPS-20", 11: "NTFS", 12: "QDOS",
    13: "Acorn", 19: "Darwin", 255: "unknown",
}  # fmt: skip
_ZIP_SYSTEMS = {0: "FAT", 3: "Unix", 10: "NTFS", 19: "Darwin"}
_EFFORTS = {0: "not said", 2: "most", 4: "least"}
_LEVELS = ("fastest", "fast", "default", "most")

_SKIPPED = range(0x184D2A50, 0x184D2A60)
_ZSTD = 0xFD2FB528
_ZIP_END, _ZIP_ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_LONGEST_END = 22 + 0xFFFF
_MOST_MEMBERS = 256
_MOST_FRAMES = 256
_MOST_BLOCKS = 100_000


def read_compression_headers(
    layers: Iterable[tuple[str, bytes]], body: bytes
) -> Iterator[tuple[str, str]]:
    """Pointers and values of what the wrappings of a body say.

    ``layers`` are the encodings undone and what began there; ``body`` is what is left, which
    may be a packed file itself.
    """
    for name, data in layers:
        if name in ("gzip", "x-gzip"):
            yield from _gzip(data)
        elif name == "deflate":
            yield from _deflate(data)
        elif name == "br":
            yield "br/window", _brotli_window(data[0])
        elif name == "zstd":
            yield from _zstd(data)
    if body.startswith(_GZIP):
        yield from _gzip(body)
    elif body.startswith((b"PK\x03\x04", _ZIP_END)):
        yield from _zip(body)


def _gzip(data: bytes) -> Iterator[tuple[str, str]]:
    if len(data) < 10 or not data.startswith(_GZIP):
        return
    flags, seconds, effort, system = struct.unpack_from("<BIBB", data, 3)
    yield "gzip/time", _moment(seconds)
    yield "gzip/effort", _EFFORTS.get(effort, str(effort))
    yield "gzip/system", _SYSTEMS.get(system, str(system))
    yield "gzip/flags", f"{flags & ~0x1C:02x}"
    offset = 10
    if flags & 0x04 and len(data) >= offset + 2:
        end = offset + 2 + int.from_bytes(data[offset : offset + 2], "little")
        yield "gzip/extra", data[offset + 2 : end].hex()
        offset = end
    for flag, name in ((0x08, "name"), (0x10, "comment")):
        if flags & flag and (end := data.find(0, offset)) >= 0:
            yield f"gzip/{name}", render_bytes(data[offset:end])
            offset = end + 1


def _deflate(data: bytes) -> Iterator[tuple[str, str]]:
    wrapped = len(data) >= 2 and data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    yield "deflate/wrapping", "zlib" if wrapped else "none"
    if wrapped:
        yield "deflate/window", str(1 << (data[0] >> 4) + 8)
        yield "deflate/effort", _LEVELS[data[1] >> 6]
        if data[1] & 0x20:
            yield "deflate/dictionary", data[2:6].hex()


def _brotli_window(first: int) -> str:
    """The bits of the window's size (RFC 7932, 9.1)."""
    if not first & 1:
        return "16"
    if upper := first >> 1 & 7:
        return str(17 + upper)
    return {0: "17", 1: "large"}.get(lower := first >> 4 & 7, str(8 + lower))


def _zstd(data: bytes) -> Iterator[tuple[str, str]]:
    offset = 0
    for _ in range(_MOST_FRAMES):
        if len(data) < offset + 8:
            return
        magic, size = struct.unpack_from("<II", data, offset)
        if magic in _SKIPPED:
            yield f"zstd/skipped {magic & 15}", render_bytes(data[offset + 8 : offset + 8 + size])
            offset += 8 + size
            continue
        if magic != _ZSTD:
            return
        described = data[offset + 4]
        single, checked = described >> 5 & 1, described >> 2 & 1
        sized = (0, 2, 4, 8)[described >> 6] or single
        named = (0, 1, 2, 4)[described & 3]
        offset += 5
        if not single:
            yield "zstd/window", f"{data[offset]:02x}"
            offset += 1
        dictionary = data[offset : offset + named]
        yield "zstd/flags", f"{described & 0x18:02x}"
        yield "zstd/size", f"in {sized} bytes" if sized else "not said"
        yield "zstd/checksum", "yes" if checked else "no"
        if named:
            yield "zstd/dictionary", dictionary.hex()
        offset = _behind_blocks(data, offset + named + sized) + 4 * checked


def _behind_blocks(data: bytes, offset: int) -> int:
    """Where the blocks of a Zstandard frame end; the end of the data where they do not."""
    for _ in range(_MOST_BLOCKS):
        head = int.from_bytes(data[offset : offset + 3], "little")
        if len(data) < offset + 3:
            break
        offset += 3 + (1 if head >> 1 & 3 == 1 else head >> 3)
        if head & 1:
            return offset
    return len(data)


def _zip(data: bytes) -> Iterator[tuple[str, str]]:
    end = data.rfind(_ZIP_END, max(0, len(data) - _LONGEST_END))
    if end < 0 or len(data) < end + 22:
        return
    offset, comment = struct.unpack_from("<IH", data, end + 16)
    names: list[str] = []
    found: list[tuple[str, str]] = []
    while data.startswith(_ZIP_ENTRY, offset) and len(data) >= offset + 46:
        version, system, _, flags, method, time, date = struct.unpack_from(
            "<BBHHHHH", data, offset + 4
        )
        sizes = struct.unpack_from("<HHH", data, offset + 28)
        (attributes,) = struct.unpack_from("<I", data, offset + 38)
        name, extra, words = _slices(data, offset + 46, sizes)
        names.append(render_bytes(name))
        member = f"zip/[{_place(names[-1])}]"
        found += [
            (f"{member}/time", _dos_time(date, time)),
            (f"{member}/made by", f"{_ZIP_SYSTEMS.get(system, system)} {version / 10}"),
            (f"{member}/attributes", f"{attributes:08x}"),
            (f"{member}/method", f"{method}, flags {flags:04x}"),
            *((f"{member}/extra {tag:04x}", value) for tag, value in _extras(extra)),
            *([(f"{member}/comment", render_bytes(words))] if words else []),
        ]
        offset += 46 + sum(sizes)
        if len(names) == _MOST_MEMBERS:
            break
    yield "zip/members", "\n".join(names)
    yield from found
    if comment:
        yield "zip/comment", render_bytes(data[end + 22 : end + 22 + comment])


def _slices(data: bytes, offset: int, sizes: Iterable[int]) -> Iterator[bytes]:
    for size in sizes:
        yield data[offset : offset + size]
        offset += size


def _extras(data: bytes) -> Iterator[tuple[int, str]]:
    """The tagged fields of a zip entry, in hexadecimal."""
    offset = 0
    while len(data) >= offset + 4:
        tag, size = struct.unpack_from("<HH", data, offset)
        yield tag, data[offset + 4 : offset + 4 + size].hex()
        offset += 4 + size


def _place(name: str) -> str:
    """A member's name as part of a pointer: what looks generated is blanked."""
    words = name.replace("~", "~0").split("/")
    return "~1".join("{id}" if is_identifier_like(word) else word for word in words)


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}" if seconds else "none"


def _dos_time(date: int, time: int) -> str:
    return (
        f"{1980 + (date >> 9)}-{date >> 5 & 15:02}-{date & 31:02}"
        f" {time >> 11:02}:{time >> 5 & 63:02}:{(time & 31) * 2:02}"
    )
