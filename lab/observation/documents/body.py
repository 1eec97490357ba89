"""Any body → leaves: the readers are tried by what the body contains, whatever its type says.

A body is unpacked, taken apart and read as a document, one reader within another, until nothing
is left that a reader knows.  Pointers name what was undone: ``/(gzip)/(multipart)/[log]/zone``.
What no reader knows is one leaf.  All work is bounded by the shared
:class:`~lab.observation.documents.budget.Budget` of a body.
"""

from __future__ import annotations

import re

from lab.observation.documents.archive import read_archive
from lab.observation.documents.budget import Budget
from lab.observation.documents.charset import decode_text
from lab.observation.documents.event_stream import read_event_stream
from lab.observation.documents.form import flatten_form
from lab.observation.documents.grpc import read_grpc
from lab.observation.documents.json_stream import flatten_json_stream
from lab.observation.documents.leaf import Leaf
from lab.observation.documents.leaves import flatten_json
from lab.observation.documents.message_pack import read_cbor, read_message_pack
from lab.observation.documents.multipart import read_multipart
from lab.observation.documents.otlp import read_otlp
from lab.observation.documents.packed import read_packed, read_unmarked
from lab.observation.documents.piece import Piece, Reader
from lab.observation.documents.protobuf import read_protobuf
from lab.observation.parts import MessagePart
from lab.observation.text.rendering import render_bytes

__all__ = ["flatten_body", "flatten_packed"]

_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})+(?:… [0-9]+ bytes, sha256 [0-9a-f]{64})?")
_PLAIN_FORM = re.compile(r"[\w.\-\[\]%+~*]+=[^\s&]*(?:&[\w.\-\[\]%+~*]+=[^\s&]*)+")
"""At least two pairs without any white space."""

_DECLARED_BINARY = ("protobuf", "proto", "grpc", "msgpack", "cbor")


def flatten_body(body: bytes, content_type: str, target: str = "") -> list[Leaf]:
    """Return the leaves of a body.

    Args:
        body: The body, its content encodings undone.
        content_type: The value of its header; it decides only where the body does not.
        target: The path that it was sent to.
    """
    return _read(Piece(body, "", content_type, Budget(), _read, target)) if body else []


def flatten_packed(data: bytes, pointer: str, budget: Budget) -> list[Leaf]:
    """Return the leaves of bytes of a format that cannot be mistaken; none where they are of none.

    Args:
        data: The bytes.
        pointer: The pointer of the value that they were in.
        budget: How much work may be done.
    """
    piece = Piece(data, pointer, "", budget, _read)
    with budget.enter() as allowed:
        for reader in (*_MARKED, read_message_pack, read_cbor) if allowed else ():
            if leaves := reader(piece):
                return leaves
    return []


def _read(piece: Piece) -> list[Leaf]:
    if not piece.data:
        return [Leaf(MessagePart.BODY, piece.pointer, "")]
    with piece.budget.enter() as allowed:
        for reader in _choose_readers(piece) if allowed else ():
            if leaves := reader(piece):
                return leaves
    return _read_plain(piece)


def _read_text(piece: Piece) -> list[Leaf]:
    """The leaves of a structured text, or of one that is not in UTF-8."""
    decoded = decode_text(piece.data, piece.content_type)
    if decoded is None:
        return []
    leaves = _flatten_text(piece, decoded.text)
    if not decoded.charset:
        return leaves
    leaves = leaves or [Leaf(MessagePart.BODY, piece.pointer, decoded.text)]
    leaves.append(Leaf(MessagePart.WRITING, f"{piece.pointer}/(charset)", decoded.charset))
    return leaves


def _flatten_text(piece: Piece, text: str) -> list[Leaf]:
    if not piece.budget.take_leaves(text.count(",") + text.count("[") + text.count("{")):
        return []
    if leaves := flatten_json(text, piece.pointer) or flatten_json_stream(text, piece.pointer):
        return leaves
    if leaves := read_event_stream(piece, text):
        return leaves
    declared = piece.media_type == "application/x-www-form-urlencoded" and "=" in text
    if not piece.budget.take_leaves(text.count("&")):
        return []
    if declared or _PLAIN_FORM.fullmatch(text):
        return flatten_form(text, piece.pointer)
    return []


def _read_plain(piece: Piece) -> list[Leaf]:
    """A text, or bytes in hexadecimal."""
    value = render_bytes(piece.data)
    try:
        piece.data.decode()
    except UnicodeDecodeError:
        place = f"{piece.pointer}/(bytes)" if piece.pointer else ""
        return [Leaf(MessagePart.BODY, place, value)]
    leaves = [Leaf(MessagePart.BODY, piece.pointer, value)]
    if not piece.pointer and _HEXADECIMAL.fullmatch(value):
        leaves.append(Leaf(MessagePart.WRITING, "/(text)", "hexadecimal"))
    return leaves


def _choose_readers(piece: Piece) -> tuple[Reader, ...]:
    """The readers in the order in which they are tried: those with marks of their own first."""
    if any(word in piece.media_type for word in _DECLARED_BINARY):
        return (*_MARKED, *_BINARY, _read_text)
    return (*_MARKED, _read_text, *_BINARY)


_MARKED: tuple[Reader, ...] = (read_packed, read_archive, read_multipart)
_BINARY: tuple[Reader, ...] = (
    read_otlp,
    read_grpc,
    read_message_pack,
    read_cbor,
    read_protobuf,
    read_unmarked,
)
