"""What of a connection is in no message: the bytes that no reader understands, and the rest."""

from __future__ import annotations

from collections.abc import Iterator

from lab.observation.parts import MessagePart
from lab.observation.records import Connection, ConnectionLayer
from lab.observation.wire.layer_reader import LayerMessages, list_layers, read_layers

__all__ = ["list_raw_layers", "list_texts_beside_messages"]

_TEXTS = frozenset(
    {
        MessagePart.TRAILER,
        MessagePart.PING,
        MessagePart.PONG,
        MessagePart.CLOSE,
        MessagePart.FRAME,
        MessagePart.TARGET_FORM,
    }
)


def list_raw_layers(connection: Connection) -> Iterator[ConnectionLayer]:
    """The layers of no known protocol, also inside TLS and tunnels."""
    return (layer for layer in list_layers(connection) if layer.protocol == "raw")


def list_texts_beside_messages(connection: Connection, messages: LayerMessages) -> Iterator[str]:
    """Everything that was sent apart from messages, bytes that are not UTF-8 escaped."""
    for each in read_layers(connection, messages):
        for start, end in each.reading.list_gaps():
            yield each.data[start:end].decode("utf-8", "backslashreplace")
        yield from (fact.value for fact in each.reading.facts if fact.part in _TEXTS)
