"""Multipart bodies → the leaves of each part, under the part's name (RFC 2046, RFC 7578).

The boundary is taken from the body where the content type does not give it.  The headers of a
part, the text before the first and behind the last delimiter, the order of the parts and the
boundary itself are leaves too.
"""

from __future__ import annotations

import binascii
import json
import quopri
import re
from base64 import b64decode
from itertools import pairwise
from typing import NamedTuple

from lab.observation.documents.leaf import (
    Leaf,
    describe_element_order,
    describe_exact_bytes,
    join_pointer,
    label_element,
)
from lab.observation.documents.piece import Piece
from lab.observation.parts import MessagePart
from lab.observation.text.rendering import render_bytes

__all__ = ["read_multipart"]

_DECLARED = re.compile(r';\s*boundary=(?:"([^"]{1,256})"|([^\s;"]{1,256}))', re.IGNORECASE)
_FIRST_LINE = re.compile(rb"(?:\r?\n)?--([0-9A-Za-z'()+_,./:=? -]{1,256}?)[ \t]*\r?\n")
_PARAMETER = re.compile(r';\s*([\w*-]{1,32})=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256})(\s*:\s*)(.*)", re.DOTALL)
_MOST_PARTS = 512


class _Part(NamedTuple):
    headers: tuple[tuple[str, str, str], ...]
    """Names as written, what stands between, values; a line of another kind has no name."""
    head: bytes
    content: bytes

    def get(self, name: str) -> str:
        return next((value for known, _, value in self.headers if known.lower() == name), "")


def read_multipart(piece: Piece) -> list[Leaf]:
    """The leaves of a multipart body; none where the piece is no such body."""
    boundary = _find_boundary(piece)
    if not boundary:
        return []
    mark = re.escape(boundary)
    delimiter = re.compile(rb"(?:\A|\r?\n)--" + mark + rb"(?:--)?[ \t]*(?:\r?\n|\Z)")
    found: list[tuple[int, int]] = []
    end = 0
    # The line break behind one delimiter may be the one before the next.
    while len(found) <= _MOST_PARTS and (one := delimiter.search(piece.data, end)):
        found.append(one.span())
        if _is_last(piece.data, one.span(), boundary):
            break
        end = max(one.end() - 1, one.start() + 1)
    if not found:
        return []
    closed = _is_last(piece.data, found[-1], boundary)
    stops = [*found, (len(piece.data), len(piece.data))][: None if not closed else len(found)]
    parts = [_split_part(piece.data[one[1] : next_[0]]) for one, next_ in pairwise(stops)]
    base = f"{piece.pointer}/(multipart)"
    leaves = []
    if before := piece.data[: found[0][0]]:
        leaves.append(Leaf(MessagePart.BODY, f"{base}/(preamble)", render_bytes(before)))
    labels, contents = [], []
    for part in parts:
        labels.append(label_element(_name_part(part)))
        contents.append(_read_part(piece, part, f"/(multipart)/{labels[-1]}"))
        leaves += contents[-1]
    leaves += describe_element_order(base, labels, contents)
    if closed and (behind := piece.data[found[-1][1] :]):
        leaves.append(Leaf(MessagePart.BODY, f"{base}/(epilogue)", render_bytes(behind)))
    return leaves + _describe_frame(piece, base, boundary, found, parts, leaves)


def _describe_frame(
    piece: Piece,
    base: str,
    boundary: bytes,
    found: list[tuple[int, int]],
    parts: list[_Part],
    leaves: list[Leaf],
) -> list[Leaf]:
    """The boundary, and how delimiters and headers are written around the contents."""
    lines = [
        piece.data[start:end].decode("latin-1").replace(boundary.decode("latin-1"), "‹boundary›")
        for start, end in found
    ]
    style = {
        "between": sorted(set(lines[:-1])),
        "last": lines[-1],
        "colons": sorted({between for part in parts for _, between, _ in part.headers}),
    }
    frame = [repr(lines), *(repr(part.head) for part in parts)]
    return [
        Leaf(MessagePart.WRITING, base, json.dumps(style, ensure_ascii=False)),
        describe_exact_bytes(base, leaves, "\n".join(frame).encode()),
        Leaf(MessagePart.BODY, f"{base}/(boundary)", boundary.decode("latin-1")),
    ]


def _find_boundary(piece: Piece) -> bytes:
    """The boundary that the content type gives, or else that of the first line."""
    if piece.media_type.startswith("multipart/") and (said := _DECLARED.search(piece.content_type)):
        boundary = (said[1] or said[2]).encode("utf-8", "surrogateescape")
        if b"--" + boundary in piece.data:
            return boundary
    first = _FIRST_LINE.match(piece.data)
    if first and re.search(rb"\n--" + re.escape(first[1]) + rb"--[ \t]*(?:\r?\n|\Z)", piece.data):
        return first[1]
    return b""


def _is_last(data: bytes, span: tuple[int, int], boundary: bytes) -> bool:
    """Whether a delimiter is the one that ends the body."""
    written = data[slice(*span)]
    return written[written.index(b"--" + boundary) + 2 + len(boundary) :].startswith(b"--")


def _split_part(data: bytes) -> _Part:
    """The headers of a part, and its content."""
    if blank := re.match(rb"\r?\n", data):
        return _Part((), blank[0], data[blank.end() :])
    ends = re.search(rb"\r?\n\r?\n", data)
    head = data[: ends.end()] if ends else data
    lines = re.split(r"\r?\n(?![ \t])", render_bytes(head))
    headers = []
    for line in lines:
        if header := _HEADER.fullmatch(line):
            headers.append((header[1], header[2], header[3]))
        elif line:
            headers.append(("", "", line))
    return _Part(tuple(headers), head, data[len(head) :])


def _name_part(part: _Part) -> str | None:
    """The name of the form's field, the file's name, or the id of a part."""
    known = _parameters(part.get("content-disposition"))
    identifier = part.get("content-id").strip().strip("<>")
    return known.get("name") or known.get("filename") or identifier or None


def _parameters(value: str) -> dict[str, str]:
    return {
        found[1].lower(): re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
        for found in _PARAMETER.finditer(value)
    }


def _read_part(piece: Piece, part: _Part, step: str) -> list[Leaf]:
    place = f"{piece.pointer}{step}/(headers)"
    leaves = []
    if part.headers:
        names = "\n".join(name or "(line)" for name, _, _ in part.headers)
        leaves.append(Leaf(MessagePart.KEY_ORDER, place, names))
    for name, _, value in part.headers:
        own = join_pointer(place, name.lower() or "(line)")
        leaves.append(Leaf(MessagePart.BODY, own, value))
        if name:
            leaves += (
                Leaf(MessagePart.BODY, join_pointer(own, parameter), word)
                for parameter, word in _parameters(value).items()
            )
    kind = part.get("content-type")
    plain, coding = _decode_transfer(part)
    if coding:
        inside = piece.read(plain, f"{step}/({coding})", kind)
        exact = describe_exact_bytes(f"{piece.pointer}{step}/({coding})", inside, part.content)
        return [*leaves, *inside, exact]
    return leaves + piece.read(part.content, step, kind)


def _decode_transfer(part: _Part) -> tuple[bytes, str]:
    """The content with its transfer encoding undone, and the encoding; none where it fails."""
    coding = part.get("content-transfer-encoding").strip().lower()
    if coding == "base64":
        try:
            plain = b64decode(re.sub(rb"\s", b"", part.content), validate=True)
        except binascii.Error:
            return part.content, ""
        return (plain, coding) if plain else (part.content, "")
    if coding == "quoted-printable":
        return quopri.decodestring(part.content), coding
    return part.content, ""
