"""How the servers of one trial answer: known protocols, and fixed answers."""

from __future__ import annotations

import msgspec

__all__ = ["FixedAnswer", "Script"]


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

    Every model provider answers on every host, because the endpoint is a factor.
    ``protocols`` names those that the client is known to speak, as in
    :func:`lab.internet.models.providers.list_protocols`; they are tried first where a path suits
    several.  ``answers`` come before all providers.
    """

    protocols: tuple[str, ...] = ()
    answers: tuple[FixedAnswer, ...] = ()
