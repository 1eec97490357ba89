"""Headers and JSON bodies of HTTP requests, read to decide an answer.

What is recorded stays as it was sent.  Content encodings are undone by
:mod:`lab.observation.content_encoding`, as in the comparison of trials.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

__all__ = ["get_header", "is_upgrade", "parse_json"]


def get_header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """Return the first value of a header, or None; ``name`` is in lower case."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None


def is_upgrade(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Say whether a request's headers ask to become a WebSocket."""
    known = tuple(headers)
    upgrade = get_header(known, b"upgrade") or b""
    return upgrade.lower() == b"websocket" and get_header(known, b"sec-websocket-key") is not None


def parse_json(body: bytes | None) -> Any:
    """Return the JSON value, or None where there is none.

    The standard library's parser is used because JavaScript clients send lone surrogates, which
    stricter parsers refuse.
    """
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
