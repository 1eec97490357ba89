"""Any body → leaves: the readers are tried by what the body contains, whatever its type says.

A body is unpacked, taken apart and read as a document, one reader within another, until nothing
is left that a reader knows.  Pointers name what was undone: ``/(gzip)/(multipart)/[log]/zone``.
What no reader knows is one leaf.  All work is bounded by the shared
:class:`~lab.observation.documents.budget.Budget` of a body.
"""

from __future__ import annotations

import re

from lab.observation.documents.budget import Budget
from lab.observation.documents.form import flatten_form
from lab.observation.documents.leaf import Leaf
from lab.observation.documents.leaves import flatten_json, flatten_json_lines
from lab.observation.documents.multipart import read_multipart
from lab.observation.documents.packing import read_packed
from lab.observation.documents.piece import Piece, Reader
from lab.observation.parts import MessagePart
from lab.observation.text.rendering import render_bytes

__all__ = ["flatten_body"]

_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})+(?:… [0-9]+ bytes, sha256 [0-9a-f]{64})?")


def flatten_body(body: bytes, content_type: str) -> list[Leaf]:
    """The leaves of a body.

    Args:
        body: The body, its content encodings undone.
        content_type: The value of its header; it decides only where the body does not.
    """
    return _read(Piece(body, "", content_type, Budget(), _read)) if body else []


def _read(piece: Piece) -> list[Leaf]:
    if not piece.data:
        return [Leaf(MessagePart.BODY, piece.pointer, "")]
    with piece.budget.enter() as allowed:
        for reader in _READERS if allowed else ():
            if leaves := reader(piece):
                return leaves
    return _read_plain(piece)


def _read_text(piece: Piece) -> list[Leaf]:
    """The leaves of a structured text."""
    try:
        text = piece.data.decode()
    except UnicodeDecodeError:
        return []
    if not piece.budget.take_leaves(text.count(",") + text.count("[") + text.count("{")):
        return []
    if leaves := flatten_json(text, piece.pointer) or flatten_json_lines(text, piece.pointer):
        return leaves
    if piece.media_type == "application/x-www-form-urlencoded" and "=" in text:
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


_READERS: tuple[Reader, ...] = (read_packed, read_multipart, _read_text)
"""In the order in which they are tried: what begins with bytes of its own comes first."""
