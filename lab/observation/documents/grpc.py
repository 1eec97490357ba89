"""Frames of gRPC, gRPC-Web and Connect → the leaves of each message.

A frame is a byte of flags, a length of four bytes and the message (gRPC over HTTP/2).
"""

from __future__ import annotations

from lab.observation.documents.leaf import Leaf, describe_element_order, describe_exact_bytes
from lab.observation.documents.piece import Piece
from lab.observation.parts import MessagePart

__all__ = ["read_grpc"]

_FLAGS = frozenset({0, 1, 2, 3, 0x80, 0x81})
_TRAILERS = 0x80
_MOST_FRAMES = 1000


def read_grpc(piece: Piece) -> list[Leaf]:
    """The leaves of the messages in frames; none where the piece is no whole number of them."""
    frames = _split_frames(piece.data)
    if not frames or not any(message for _, message in frames):
        return []
    leaves: list[Leaf] = []
    labels, contents = [], []
    for flags, message in frames:
        trailers = bool(flags & _TRAILERS)
        labels.append("(trailers)" if trailers else "*")
        step = "/(grpc)/(trailers)" if trailers else "/(grpc)"
        kind = "text/plain" if trailers else _name_codec(piece)
        contents.append(piece.read(message, step, kind))
        leaves += contents[-1]
    base = f"{piece.pointer}/(grpc)"
    leaves += describe_element_order(base, labels, contents)
    words = "\n".join(f"{flags:02x}" for flags in sorted({flags for flags, _ in frames}))
    leaves.append(Leaf(MessagePart.WRITING, f"{base}/(flags)", words))
    leaves.append(describe_exact_bytes(base, leaves, piece.data))
    return leaves


def _name_codec(piece: Piece) -> str:
    """The type of the messages: protocol buffers, unless the content type says otherwise."""
    return "application/json" if "json" in piece.media_type else "application/protobuf"


def _split_frames(data: bytes) -> list[tuple[int, bytes]]:
    frames: list[tuple[int, bytes]] = []
    offset = 0
    while offset < len(data):
        size = int.from_bytes(data[offset + 1 : offset + 5], "big")
        end = offset + 5 + size
        whole = len(data) >= offset + 5 and end <= len(data)
        if not whole or data[offset] not in _FLAGS or len(frames) == _MOST_FRAMES:
            return []
        frames.append((data[offset], data[offset + 5 : end]))
        offset = end
    return frames
