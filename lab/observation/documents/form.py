"""A form or a query → its fields."""

from __future__ import annotations

from lab.observation.documents.leaf import Leaf, describe_exact_bytes, join_pointer
from lab.observation.documents.leaves import flatten_string
from lab.observation.parts import MessagePart
from lab.observation.style.escapes import describe_form_escapes
from lab.observation.style.serialization import (
    describe_form_style,
    parse_form,
    parse_written_form,
)

__all__ = ["flatten_form"]


def flatten_form(text: str, pointer: str = "") -> list[Leaf]:
    """The leaves of a form or a query, below this pointer."""
    pairs = parse_form(text)
    leaves = [
        Leaf(MessagePart.KEY_ORDER, pointer, "\n".join(name for name, _ in pairs)),
        Leaf(MessagePart.WRITING, pointer, describe_form_style(text)),
        *(
            Leaf(MessagePart.WRITING, *escape)
            for escape in describe_form_escapes(pointer, parse_written_form(text))
        ),
    ]
    for name, value in pairs:
        flatten_string(leaves, join_pointer(pointer, name), value, 0)
    leaves.append(describe_exact_bytes(pointer, leaves, text.encode("utf-8", "surrogatepass")))
    return leaves
