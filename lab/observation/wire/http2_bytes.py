"""The bytes of HTTP/2 around its messages (RFC 9113): what frames say, and how they are cut.

A header block is understood where the server made a record of its request, a DATA frame where the
record's body holds it.  How many frames of a kind there are can depend on timing, so each kind has
a location of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import hpack

from lab.observation.parts import MessagePart
from lab.observation.records import Request
from lab.observation.text.rendering import render_bytes
from lab.observation.wire import http2_frames as frames
from lab.observation.wire.hpack_style import describe_header_block
from lab.observation.wire.http2_frames import Frame
from lab.observation.wire.reading import TUNNEL, Reading, describe_sizes

__all__ = ["read_http2"]

_LARGEST_BLOCK = 1 << 24


def read_http2(data: bytes, requests: Sequence[Request]) -> Reading:
    """Read one layer; ``requests`` are the records of its requests, in order."""
    if not data.startswith(frames.PREFACE):
        return Reading(len(data))
    return _Reader(data, requests).read()


class _Reader:
    """The state of one connection while it is read."""

    def __init__(self, data: bytes, requests: Sequence[Request]) -> None:
        self.data = data
        self.requests = requests
        self.reading = Reading(len(data))
        self.decoder: hpack.Decoder | None = hpack.Decoder(_LARGEST_BLOCK)
        self.messages: dict[int, int | None] = {}
        """Stream to index of its message, TUNNEL, or None without a record."""
        self.sizes: dict[int, list[int]] = {}
        self.ends: dict[int, list[str]] = {}
        self.taken: dict[int, int] = {}
        self.block: list[Frame] = []
        self.count = 0

    def read(self) -> Reading:
        reading = self.reading
        reading.cover(0, len(frames.PREFACE), "HTTP/2 preface")
        opening: list[str] = []
        for frame in frames.split_frames(self.data, len(frames.PREFACE)):
            if not self.messages:
                opening.append(frame.name)
            self._note_oddities(frame)
            if self.block and frame.kind != frames.CONTINUATION:
                break
            self._take(frame)
        reading.state(MessagePart.FRAMING, "opening", " ".join(opening))
        self._state_streams()
        reading.pieces.sort()
        return reading

    def _note_oddities(self, frame: Frame) -> None:
        if frame.unknown_flags:
            pointer = f"flags of {frame.name}"
            self.reading.state(MessagePart.FRAMING, pointer, f"{frame.unknown_flags:02x}")
        if frame.reserved:
            self.reading.state(MessagePart.FRAMING, f"reserved bit of {frame.name}", "set")

    def _take(self, frame: Frame) -> None:
        match frame.kind:
            case frames.HEADERS | frames.CONTINUATION:
                self.block.append(frame)
                if frame.flags & frames.END_HEADERS:
                    block, self.block = self.block, []
                    self._take_block(block)
            case frames.DATA:
                self._take_data(frame)
            case _:
                self._take_control(frame)

    def _take_control(self, frame: Frame) -> None:
        payload, state = frame.payload, self.reading.state
        part, message = MessagePart.FRAME, self.messages.get(frame.stream)
        self.reading.cover(frame.start, frame.end, f"HTTP/2 {frame.name}")
        stream = f"stream {frame.stream}: " if frame.stream and message is None else ""
        match frame.kind:
            case frames.SETTINGS if len(payload) % 6 == 0 and not frame.stream:
                pairs = (payload[at : at + 6] for at in range(0, len(payload), 6))
                words = [f"{int.from_bytes(one[:2])}={int.from_bytes(one[2:])}" for one in pairs]
                if not frame.flags & 1 or words:
                    state(part, "SETTINGS", " ".join(words))
            case frames.WINDOW_UPDATE if len(payload) == 4:
                pointer = "WINDOW_UPDATE" if frame.stream else "WINDOW_UPDATE of the connection"
                state(part, pointer, stream + str(int.from_bytes(payload)), message)
            case frames.RST_STREAM if len(payload) == 4:
                state(part, "RST_STREAM", f"{stream}code {int.from_bytes(payload)}", message)
            case frames.PRIORITY if len(payload) == 5:
                state(part, "PRIORITY", stream + frames.describe_priority(payload), message)
            case frames.PING if len(payload) == 8 and not frame.stream:
                kind = "PING answer" if frame.flags & 1 else "PING"
                state(part, kind, payload.hex())
            case frames.GOAWAY if len(payload) >= 8 and not frame.stream:
                last, code = int.from_bytes(payload[:4]), int.from_bytes(payload[4:8])
                state(part, "GOAWAY", f"last stream {last}, code {code}")
                if payload[8:]:
                    state(part, "GOAWAY data", render_bytes(payload[8:]))
            case _:
                words = [render_bytes(payload)]
                if frame.flags:
                    words.insert(0, f"flags {frame.flags:02x}")
                state(part, frame.name, stream + ", ".join(words), message)

    def _take_data(self, frame: Frame) -> None:
        stripped = frames.strip(frame)
        message = self.messages.get(frame.stream)
        if stripped is None or message is None:
            return
        content, padding, _ = stripped
        self._note_padding(frame, padding, message)
        taken = self.taken.get(frame.stream, 0)
        if message != TUNNEL and not self._is_in_body(content, message, taken):
            return
        self.taken[frame.stream] = taken + len(content)
        self.sizes.setdefault(frame.stream, []).append(len(content))
        if frame.flags & frames.END_STREAM:
            self.ends.setdefault(frame.stream, []).append("DATA")
        start = frame.end - len(content) - len(padding or b"")
        self.reading.cover(frame.start, start, "HTTP/2 DATA head")
        end = start + len(content)
        self.reading.cover(start, end, "body" if message != TUNNEL else "HTTP/2 tunnel data")
        self.reading.cover(end, frame.end, "HTTP/2 padding")

    def _is_in_body(self, content: bytes, message: int, taken: int) -> bool:
        request = self.requests[message]
        kept = request.body[taken : taken + len(content)]
        # Of a body that was cut off, the record holds the beginning.
        return content.startswith(kept) if request.size > len(request.body) else kept == content

    def _take_block(self, block: Sequence[Frame]) -> None:
        first = block[0]
        stripped = frames.strip(first)
        if stripped is None or first.kind != frames.HEADERS or self.decoder is None:
            return
        content, padding, priority = stripped
        data = content + b"".join(frame.payload for frame in block[1:])
        try:
            decoded = self.decoder.decode(data, raw=True)
        except (hpack.HPACKError, ValueError, IndexError, OverflowError):
            self.decoder = None  # its table is unknown from here on
            return
        fields = [(_to_bytes(field[0]), _to_bytes(field[1])) for field in decoded]
        is_trailer = first.stream in self.messages
        message = self._find_message(first.stream, fields)
        if message is None:
            return
        for frame in block:
            self.reading.cover(frame.start, frame.end, "HTTP/2 header block")
        self._note_padding(first, padding, message)
        state = self.reading.state
        if priority:
            state(MessagePart.FRAME, "PRIORITY", frames.describe_priority(priority), message)
        if len(block) > 1:
            sizes = [len(content), *(len(frame.payload) for frame in block[1:])]
            state(MessagePart.FRAMING, "header block", describe_sizes(sizes), message)
        names = [name.decode("latin-1") for name, _ in fields]
        for pointer, value in describe_header_block(data, names):
            state(MessagePart.FRAMING, pointer, value, message)
        if first.flags & frames.END_STREAM:
            kind = "trailers" if is_trailer else "HEADERS"
            self.ends.setdefault(first.stream, []).append(kind)
        if is_trailer:
            state(MessagePart.FRAMING, "trailer order", "\n".join(names), message)
            for name, (_, content) in zip(names, fields, strict=True):
                text = content.decode("utf-8", "backslashreplace")
                state(MessagePart.TRAILER, name.lower(), text, message)

    def _find_message(self, stream: int, fields: Sequence[tuple[bytes, bytes]]) -> int | None:
        """The index of the message that a header block belongs to."""
        if stream in self.messages:
            return self.messages[stream]
        pseudo = dict(reversed(fields))
        if pseudo.get(b":method") == b"CONNECT" and b":path" not in pseudo:
            self.messages[stream] = TUNNEL
            return TUNNEL
        known = self.count < len(self.requests)
        if known and self.requests[self.count].headers == tuple(fields):
            self.messages[stream] = self.count
            self.count += 1
        else:
            self.messages[stream] = None
        return self.messages[stream]

    def _note_padding(self, frame: Frame, padding: bytes | None, message: int) -> None:
        if padding is None:
            return
        filled = "" if not any(padding) else f": {padding.hex()}"
        pointer = f"padding of {frame.name}"
        self.reading.state(MessagePart.FRAMING, pointer, f"{len(padding)} bytes{filled}", message)

    def _state_streams(self) -> None:
        state = self.reading.state
        streams = list(self.messages)
        usual = list(range(1, 2 * len(streams), 2))
        listed = "one after another" if streams == usual else " ".join(map(str, streams))
        state(MessagePart.FRAMING, "stream numbers", listed)
        for stream, message in self.messages.items():
            if message is None:
                continue
            if stream in self.sizes and message != TUNNEL:
                sizes = describe_sizes(self.sizes[stream])
                state(MessagePart.FRAMING, "DATA frames", sizes, message)
            state(MessagePart.FRAMING, "end", ", ".join(self.ends.get(stream, ["none"])), message)


def _to_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
