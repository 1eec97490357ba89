"""What the conformance test of a provider needs to know: how one asks that API."""

from collections.abc import Callable
from typing import Any, NamedTuple


class ProviderExample(NamedTuple):
    """One request with a tool that runs commands, to be found in ``EXAMPLE`` of a test module."""

    path: str
    body: dict[str, Any]
    """Asks with the word ``hi``; ``tools`` holds one tool with a string ``command``."""
    conversation: str
    """The member of ``body`` that lists the messages."""
    make_result: Callable[[dict[str, Any]], dict[str, Any]]
    """The message that answers the tool call in a decoded, unstreamed answer."""
    stream: Callable[[str, dict[str, Any]], tuple[str, str, dict[str, Any]]]
    """Path, query and body that ask for the same answer as a stream of events."""


PARAMETERS = {
    "type": "object",
    "properties": {"command": {"type": "string"}},
    "required": ["command"],
}


def stream_by_member(path: str, body: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """The way of most APIs: a member ``stream`` of the document."""
    return path, "", {**body, "stream": True}
