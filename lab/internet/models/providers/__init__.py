"""Scripted model providers, one file each, and the registry of them.

In comes a request whose body is decoded (:class:`lab.internet.models.provider.ProviderRequest`);
out goes the answer in the exact shape of the real API, or None where the request is not of that
API.  What the model says is decided in :mod:`lab.internet.models.conversation`, the same for all.

To add a provider, add one file here with a constant ``PROVIDER``, and a test module with a
constant ``EXAMPLE`` (``tests/internet/models/providers/``).  Nothing else names it: profiles
check their protocols against this registry, and the conformance test runs over all of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import cast

from lab.internet.models.provider import Provider

__all__ = ["all_providers", "list_protocols"]


@cache
def all_providers() -> tuple[Provider, ...]:
    """Return every provider in the folder, in the order of the files' names."""
    return tuple(
        cast("Provider", importlib.import_module(f"{__name__}.{module.name}").PROVIDER)
        for module in pkgutil.iter_modules(__path__)
    )


def list_protocols() -> tuple[str, ...]:
    """Return the names of all protocols, in the order of the files' names."""
    return tuple(provider.protocol for provider in all_providers())
