"""What a server of the lab answers: a value, written out by the HTTP layers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

__all__ = ["Response", "make_event_stream", "make_json_response", "to_compact_json"]

Headers = tuple[tuple[str, str], ...]


class Response(msgspec.Struct, frozen=True):
    """An answer.  ``pieces`` is the body; ``stream`` sends it chunked, one chunk a piece.

    Header names are lower case; framing headers are the HTTP layers' business.
    """

    status: int
    headers: Headers = ()
    pieces: tuple[bytes, ...] = ()
    stream: bool = False

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)


def to_compact_json(value: Any) -> bytes:
    """Return JSON without spaces, as servers write it."""
    return json.dumps(value, separators=(",", ":")).encode()


def make_json_response(value: Any, status: int = 200, headers: Headers = ()) -> Response:
    """Answer with a JSON document.

    Args:
        value: The document.
        status: The HTTP status.
        headers: Further headers.
    """
    return Response(
        status, (("content-type", "application/json"), *headers), (to_compact_json(value),)
    )


def make_event_stream(
    messages: Iterable[tuple[str | None, Any]], headers: Headers = ()
) -> Response:
    """Answer with server-sent events (WHATWG HTML, 9.2): pairs of event name and data.

    Data that is a string is sent as it stands, anything else as JSON.
    """
    pieces = []
    for name, value in messages:
        data = value.encode() if isinstance(value, str) else to_compact_json(value)
        head = b"" if name is None else b"event: " + name.encode() + b"\n"
        pieces.append(head + b"data: " + data + b"\n\n")
    return Response(
        200,
        (
            ("content-type", "text/event-stream; charset=utf-8"),
            ("cache-control", "no-cache"),
            *headers,
        ),
        tuple(pieces),
        stream=True,
    )
