"""JSON → (pointer, value) pairs.

A JSON document becomes one pair a leaf.  Arrays are aligned by content, not by index: an
element that is an object with a name-like member stands under that name
(``/tools/[Bash]/description``), every other element under ``*``, so that a reordered or
sampled array does not shift everything behind it.  Text that is itself JSON is followed
inside (``/metadata/user_id/(json)/account``).

Besides leaves there are two kinds of pairs about form, with a part of their own: the order
of keys, and the writing (:mod:`~lab.observation.style.serialization`,
:mod:`~lab.observation.style.escapes`). The strings as they are written are met in the order in
which the document is walked through, so each is paired with its pointer.  Numbers stay as they are
written.  A string that could be taken for another kind of value stands in quotation marks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from lab.observation.documents.leaf import (
    Leaf,
    describe_element_order,
    describe_exact_bytes,
    digest_leaves,
    join_pointer,
    label_element,
)
from lab.observation.parts import MessagePart
from lab.observation.style.escapes import STRING, describe_json_escapes
from lab.observation.style.serialization import describe_json_style, is_evenly_spaced

__all__ = [
    "flatten_documents",
    "flatten_json",
    "flatten_string",
    "flatten_translated",
    "label_value",
    "parse_first",
]

_NAMING = ("name", "event_name", "eventName", "event", "key", "id", "type", "role", "kind")
_LITERALS = frozenset({"true", "false", "null", "{}", "[]", "NaN", "Infinity", "-Infinity"})
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MARKER = re.compile(r"\*|\[.*\]|\(.*\)", re.DOTALL)
"""A member with such a name could be taken for an element, or for what a reader undid."""

_DEPTH = 64
_MOST_ARRAYS = 8
"""Arrays one in another whose elements have digests; those of the outer ones cover all."""


class _Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


class _End(NamedTuple):
    """The end of an object or array that is written down."""

    word: str


class _Object(list[tuple[str, object]]):
    """A JSON object as its members in order, duplicates included."""


_DECODER = json.JSONDecoder(
    parse_int=_Number,
    parse_float=_Number,
    parse_constant=_Number,
    object_pairs_hook=_Object,
)


def flatten_json(text: str, pointer: str = "") -> list[Leaf]:
    """The leaves of a text that is a JSON object or array, below this pointer; else none."""
    leaves: list[Leaf] = []
    if (document := _parse(text)) is not None:
        flatten_documents(leaves, pointer, text, [(pointer, document)], 0)
    return leaves


def flatten_translated(text: str, pointer: str) -> list[Leaf]:
    """The leaves of a document of another format, which was written again as this JSON."""
    return [
        leaf
        for leaf in flatten_json(text, pointer)
        if leaf.part != MessagePart.WRITING or "(json)" in leaf.pointer[len(pointer) :]
    ]


def _parse(text: str) -> object | None:
    """The document if the text is a JSON object or array, else None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        document: object = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return document


def parse_first(text: str, start: int) -> tuple[object, int] | None:
    """The JSON object or array that begins here, and where it ends; None where there is none."""
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None


class _Strings:
    """The strings of a document as they are written, each taken when it is met."""

    def __init__(self, text: str) -> None:
        self._rest = iter(STRING.findall(text))
        self.placed: list[tuple[str, str]] = []

    def take(self, pointer: str) -> None:
        """Take the next one, which stands here."""
        self.placed.append((pointer, next(self._rest)))


def flatten_documents(
    leaves: list[Leaf],
    pointer: str,
    text: str,
    items: Sequence[tuple[str, object]],
    depth: int,
) -> None:
    """Add the leaves of a text that is one document or several, each at its pointer.

    Args:
        leaves: Where the leaves are added.
        pointer: The pointer of the text.
        text: The text; all its strings are those of the documents.
        items: The documents, each with its pointer.
        depth: How many objects and arrays the text is in.
    """
    start = len(leaves)
    strings = _Strings(text)
    if len(items) == 1 and items[0][0] == pointer:
        _walk(leaves, *items[0], depth, strings)
    else:
        _elements(leaves, pointer, items, depth, strings)
    style = describe_json_style(text)
    escapes = list(describe_json_escapes(pointer, strings.placed))
    leaves.append(Leaf(MessagePart.WRITING, pointer, style))
    leaves += (Leaf(MessagePart.WRITING, *escape) for escape in escapes)
    usual = (
        len(items) == 1
        and items[0][0] == pointer
        and all(way != "mixed" and not place.endswith("/(needless)") for place, way in escapes)
    )
    if not usual or not is_evenly_spaced(text):
        octets = text.encode("utf-8", "surrogatepass")
        leaves.append(describe_exact_bytes(pointer, leaves[start:], octets))


