"""Structured bodies → (pointer, value) pairs.

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
from typing import NamedTuple

from lab.observation.parts import MessagePart
from lab.observation.style.escapes import STRING, describe_form_escapes, describe_json_escapes
from lab.observation.style.serialization import (
    describe_form_style,
    describe_json_style,
    parse_form,
    parse_written_form,
)
from lab.observation.text.rendering import render_bytes

__all__ = ["Leaf", "flatten_body", "flatten_form", "flatten_json", "join_pointer"]

_NAMING = ("name", "event_name", "eventName", "event", "key", "id", "type", "role", "kind")
_NAME = re.compile(r"[A-Za-z_$@.][\w.:/ $@-]{0,63}")
_UNNAMED = re.compile(r"\d{4}|[0-9a-fA-F]{8}")
_LITERALS = frozenset({"true", "false", "null", "{}", "[]", "NaN", "Infinity", "-Infinity"})
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DEPTH = 64


class Leaf(NamedTuple):
    """One value at one pointer; ``part`` is ``body``, ``key order`` or ``writing``.

    The value of a ``key order`` is the names, one a line.
    """

    part: MessagePart
    pointer: str
    value: str


class _Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


class _Object(list[tuple[str, object]]):
    """A JSON object as its members in order, duplicates included."""


def flatten_body(body: bytes, content_type: str) -> list[Leaf]:
    """The leaves of a body: JSON, several JSON documents a line each, a form, text or bytes.

    A body that is called a form is read as one where it can be: Python's urllib and curl call every
    body a form that has no other type.
    """
    if not body:
        return []
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return [Leaf(MessagePart.BODY, "", render_bytes(body))]
    if leaves := flatten_json(text):
        return leaves
    lines = [line for line in text.split("\n") if line.strip()]
    documents = [_parse(line) for line in lines]
    if len(documents) > 1 and all(item is not None for item in documents):
        items = [("/" + _label(item), item) for item in documents]
        leaves = []
        _document(leaves, "", text, items, 0)
        return leaves
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded" and "=" in text:
        return flatten_form(text)
    return [Leaf(MessagePart.BODY, "", text)]


def flatten_form(text: str, pointer: str = "") -> list[Leaf]:
    """The leaves of a form or a query, below this pointer."""
    pairs = parse_form(text)
    leaves = [
        Leaf(MessagePart.KEY_ORDER, pointer, "\n".join(name for name, _ in pairs)),
        Leaf(MessagePart.WRITING, pointer, describe_form_style(text)),
        *(
            Leaf(MessagePart.WRITING, *escape)
            for escape in describe_form_escapes(pointer, parse_written_form(text))
        ),
    ]
    for name, value in pairs:
        _string(leaves, join_pointer(pointer, name), value, 0)
    return leaves


def flatten_json(text: str, pointer: str = "") -> list[Leaf]:
    """The leaves of a text that is a JSON object or array, below this pointer; else none."""
    leaves: list[Leaf] = []
    if (document := _parse(text)) is not None:
        _document(leaves, pointer, text, [(pointer, document)], 0)
    return leaves


def join_pointer(pointer: str, name: str) -> str:
    """The pointer of a member."""
    return f"{pointer}/{_escape(name)}"


def _parse(text: str) -> object | None:
    """The document if the text is a JSON object or array, else None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        document: object = json.loads(
            text,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
            object_pairs_hook=_Object,
        )
    except (ValueError, RecursionError):
        return None
    return document


class _Strings:
    """The strings of a document as they are written, each taken when it is met."""

    def __init__(self, text: str) -> None:
        self._rest = iter(STRING.findall(text))
        self.placed: list[tuple[str, str]] = []

    def take(self, pointer: str) -> None:
        """Take the next one, which stands here."""
        self.placed.append((pointer, next(self._rest)))


def _document(
    leaves: list[Leaf],
    pointer: str,
    text: str,
    items: Sequence[tuple[str, object]],
    depth: int,
) -> None:
    """The leaves of a text that is one document or several, each at its pointer."""
    strings = _Strings(text)
    for inner, item in items:
        _walk(leaves, inner, item, depth, strings)
    leaves.append(Leaf(MessagePart.WRITING, pointer, describe_json_style(text)))
    leaves += (
        Leaf(MessagePart.WRITING, *escape)
        for escape in describe_json_escapes(pointer, strings.placed)
    )


def _walk(leaves: list[Leaf], pointer: str, value: object, depth: int, strings: _Strings) -> None:
    if depth > _DEPTH:
        leaves.append(Leaf(MessagePart.BODY, pointer, _outline(pointer, value, strings)))
    elif isinstance(value, _Object):
        if not value:
            leaves.append(Leaf(MessagePart.BODY, pointer, "{}"))
        elif len(value) > 1:
            names = "\n".join([name for name, _ in value])
            leaves.append(Leaf(MessagePart.KEY_ORDER, pointer, names))
        for name, member in value:
            strings.take(f"{pointer}/(name)")
            _walk(leaves, f"{pointer}/{_escape(name)}", member, depth + 1, strings)
    elif isinstance(value, list):
        if not value:
            leaves.append(Leaf(MessagePart.BODY, pointer, "[]"))
        for element in value:
            _walk(leaves, f"{pointer}/{_label(element)}", element, depth + 1, strings)
    elif isinstance(value, _Number):
        leaves.append(Leaf(MessagePart.BODY, pointer, str(value)))
    elif isinstance(value, str):
        strings.take(pointer)
        _string(leaves, pointer, value, depth)
    else:
        leaves.append(Leaf(MessagePart.BODY, pointer, json.dumps(value)))


def _outline(pointer: str, value: object, strings: _Strings) -> str:
    """Names and values of what is nested too deeply to be compared by itself, one a line."""
    words = []
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, (list, tuple)):
            pending.extend(reversed(item))
            words.append("{" if isinstance(item, _Object) else "[")
            continue
        if isinstance(item, str) and not isinstance(item, _Number):
            strings.take(pointer)
        words.append(item if isinstance(item, str) else json.dumps(item))
    return "\n".join(words)


def _string(leaves: list[Leaf], pointer: str, value: str, depth: int) -> None:
    if value[:1] in ("{", "[") and len(value) > 2 and (inner := _parse(value)) is not None:
        json_pointer = f"{pointer}/(json)"
        _document(leaves, json_pointer, value, [(json_pointer, inner)], depth + 1)
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


def _label(element: object) -> str:
    """How an array's element is named in a pointer."""
    if isinstance(element, _Object):
        members = dict(element)
        for name in _NAMING:
            value = members.get(name)
            if (
                isinstance(value, str)
                and not isinstance(value, _Number)
                and _NAME.fullmatch(value)
                and not _UNNAMED.search(value)
            ):
                return f"[{_escape(value)}]"
    return "*"


def _escape(name: str) -> str:
    if "/" not in name and "~" not in name:
        return name
    return name.replace("~", "~0").replace("/", "~1")
