"""HTTP/2 frames (RFC 9113, 4 and 6): split, with their padding and priority taken off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = [
    "CONTINUATION",
    "DATA",
    "END_HEADERS",
    "END_STREAM",
    "FRAME_NAMES",
    "GOAWAY",
    "HEADERS",
    "PADDED",
    "PING",
    "PREFACE",
    "PRIORITY",
    "RST_STREAM",
    "SETTINGS",
    "WINDOW_UPDATE",
    "Frame",
    "describe_priority",
    "split_frames",
    "strip",
]

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, _PUSH, PING, GOAWAY = range(8)
WINDOW_UPDATE, CONTINUATION = 8, 9
FRAME_NAMES = {
    DATA: "DATA", HEADERS: "HEADERS", PRIORITY: "PRIORITY", RST_STREAM: "RST_STREAM",
    SETTINGS: "SETTINGS", PING: "PING", GOAWAY: "GOAWAY", WINDOW_UPDATE: "WINDOW_UPDATE",
    CONTINUATION: "CONTINUATION",
}  # fmt: skip
END_STREAM, ACK, END_HEADERS, PADDED, _PRIORITY = 1, 1, 4, 8, 0x20
_HEAD = 9
_KNOWN_FLAGS = {
    DATA: END_STREAM | PADDED,
    HEADERS: END_STREAM | END_HEADERS | PADDED | _PRIORITY,
    SETTINGS: ACK,
    PING: ACK,
    CONTINUATION: END_HEADERS,
}


class Frame(NamedTuple):
    """A whole frame from ``start`` to ``end``."""

    start: int
    end: int
    kind: int
    flags: int
    reserved: bool
    stream: int
    payload: bytes

    @property
    def name(self) -> str:
        """The name of its type."""
        return FRAME_NAMES.get(self.kind, f"type {self.kind:02x}")

    @property
    def unknown_flags(self) -> int:
        """The flags that its type does not define."""
        return self.flags & ~_KNOWN_FLAGS.get(self.kind, 0)


def split_frames(data: bytes, at: int) -> Iterator[Frame]:
    """Yield the whole frames that begin at ``at``; what is behind them begins no whole frame."""
    while len(data) >= at + _HEAD:
        end = at + _HEAD + int.from_bytes(data[at : at + 3])
        if len(data) < end:
            return
        stream = int.from_bytes(data[at + 5 : at + 9])
        yield Frame(
            at, end, data[at + 3], data[at + 4], stream >> 31 == 1, stream & 0x7FFFFFFF,
            data[at + _HEAD : end],
        )  # fmt: skip
        at = end


def strip(frame: Frame) -> tuple[bytes, bytes | None, bytes] | None:
    """Return contents, padding and priority of a DATA or HEADERS frame.

    Padding is None where the frame has none.  None for a frame that contradicts itself.
    """
    payload, padding = frame.payload, None
    if frame.flags & PADDED:
        if not payload or len(payload) < 1 + payload[0]:
            return None
        end = len(payload) - payload[0]
        payload, padding = payload[1:end], payload[end:]
    priority = b""
    if frame.kind == HEADERS and frame.flags & _PRIORITY:
        if len(payload) < 5:
            return None
        payload, priority = payload[5:], payload[:5]
    return payload, padding, priority


def describe_priority(data: bytes) -> str:
    """The words for the five bytes of a priority."""
    parent = int.from_bytes(data[:4])
    exclusive = ", exclusive" if parent >> 31 else ""
    return f"weight {data[4] + 1}, below stream {parent & 0x7FFFFFFF}{exclusive}"
