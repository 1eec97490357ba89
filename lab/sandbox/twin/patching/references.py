"""References of a module to values that will be replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

__all__ = ["Reference", "find_references"]

Pair = Callable[[Any], tuple[Any, Any] | None]
"""The real thing and what stands in for it, of either."""


class Reference:
    """One reference: a name of a module or class, or a default of a function."""

    def __init__(self, holder: Any, key: Any, real: Any, new: Any) -> None:
        self.holder = holder
        self.key = key
        self.real = real
        self.new = new

    def replace(self, old: Any, new: Any) -> None:
        """Replace ``old`` by ``new``, unless the reference has another value by now."""
        if self.holder.get(self.key) is old:
            self.holder[self.key] = new


class ClassReference(Reference):
    """An attribute of a class."""

    def replace(self, old: Any, new: Any) -> None:
        """As :meth:`Reference.replace`."""
        if vars(self.holder).get(self.key) is old:
            setattr(self.holder, self.key, new)


class DefaultReference(Reference):
    """A default of a positional argument."""

    def replace(self, old: Any, new: Any) -> None:
        """As :meth:`Reference.replace`."""
        defaults = self.holder.__defaults__ or ()
        if self.key < len(defaults) and defaults[self.key] is old:
            changed = (*defaults[: self.key], new, *defaults[self.key + 1 :])
            self.holder.__defaults__ = changed


def find_references(module: ModuleType, pair: Pair) -> Iterator[Reference]:
    """All references in a module, its classes and its functions."""
    names = vars(module)
    for key, value in list(names.items()):
        found = pair(value)
        if found is not None:
            yield Reference(names, key, *found)
        elif isinstance(value, FunctionType):
            if value.__module__ == module.__name__:
                yield from _search_function(value, pair)
        elif isinstance(value, type) and value.__module__ == module.__name__:
            yield from _search_class(value, pair)


def _search_class(kind: type, pair: Pair) -> Iterator[Reference]:
    for key, value in list(vars(kind).items()):
        plain = value.__func__ if isinstance(value, staticmethod | classmethod) else value
        found = pair(plain)
        if found is not None and not isinstance(value, classmethod):
            real, new = found
            if isinstance(value, staticmethod):
                kept = staticmethod(new if plain is real else real)
                real, new = (value, kept) if plain is real else (kept, value)
            yield ClassReference(kind, key, real, new)
        elif isinstance(plain, FunctionType):
            yield from _search_function(plain, pair)


def _search_function(function: FunctionType, pair: Pair) -> Iterator[Reference]:
    for place, value in enumerate(function.__defaults__ or ()):
        found = pair(value)
        if found is not None:
            yield DefaultReference(function, place, *found)
    for key, value in list((function.__kwdefaults__ or {}).items()):
        found = pair(value)
        if found is not None:
            yield Reference(function.__kwdefaults__, key, *found)
