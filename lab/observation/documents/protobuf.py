"""Protocol buffers → leaves by field number, without a schema.

Only the wire types are read (Protocol Buffers, Encoding).  A number is written in decimal, because
nothing says whether it is signed.  A field with a length is a message, text or bytes: it is read
as a message where it is one, and is no text, in *all* messages at its place.  So one message more
that happens to look like something else changes no pointer of the others.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from lab.observation.documents.leaf import Leaf, describe_exact_bytes
from lab.observation.documents.leaves import flatten_translated
from lab.observation.documents.piece import Piece
from lab.observation.documents.varint import read_varint
from lab.observation.parts import MessagePart
from lab.observation.text.rendering import render_bytes

__all__ = ["Field", "parse_message", "read_protobuf"]

Field = tuple[int, int, int | bytes]
"""Number, wire type and value."""

_Path = tuple[int, ...]
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_WIRE_TYPES = {_VARINT: "varint", _FIXED64: "64 bits", _LENGTH: "bytes", _FIXED32: "32 bits"}
_MOST_FIELDS = 20_000
_DEEPEST = 16
_HIGHEST_GUESSED = 999
"""Field numbers above are not expected where nothing says that there is a message."""

_LONGEST_IDENTIFIER = 32
_SHORTEST_WORD = 3
_LARGEST_LIKELY = 1 << 42
"""A time in milliseconds is less."""

_MEDIA = ("protobuf", "proto", "grpc")


def read_protobuf(piece: Piece) -> list[Leaf]:
    """The leaves of a message; none where the piece is none.

    Where no header says that it is a message, the bytes stay a leaf beside its leaves.
    """
    said = any(word in piece.media_type for word in _MEDIA)
    fields = parse_message(piece.data, guessed=not said)
    if not fields:
        return []
    if not said and (len(fields) < 2 or _is_text(piece.data) or not _is_likely(fields)):
        return []
    if not piece.budget.take_leaves(len(piece.data) // 2):
        return []
    messages = _find_messages(fields)
    pointer = f"{piece.pointer}/(protobuf)"
    leaves = flatten_translated(_write_message(fields, (), messages), pointer)
    wires = sorted(set(_list_wires(fields, (), messages)))
    leaves += (
        Leaf(MessagePart.WRITING, f"{pointer}/{place}/(wire)", wire) for place, wire in wires
    )
    leaves.append(describe_exact_bytes(pointer, leaves, piece.data))
    if not said:
        place = f"{piece.pointer}/(bytes)" if piece.pointer else ""
        leaves.append(Leaf(MessagePart.BODY, place, render_bytes(piece.data)))
    return leaves


def parse_message(data: bytes, *, guessed: bool = False) -> list[Field] | None:
    """Return the fields of a message in order; None where the bytes are none.

    Args:
        data: The bytes.
        guessed: Nothing says that this is a message: only what an encoder writes counts.
    """
    fields: list[Field] = []
    offset = last = 0
    while offset < len(data):
        tag, offset = read_varint(data, offset, strict=guessed)
        number, wire = tag >> 3, tag & 7
        if offset < 0 or not 0 < number < 1 << 29 or len(fields) == _MOST_FIELDS:
            return None
        if guessed and (number > _HIGHEST_GUESSED or number < last):
            return None
        last = number
        value: int | bytes
        if wire == _VARINT:
            value, offset = read_varint(data, offset, strict=guessed)
            if offset < 0:
                return None
        elif wire in (_FIXED64, _FIXED32):
            end = offset + (8 if wire == _FIXED64 else 4)
            value = int.from_bytes(data[offset:end], "little")
            offset = end
        elif wire == _LENGTH:
            size, offset = read_varint(data, offset, strict=guessed)
            if offset < 0:
                return None
            value = data[offset : offset + size]
            offset += size
        else:
            return None
        fields.append((number, wire, value))
    return fields if offset == len(data) else None


def _find_messages(fields: Sequence[Field]) -> frozenset[_Path]:
    """The paths at which all values are messages."""
    found: set[_Path] = set()
    level: dict[_Path, list[Sequence[Field]]] = {(): [fields]}
    for _ in range(_DEEPEST):
        values: dict[_Path, list[bytes]] = defaultdict(list)
        for path, messages in level.items():
            for message in messages:
                for number, _, value in message:
                    if isinstance(value, bytes) and value:
                        values[*path, number].append(value)
        level = {}
        for path, here in values.items():
            if all(map(_is_text, here)):
                continue
            parsed: list[Sequence[Field]] = [
                parse_message(value, guessed=True) or () for value in here
            ]
            if all(map(_is_likely, parsed)):
                level[path] = parsed
        found |= level.keys()
    return frozenset(found)


def _is_likely(fields: Sequence[Field]) -> bool:
    """Whether fields are those of a message, and no random identifier by chance.

    A long one hardly is, nor one with a word in it.  Of the others that are taken for a message
    by chance, most have numbers of a fixed size, large numbers or bytes.
    """
    size = sum(2 + len(value) if isinstance(value, bytes) else 4 for _, _, value in fields)
    if size > _LONGEST_IDENTIFIER or any(
        isinstance(value, bytes) and len(value) >= _SHORTEST_WORD and _is_text(value)
        for _, _, value in fields
    ):
        return True
    return bool(fields) and all(
        (_is_text(value) or _is_likely(parse_message(value, guessed=True) or ()))
        if isinstance(value, bytes)
        else wire == _VARINT and value < _LARGEST_LIKELY
        for _, wire, value in fields
    )


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return text.isprintable() or not any(mark < " " and mark not in "\t\r\n" for mark in text)


def _write_message(fields: Sequence[Field], path: _Path, messages: frozenset[_Path]) -> str:
    """A message as JSON, each occurrence of a field a member."""
    members = []
    for number, _, value in fields:
        inner = (*path, number)
        if isinstance(value, int):
            text = str(value)
        elif inner in messages and value:
            text = _write_message(parse_message(value, guessed=True) or (), inner, messages)
        else:
            text = json.dumps(render_bytes(value))
        members.append(f'"{number}":{text}')
    return "{" + ",".join(members) + "}"


def _list_wires(
    fields: Sequence[Field], path: _Path, messages: frozenset[_Path]
) -> Iterator[tuple[str, str]]:
    for number, wire, value in fields:
        inner = (*path, number)
        yield "/".join(map(str, inner)), _WIRE_TYPES[wire]
        if isinstance(value, bytes) and inner in messages:
            yield from _list_wires(parse_message(value, guessed=True) or (), inner, messages)
