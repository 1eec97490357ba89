"""Server-sent events → the leaves of the data of each event, under the event's name."""

from __future__ import annotations

import re

from lab.observation.documents.leaf import (
    Leaf,
    describe_element_order,
    describe_exact_bytes,
    label_element,
)
from lab.observation.documents.piece import Piece
from lab.observation.parts import MessagePart

__all__ = ["read_event_stream"]

_LINE = re.compile(r"(event|data|id|retry)(?::[ ]?(.*))?|:.*")
_ENDS = re.compile(r"\r\n|\n|\r")
_MOST_EVENTS = 2_000


def read_event_stream(piece: Piece, text: str) -> list[Leaf]:
    """Return the leaves of a stream of events; none where the text is none.

    Args:
        piece: Where the text stands.
        text: The text, of which each line has to be a field, a comment or empty.
    """
    lines = _ENDS.split(text)
    if not any(line.startswith("data:") for line in lines[:_MOST_EVENTS]):
        return []
    events: list[list[tuple[str, str]]] = [[]]
    for line in lines:
        if not line:
            events.append([])
        elif found := _LINE.fullmatch(line):
            events[-1].append((found[1] or "(comment)", found[2] or "" if found[1] else line[1:]))
        else:
            return []
    events = [event for event in events if event]
    if len(events) > _MOST_EVENTS:
        return []
    base = f"{piece.pointer}/(events)"
    leaves: list[Leaf] = []
    labels, contents = [], []
    for event in events:
        labels.append(label_element(dict(event).get("event")))
        contents.append(_read_event(piece, f"/(events)/{labels[-1]}", event))
        leaves += contents[-1]
    leaves += describe_element_order(base, labels, contents)
    octets = text.encode("utf-8", "surrogatepass")
    leaves.append(describe_exact_bytes(base, leaves, octets))
    return leaves


def _read_event(piece: Piece, step: str, event: list[tuple[str, str]]) -> list[Leaf]:
    place = piece.pointer + step
    leaves = [Leaf(MessagePart.KEY_ORDER, place, "\n".join(name for name, _ in event))]
    leaves += (
        Leaf(MessagePart.BODY, f"{place}/{name}", value) for name, value in event if name != "data"
    )
    data = "\n".join(value for name, value in event if name == "data")
    if data:
        leaves += piece.read(data.encode("utf-8", "surrogatepass"), f"{step}/data")
    return leaves
