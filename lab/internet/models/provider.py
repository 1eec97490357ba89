"""A model provider: what it is asked, and what it answers.

The registry of all providers is :mod:`lab.internet.models.providers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from lab.internet.models.conversation import TurnRequest
from lab.internet.response import Response

__all__ = ["Provider", "ProviderRequest"]


class ProviderRequest(msgspec.Struct, frozen=True):
    """A request as providers read it.  ``path`` is without query and final slash.

    ``body`` is the decoded JSON document, or None where there is none.
    """

    method: str
    path: str
    query: str
    upgrade: bool
    body: Any

    @property
    def document(self) -> dict[str, Any]:
        """The body if it is a JSON object, else an empty one."""
        return self.body if isinstance(self.body, dict) else {}


class Provider(msgspec.Struct, frozen=True):
    """One API.

    ``protocol`` is its name in profiles, unique in the folder.  ``answer`` returns None where a
    request is not of this API.  ``read`` returns what matters of a request to a model, None where
    it is no such request; without it, each request that is answered counts as one.
    """

    protocol: str
    answer: Callable[[ProviderRequest], Response | None]
    read: Callable[[ProviderRequest], TurnRequest | None] | None = None

    def read_turn(self, request: ProviderRequest) -> TurnRequest | None:
        """What matters of a request to a model; None where it is no such request."""
        if self.read is not None:
            return self.read(request)
        return None if self.answer(request) is None else TurnRequest()
