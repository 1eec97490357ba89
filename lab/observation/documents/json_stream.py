"""Several JSON documents in one text → the leaves of each.

They stand one a line (NDJSON), behind record separators (RFC 7464), simply one after another, or
between lines of another kind, as in a log.  A document with something behind it is such a text
too.  Each document stands under its name, like an element of an array; what is no document is
under ``(text)``.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from lab.observation.documents.leaf import Leaf, describe_element_order, describe_exact_bytes
from lab.observation.documents.leaves import flatten_documents, label_value, parse_first
from lab.observation.parts import MessagePart

__all__ = ["flatten_json_stream"]

_SPACE = re.compile(r"[\s\x1e]*")
_LINE = re.compile(r"[^\n]*")
_MOST_FAILURES = 64
_MOST_ITEMS = 50_000


class _Item(NamedTuple):
    """A document, or a line that is none, as it is written."""

    written: str
    document: object = None


def flatten_json_stream(text: str, pointer: str = "") -> list[Leaf]:
    """The leaves of a text that begins with a JSON object, or of which JSON is at least half."""
    items, spaces = _split(text)
    size = sum(len(item.written) for item in items if item.document is not None)
    begins = items[0].document if items else None
    if not size or (2 * size < len(text) and not (text.lstrip()[:1] == "{" and begins)):
        return []
    documents = [item for item in items if item.document is not None]
    single = len(documents) == 1 and bool(begins)
    labels = [
        "(text)" if item.document is None else "" if single else label_value(item.document)
        for item in items
    ]
    placed = [
        (f"{pointer}/{label}" if label else pointer, item.document)
        for label, item in zip(labels, items, strict=True)
        if item.document is not None
    ]
    leaves: list[Leaf] = []
    flatten_documents(leaves, pointer, "\n".join(item.written for item in documents), placed, 0)
    contents = []
    for item in items:
        is_text = item.document is None
        own = [Leaf(MessagePart.BODY, f"{pointer}/(text)", item.written)] if is_text else []
        contents.append(own)
        leaves += own
    if len(documents) < len(items):
        leaves += describe_element_order(f"{pointer}/(lines)", labels, contents)
    between = json.dumps([sorted(set(spaces[1:-1])), spaces[0], spaces[-1]])
    leaves.append(Leaf(MessagePart.WRITING, f"{pointer}/(lines)", between))
    octets = text.encode("utf-8", "surrogatepass")
    leaves.append(describe_exact_bytes(f"{pointer}/(lines)", leaves, octets))
    return leaves


def _split(text: str) -> tuple[list[_Item], list[str]]:
    """The documents and other lines of a text, and the white space around them."""
    items: list[_Item] = []
    spaces: list[str] = []
    offset = failures = 0
    while len(items) < _MOST_ITEMS and failures < _MOST_FAILURES:
        space = _SPACE.match(text, offset)
        start = space.end() if space else offset
        spaces.append(text[offset:start])
        offset = start
        if offset == len(text):
            return items, spaces
        found = parse_first(text, offset) if text[offset] in "{[" else None
        if found:
            document, end = found
            items.append(_Item(text[offset:end], document))
        else:
            failures += text[offset] in "{["
            line = _LINE.match(text, offset)
            end = line.end() if line else len(text)
            items.append(_Item(text[offset:end]))
        offset = end
    return [*items, _Item(text[offset:])], [*spaces, "", ""]
