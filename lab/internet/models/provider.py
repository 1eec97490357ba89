"""Model providers: what one is, and the registry of those in the folder ``providers/``.

To add a provider, add one file there with a constant ``PROVIDER``, and a test module with a
constant ``EXAMPLE`` (``tests/internet/models/providers/``).  Nothing else names it: profiles
check their protocols against this registry, and the conformance test runs over all of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from lab.internet.http.response import Response
from lab.internet.models import providers

__all__ = ["Provider", "ProviderRequest", "all_providers", "list_protocols"]


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


@cache
def all_providers() -> tuple[Provider, ...]:
    """Return every provider in the folder, in the order of the files' names."""
    return tuple(
        importlib.import_module(f"{providers.__name__}.{module.name}").PROVIDER
        for module in pkgutil.iter_modules(providers.__path__)
    )


def list_protocols() -> tuple[str, ...]:
    """Return the names of all protocols, in the order of the files' names."""
    return tuple(provider.protocol for provider in all_providers())
