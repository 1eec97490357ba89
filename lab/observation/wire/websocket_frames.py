"""The frames of a WebSocket (RFC 6455, 5): what of them is no message.

Control frames have contents of their own.  A message can be cut into frames anywhere, and each
frame is masked with a key that the client chooses.  The payload of a message is understood where
a record of the message holds it; compressed payload (RFC 7692) is understood by its record alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lab.observation.parts import MessagePart
from lab.observation.records import WebSocketMessage
from lab.observation.text.rendering import render_bytes
from lab.observation.wire.reading import Reading, describe_sizes

__all__ = ["Frame", "read_websocket", "split_frames", "unmask"]

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_CONTROL = {CLOSE: "close", PING: "ping", PONG: "pong"}
_COMPRESSED = 0x40
_LONGEST_SHORT, _LONGEST_MEDIUM = 125, 0xFFFF
_MOST_KEYS = 1000


class Frame(NamedTuple):
    """A whole frame; ``payload`` is unmasked.  ``flags`` are FIN and the reserved bits."""

    start: int
    payload_start: int
    end: int
    flags: int
    opcode: int
    key: bytes | None
    payload: bytes
    is_minimal: bool


def unmask(payload: bytes, key: bytes) -> bytes:
    """Return the payload with the masking key applied, which also undoes it."""
    size = len(payload)
    keys = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(keys)).to_bytes(size)


def split_frames(data: bytes) -> Iterator[Frame]:
    """Yield the whole frames; what is behind them begins no whole frame."""
    at = 0
    while at + 2 <= len(data):
        first, second = data[at], data[at + 1]
        width = {126: 2, 127: 8}.get(second & 0x7F, 0)
        behind = at + 2 + width
        size = int.from_bytes(data[at + 2 : behind]) if width else second & 0x7F
        minimal = width == 0 or size > (_LONGEST_SHORT if width == 2 else _LONGEST_MEDIUM)
        key = data[behind : behind + 4] if second & 0x80 else None
        start = behind + (4 if key is not None else 0)
        if start + size > len(data):
            return
        payload = data[start : start + size]
        yield Frame(
            at, start, start + size, first & 0xF0, first & 0x0F, key,
            unmask(payload, key) if key is not None else payload, minimal,
        )  # fmt: skip
        at = start + size


def read_websocket(data: bytes, messages: Sequence[WebSocketMessage]) -> Reading:
    """Read one layer; ``messages`` are the records of its messages, in order."""
    reading = Reading(len(data))
    keys: list[str] = []
    opened: list[Frame] = []
    index = 0
    for frame in split_frames(data):
        keys.append("none" if frame.key is None else frame.key.hex())
        reading.cover(frame.start, frame.payload_start, "WebSocket frame head")
        kind = _CONTROL.get(frame.opcode)
        if not frame.is_minimal:
            reading.state(MessagePart.FRAMING, "length", f"long form in opcode {frame.opcode}")
        if kind is not None:
            _read_control(frame, kind, reading)
        elif frame.opcode > BINARY:
            pointer = f"opcode {frame.opcode:x}, flags {frame.flags >> 4:x}"
            reading.state(MessagePart.FRAME, pointer, render_bytes(frame.payload))
            reading.cover(frame.payload_start, frame.end, "WebSocket frame of no known kind")
        else:
            opened.append(frame)
            if frame.flags & 0x80:
                index += _read_message(opened, messages[index : index + 1], index, reading)
                opened = []
    if opened:
        _read_message(opened, messages[index : index + 1], index, reading)
    if keys:
        distinct = sorted(set(keys))
        reading.state(MessagePart.FRAMING, "masking keys", "\n".join(distinct))
    reading.pieces.sort()
    return reading


def _read_control(frame: Frame, kind: str, reading: Reading) -> None:
    reading.cover(frame.payload_start, frame.end, f"WebSocket {kind}")
    if frame.flags != 0x80:
        reading.state(MessagePart.FRAMING, f"{kind} flags", f"{frame.flags >> 4:x}")
    if frame.opcode == CLOSE:
        code = frame.payload[:2]
        number = str(int.from_bytes(code)) if len(code) == 2 else code.hex() or "none"
        reading.state(MessagePart.CLOSE, "code", number)
        if frame.payload[2:]:
            reading.state(MessagePart.CLOSE, "reason", render_bytes(frame.payload[2:]))
    else:
        part = MessagePart.PING if frame.opcode == PING else MessagePart.PONG
        reading.state(part, None, render_bytes(frame.payload))


def _read_message(
    frames: Sequence[Frame], records: Sequence[WebSocketMessage], index: int, reading: Reading
) -> int:
    """Read the frames of one message; return how many records it used."""
    first = frames[0]
    words = [{TEXT: "text", BINARY: "binary"}.get(first.opcode, f"opcode {first.opcode:x}")]
    if first.flags & 0x70:
        bits = first.flags >> 4 & 7
        words.append("compressed" if bits == 4 else f"reserved bits {bits:x}")
    if any(each.opcode != CONTINUATION or each.flags & 0x70 for each in frames[1:]):
        inner = " ".join(f"{each.flags >> 4:x}{each.opcode:x}" for each in frames[1:])
        words.append(f"then {inner}")
    reading.state(MessagePart.FRAMING, "kind", ", ".join(words))
    sizes = describe_sizes(len(each.payload) for each in frames)
    if not frames[-1].flags & 0x80:
        sizes += ", unfinished"
    reading.state(MessagePart.FRAMING, "fragments", sizes)
    payload = b"".join(each.payload for each in frames)
    # Of an incomplete message the record holds what had come; of a cut one its beginning.
    if not records:
        return 0
    record = records[0]
    if first.flags & _COMPRESSED:
        if payload:
            reading.state(MessagePart.FRAMING, "deflate blocks", f"{payload[0] & 7:03b}")
    elif not payload.startswith(record.data):
        return 0
    for each in frames:
        reading.cover(each.payload_start, each.end, "WebSocket message")
    return 1
