"""Documents inside of single values: in headers, cookies, queries, segments of paths.

A value is often a document in a wrapping: base64 of JSON, a token of several such pieces with
dots between (RFC 7519), JSON that is percent-encoded, a list of names and values.  As a whole
it changes with every time and every id in it, and says nothing; its leaves can be compared one
by one.  They are listed beside the whole, under pointers that name what was undone:
``/Bearer/1/(base64)/zone``.  What holds no document has none.

Every step reads its text once, and only so many steps are taken one within another.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from urllib.parse import unquote

from lab.observation.documents.body import flatten_packed
from lab.observation.documents.budget import Budget
from lab.observation.documents.form import flatten_form
from lab.observation.documents.leaf import Leaf, join_pointer
from lab.observation.documents.leaves import flatten_json
from lab.observation.parts import MessagePart

__all__ = ["find_embedded_leaves"]

_DEEPEST = 5
_LONGEST = 1 << 20
_MOST_ITEMS = 256
_MOST_UNPACKED = 1 << 20
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,31}) +(\S.*)", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
_STANDARD = str.maketrans("-_", "+/")
_BETWEEN = re.compile(r"[.:~|]")
_MOST_PIECES = 8
_NAME = re.compile(r"\s*([A-Za-z0-9_.$@-]{1,64})")
_SEPARATORS = (";", ",")


def find_embedded_leaves(
    value: str, *, pairs: bool = False, budget: Budget | None = None
) -> list[Leaf]:
    """Return the leaves of the document that a value holds, behind the value's own pointer.

    Args:
        value: The value.
        pairs: Whether a single name and value is a list of such, as in a cookie.
        budget: How much may be unpacked; by default as much as for one header.
    """
    leaves: list[Leaf] = []
    if len(value) <= _LONGEST:
        _open(leaves, "", value.strip(), 0, 1 if pairs else 2)
    if not leaves and (data := _unbase64(value.strip())):
        leaves += flatten_packed(data, "/(base64)", budget or Budget(_MOST_UNPACKED))
    return leaves


def _open(leaves: list[Leaf], pointer: str, text: str, depth: int, least: int = 2) -> bool:
    """Add the leaves of what a text holds; whether it holds anything."""
    if depth > _DEEPEST or len(text) < 3:
        return False
    before = len(leaves)
    if text[0] in "{[":
        leaves += flatten_json(text, f"{pointer}/(json)")
    if len(leaves) == before:
        _open_pairs(leaves, pointer, text, depth, least)
    if len(leaves) == before and "%" in text and (plain := unquote(text)) != text:
        _open(leaves, f"{pointer}/(percent)", plain, depth + 1)
    if len(leaves) == before and (found := _SCHEME.fullmatch(text)):
        _open_credentials(leaves, f"{pointer}/{found[1]}", found[2], depth)
    if len(leaves) == before and (plain := _decode(_unbase64(text))):
        _open(leaves, f"{pointer}/(base64)", plain, depth + 1)
    if len(leaves) == before:
        _open_pieces(leaves, pointer, text, depth)
    return len(leaves) > before


def _open_pairs(leaves: list[Leaf], pointer: str, text: str, depth: int, least: int) -> None:
    """A form, or names and values with semicolons or commas between."""
    if "=" not in text:
        return
    if "&" in text and not re.search(r"\s", text):
        pieces = text.split("&")
        if len(pieces) <= _MOST_ITEMS and all(
            (found := _NAME.match(piece)) and piece[found.end() :].startswith("=")
            for piece in pieces
        ):
            leaves += flatten_form(text, f"{pointer}/(form)")
        return
    for separator in _SEPARATORS:
        items = text.split(separator, _MOST_ITEMS)
        pairs = [
            (found[1], item[found.end() + 1 :])
            for item in items
            if (found := _NAME.match(item)) and item[found.end() :].startswith("=")
        ]
        if len(pairs) == len(items) >= least:
            leaves.append(
                Leaf(MessagePart.KEY_ORDER, pointer, "\n".join(name for name, _ in pairs))
            )
            for name, value in pairs:
                member = join_pointer(pointer, name)
                leaves.append(Leaf(MessagePart.BODY, member, value))
                _open(leaves, member, value.strip(), depth + 1)
            return


def _open_credentials(leaves: list[Leaf], pointer: str, text: str, depth: int) -> None:
    """What follows the name of a scheme; of the basic one it is text (RFC 7617)."""
    plain = _decode(_unbase64(text)) if pointer.lower().endswith("/basic") else ""
    if plain.isprintable() and ":" in plain:
        user, _, password = plain.partition(":")
        leaves.append(Leaf(MessagePart.BODY, f"{pointer}/user", user))
        leaves.append(Leaf(MessagePart.BODY, f"{pointer}/password", password))
        _open(leaves, f"{pointer}/user", user, depth + 1)
        _open(leaves, f"{pointer}/password", password, depth + 1)
    else:
        _open(leaves, pointer, text, depth + 1)


def _open_pieces(leaves: list[Leaf], pointer: str, text: str, depth: int) -> None:
    """A token of several pieces, of which at least one holds a document."""
    pieces = _BETWEEN.split(text, _MOST_PIECES)
    if not 1 < len(pieces) <= _MOST_PIECES:
        return
    opened = [
        _open(leaves, f"{pointer}/{number}", piece, depth + 1)
        for number, piece in enumerate(pieces)
    ]
    if any(opened):
        leaves.extend(
            Leaf(MessagePart.BODY, f"{pointer}/{number}", piece)
            for number, (piece, inside) in enumerate(zip(pieces, opened, strict=True))
            if not inside
        )


def _unbase64(text: str) -> bytes:
    """The bytes that base64 of either alphabet stands for, or none."""
    if len(text) > _LONGEST or not _BASE64.fullmatch(text):
        return b""
    digits = text.rstrip("=").translate(_STANDARD)
    try:
        return b64decode(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        return b""


def _decode(data: bytes) -> str:
    """The text that bytes are, or nothing."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""
