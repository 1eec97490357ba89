"""A leaf of a document: one value at one pointer."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lab.observation.parts import MessagePart

__all__ = [
    "Leaf",
    "describe_element_order",
    "describe_exact_bytes",
    "digest_leaves",
    "escape_name",
    "join_pointer",
    "label_element",
]

_NAME = re.compile(r"[A-Za-z_$@.][\w.:/ $@-]{0,63}")
_UNNAMED = re.compile(r"\d{4}|[0-9a-fA-F]{8}")
_DIGITS = 8


class Leaf(NamedTuple):
    """One value at one pointer.

    ``part`` is ``body`` for what the document says, ``packing`` for what a wrapping says, or how
    it is written: ``key order``, ``element order``, ``writing``, ``exact bytes``.  The value of an
    order is names, one a line.
    """

    part: MessagePart
    pointer: str
    value: str


def join_pointer(pointer: str, name: str) -> str:
    """The pointer of a member."""
    return f"{pointer}/{escape_name(name)}"


def escape_name(name: str) -> str:
    """A name as one word of a JSON pointer (RFC 6901)."""
    if "/" not in name and "~" not in name:
        return name
    return name.replace("~", "~0").replace("/", "~1")


def label_element(name: str | None) -> str:
    """The word of a pointer for an element with this name: ``*`` without one, or a made-up one."""
    if name is None or not _NAME.fullmatch(name) or _UNNAMED.search(name):
        return "*"
    return f"[{escape_name(name)}]"


def describe_element_order(
    pointer: str, labels: Sequence[str], contents: Sequence[Sequence[Leaf]]
) -> list[Leaf]:
    """Return the order of an array's elements.

    Named elements are listed by name, those that share one are numbered.  Elements without
    a name of their own are listed once more, by digests of what they contain: a leaf below ``*``
    can so be assigned to its element.

    Args:
        pointer: The pointer of the array.
        labels: The word of the pointer for each element.
        contents: The leaves of each element.
    """
    leaves = []
    shared = {label for label, number in Counter(labels).items() if number > 1} | {"*"}
    if set(labels) != {"*"}:
        names = "\n".join(_number_labels(labels))
        leaves.append(Leaf(MessagePart.ELEMENT_ORDER, pointer, names))
    alike = [
        digest_leaves(inner)
        for label, inner in zip(labels, contents, strict=True)
        if label in shared
    ]
    if alike:
        leaves.append(Leaf(MessagePart.ELEMENT_ORDER, f"{pointer}/*", "\n".join(alike)))
    return leaves


def _number_labels(labels: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for label in labels:
        seen[label] += 1
        names.append(label if seen[label] == 1 else f"{label} {seen[label]}")
    return names


def describe_exact_bytes(pointer: str, leaves: Iterable[Leaf], data: bytes) -> Leaf:
    """Return the leaf that differs where other bytes have the same leaves.

    A reader adds it to leaves from which the bytes cannot be written again.

    Args:
        pointer: The pointer of the document.
        leaves: What is compared of it elsewhere.
        data: The bytes.
    """
    digest = hashlib.blake2b(data, digest_size=_DIGITS).hexdigest()
    return Leaf(MessagePart.EXACT_BYTES, pointer, f"{digest_leaves(leaves)} {digest}")


def digest_leaves(leaves: Iterable[Leaf]) -> str:
    """A digest of leaves in their order."""
    state = hashlib.blake2b(digest_size=_DIGITS)
    for leaf in leaves:
        for text in leaf:
            octets = text.encode("utf-8", "surrogatepass")
            state.update(len(octets).to_bytes(8, "big"))
            state.update(octets)
    return state.hexdigest()