def _walk(leaves: list[Leaf], pointer: str, value: object, depth: int, strings: _Strings) -> None:
    if depth > _DEPTH:
        leaves.append(Leaf(MessagePart.BODY, pointer, _outline(pointer, value, strings)))
    elif isinstance(value, _Object):
        if not value:
            leaves.append(Leaf(MessagePart.BODY, pointer, "{}"))
        elif len(value) > 1 or _MARKER.fullmatch(value[0][0]):
            names = "\n".join([name for name, _ in value])
            leaves.append(Leaf(MessagePart.KEY_ORDER, pointer, names))
        start = len(leaves)
        for name, member in value:
            strings.take(f"{pointer}/(name)")
            _walk(leaves, join_pointer(pointer, name), member, depth + 1, strings)
        if len({name for name, _ in value}) < len(value):
            leaves.append(
                Leaf(MessagePart.ELEMENT_ORDER, f"{pointer}/(names)", digest_leaves(leaves[start:]))
            )
    elif isinstance(value, list):
        if not value:
            leaves.append(Leaf(MessagePart.BODY, pointer, "[]"))
        items = [(f"{pointer}/{label_value(element)}", element) for element in value]
        _elements(leaves, pointer, items, depth + 1, strings)
    elif isinstance(value, _Number):
        leaves.append(Leaf(MessagePart.BODY, pointer, str(value)))
    elif isinstance(value, str):
        strings.take(pointer)
        flatten_string(leaves, pointer, value, depth)
    else:
        leaves.append(Leaf(MessagePart.BODY, pointer, json.dumps(value)))


def _elements(
    leaves: list[Leaf],
    pointer: str,
    items: Sequence[tuple[str, object]],
    depth: int,
    strings: _Strings,
) -> None:
    """The leaves of elements, each at its pointer, and the order of those that have a structure."""
    start = len(leaves)
    ends = []
    for inner, element in items:
        _walk(leaves, inner, element, depth, strings)
        ends.append(len(leaves))
    if pointer.count("/*") + pointer.count("/[") < _MOST_ARRAYS and any(
        isinstance(element, list) for _, element in items
    ):
        labels = [inner[len(pointer) + 1 :] for inner, _ in items]
        contents = [leaves[one:end] for one, end in pairwise((start, *ends))]
        leaves += describe_element_order(pointer, labels, contents)


def _outline(pointer: str, value: object, strings: _Strings) -> str:
    """What is nested too deeply to be compared by itself, a word a line."""
    words = []
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, _End):
            words.append(item.word)
        elif isinstance(item, (list, tuple)):
            first, last = ("{", "}") if isinstance(item, _Object) else ("[", "]")
            words.append(first)
            pending.append(_End(last))
            pending.extend(reversed(item))
        elif isinstance(item, _Number):
            words.append(item)
        else:
            if isinstance(item, str):
                strings.take(pointer)
            words.append(json.dumps(item))
    return "\n".join(words)


def flatten_string(leaves: list[Leaf], pointer: str, value: str, depth: int) -> None:
    """Add the leaves of a text: those of the JSON in it, or the text itself.

    Args:
        leaves: Where the leaves are added.
        pointer: The pointer of the text.
        value: The text.
        depth: How many objects and arrays it is in.
    """
    if value[:1] in ("{", "[") and len(value) > 2 and (inner := _parse(value)) is not None:
        json_pointer = f"{pointer}/(json)"
        flatten_documents(leaves, json_pointer, value, [(json_pointer, inner)], depth + 1)
    elif _is_literal(value):
        leaves.append(Leaf(MessagePart.BODY, pointer, f'"{value}"'))
    else:
        leaves.append(Leaf(MessagePart.BODY, pointer, value))


def _is_literal(value: str) -> bool:
    """Whether a string would be taken for another kind of value, or for one in quotation marks."""
    return (
        value in _LITERALS
        or _NUMBER.fullmatch(value) is not None
        or (len(value) > 1 and value[0] == value[-1] == '"')
    )


def label_value(element: object) -> str:
    """How an array's element is named in a pointer."""
    if isinstance(element, _Object):
        members = dict(element)
        for name in _NAMING:
            value = members.get(name)
            if isinstance(value, str) and not isinstance(value, _Number):
                label = label_element(value)
                if label != "*":
                    return label
    return "*"
