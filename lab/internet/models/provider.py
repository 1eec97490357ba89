"""A model provider: what it is asked, and what it answers.

The registry of all providers is :mod:`lab.internet.models.providers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

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
    request is not of this API.
    """

    protocol: str
    answer: Callable[[ProviderRequest], Response | None]
