"""MessagePack and CBOR → the leaves of the same document in JSON.

A document is a map with a text among its keys; anything else counts only where the content type
says so, because a few random bytes are a valid document of either format.  What JSON has not is
written in its own way: bytes as hexadecimal, a key that is no text as its JSON, a tag or an
extension as an object.  How numbers and lengths are encoded is compared by ``exact bytes``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from lab.observation.documents.cbor import CborError, Tag, Undefined, parse_cbor
from lab.observation.documents.leaf import Leaf, describe_exact_bytes
from lab.observation.documents.leaves import flatten_translated
from lab.observation.documents.piece import Piece

__all__ = ["read_cbor", "read_message_pack"]

_LONGEST = 8 << 20


def read_message_pack(piece: Piece) -> list[Leaf]:
    """The leaves of a MessagePack document; none where the piece is none."""
    return _read(piece, "msgpack", _parse_message_pack)


def read_cbor(piece: Piece) -> list[Leaf]:
    """The leaves of a CBOR document (RFC 8949); none where the piece is none."""
    return _read(piece, "cbor", parse_cbor)


def _parse_message_pack(data: bytes) -> object:
    return msgspec.msgpack.decode(data)


def _read(piece: Piece, name: str, parse: Callable[[bytes], object]) -> list[Leaf]:
    said = name in piece.media_type
    if len(piece.data) > _LONGEST or not piece.budget.take_leaves(len(piece.data) // 8):
        return []
    try:
        document = parse(piece.data)
    except (msgspec.DecodeError, CborError, RecursionError, ValueError, TypeError):
        return []
    while isinstance(document, Tag) and isinstance(document.value, (dict, Tag)):
        document = document.value
    if not _is_document(document, said=said):
        return []
    pointer = f"{piece.pointer}/({name})"
    try:
        leaves = flatten_translated(json.dumps(_simplify(document)), pointer)
    except RecursionError:
        return []
    if not leaves:
        return []
    leaves.append(describe_exact_bytes(pointer, leaves, piece.data))
    return leaves


def _is_document(document: object, *, said: bool) -> bool:
    if isinstance(document, dict):
        return said or any(
            isinstance(key, str) and len(key) > 1 and key.isprintable() for key in document
        )
    return said and isinstance(document, list)


def _simplify(value: Any) -> Any:
    """The value in the types of JSON."""
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else f"({json.dumps(_simplify(key))})": _simplify(member)
            for key, member in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_simplify(element) for element in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"(bytes)": bytes(value).hex()}
    if isinstance(value, msgspec.msgpack.Ext):
        return {"(extension)": value.code, "(bytes)": bytes(value.data).hex()}
    if isinstance(value, Tag):
        return {"(tag)": value.number, "(value)": _simplify(value.value)}
    if isinstance(value, datetime):
        return {"(time)": value.isoformat()}
    if isinstance(value, Undefined):
        return {"(undefined)": value.number}
    return value
