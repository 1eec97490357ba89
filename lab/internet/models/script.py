"""What the lab's servers have been told to say: protocols first, then fixed answers."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["FixedAnswer", "Protocol", "Script"]

Protocol = Literal["anthropic-messages", "openai-chat", "openai-responses", "gemini"]


class FixedAnswer(msgspec.Struct, frozen=True):
    """A fixed answer to requests that match; ``host``, ``path``, ``method`` are glob patterns."""

    path: str
    host: str = "*"
    method: str = "*"
    status: int = 200
    content_type: str = "application/json"
    body: str = ""


class Script(msgspec.Struct, frozen=True):
    """How the servers of one trial answer.

    Every model provider answers on every host, because the endpoint is a thing that is
    varied; ``protocols`` names those that the client is known to speak, which are asked
    first where a path would suit several.  ``answers`` come before all providers.
    """

    protocols: tuple[str, ...] = ()
    answers: tuple[FixedAnswer, ...] = ()
