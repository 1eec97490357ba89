"""What a model provider is to the lab: a function that answers its API's requests."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from lab.internet.http.response import Response
from lab.internet.models import providers
from lab.internet.models.script import Protocol

__all__ = ["Provider", "ProviderRequest", "all_providers"]


class ProviderRequest(msgspec.Struct, frozen=True):
    """A request as providers see it.  ``path`` is without query and final slash.

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
    """One API.  ``answer`` returns None where the request is not of this API."""

    protocol: Protocol
    answer: Callable[[ProviderRequest], Response | None]


@cache
def all_providers() -> tuple[Provider, ...]:
    """Return every provider in the folder, in the order of the files' names."""
    return tuple(
        importlib.import_module(f"{providers.__name__}.{module.name}").PROVIDER
        for module in pkgutil.iter_modules(providers.__path__)
    )
