"""The replacements of a trial: what is replaced, and by what.

Functions are replaced in their own module (``os.stat``) and wherever another module holds a
reference: in its names (``from os import stat``), in a class, or as the default of an argument.
References are found by identity.  All modules are searched once, later only the new ones, because
a search takes longer than a trial.  Applying and reverting are then a few hundred assignments.
References held elsewhere, in a closure or an object, are not found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from lab.sandbox.twin.patching.caller import replace_function, replace_method
from lab.sandbox.twin.patching.references import Reference, find_references

__all__ = ["Patches"]

_EXCLUDED_PACKAGES = frozenset(
    (
        "_frozen_importlib",
        "_frozen_importlib_external",
        "_io",
        "_pytest",
        "coverage",
        "freezegun",
        "hypothesis",
        "lab",
        "pluggy",
        "posix",
        "pyfakefs",
        "pytest",
        "zipimport",
    )
)
"""Packages whose references stay: the importer, the lab's own, and what runs the test."""

_ABSENT = object()


class Patches:
    """A set of replacements, applied and reverted once for each trial."""

    def __init__(self) -> None:
        self._replacements: list[tuple[Any, str, Any, Any]] = []
        self._by_real: dict[int, tuple[Any, Any]] = {}
        self._by_new: dict[int, tuple[Any, Any]] = {}
        self._captured: dict[str, list[Reference]] = {}
        self._searched: dict[str, ModuleType] = {}
        self._by_descriptor: dict[tuple[str, str], list[tuple[range, Callable[..., Any]]]] = {}

    def add_function(self, owner: ModuleType, name: str, fake: Callable[..., Any]) -> None:
        """Replace a module's function for the client; do nothing where there is none.

        Args:
            owner: The module.
            name: The name of the function in it.
            fake: What the client calls instead.
        """
        real = getattr(owner, name, None)
        if real is not None:
            self.add_value(owner, name, replace_function(real, fake))

    def add_method(self, owner: type, name: str, fake: Callable[..., Any]) -> None:
        """Replace a method for the client; do nothing where there is none.

        Args:
            owner: The class.
            name: The name of the method.
            fake: What the client calls instead.
        """
        real = getattr(owner, name, None)
        if real is not None:
            self.add_attribute(owner, name, replace_method(real, fake))

    def add_for_descriptors(
        self, owner: ModuleType, name: str, numbers: range, fake: Callable[..., Any]
    ) -> None:
        """Replace a function for some values of its first argument, a file descriptor.

        For other descriptors the real function is called, or another replacement.

        Args:
            owner: The module.
            name: The name of the function in it.
            numbers: The descriptors.
            fake: What the client calls instead.
        """
        real = getattr(owner, name, None)
        if real is None:
            return
        key = (owner.__name__, name)
        if key not in self._by_descriptor:
            self._by_descriptor[key] = []
            self.add_function(owner, name, _dispatch_by_descriptor(self._by_descriptor[key], real))
        self._by_descriptor[key].append((numbers, fake))

    def add_value(self, owner: ModuleType, name: str, new: Any) -> None:
        """Replace a module's value, and every reference to it.

        Args:
            owner: The module.
            name: The name of the value in it.
            new: The other value.
        """
        real = getattr(owner, name)
        # Names of the same function in several modules share one stand-in.
        real, new = self._by_real.setdefault(id(real), (real, new))
        self._by_new[id(new)] = (real, new)
        self._replacements.append((owner, name, real, new))

    def add_attribute(self, owner: Any, name: str, new: Any) -> None:
        """Replace one attribute and no other reference to its value.

        Args:
            owner: The module or class.
            name: The name of the attribute.
            new: The other value.
        """
        self._replacements.append((owner, name, vars(owner).get(name, _ABSENT), new))

    def apply(self, changing: Iterable[str] = ()) -> None:
        """Apply all replacements; the modules ``changing`` are searched every time."""
        self._search_new()
        for name in changing:
            if name in sys.modules:
                self._search(name, sys.modules[name])
        for owner, name, _, new in self._replacements:
            setattr(owner, name, new)
        for found in self._captured.values():
            for each in found:
                each.replace(each.real, each.new)

    def revert(self) -> None:
        """Revert all replacements, also in modules imported meanwhile.  Idempotent."""
        for owner, name, real, _ in reversed(self._replacements):
            if real is _ABSENT:
                if name in vars(owner):
                    delattr(owner, name)
            else:
                setattr(owner, name, real)
        self._search_new()
        for found in self._captured.values():
            for each in found:
                each.replace(each.new, each.real)

    def _search_new(self) -> None:
        # A program is a new main module each time, and often the only new one.
        main = sys.modules["__main__"]
        if self._searched.get("__main__") is not main:
            self._search("__main__", main)
            self._searched["__main__"] = main
        if sys.modules == self._searched:
            return
        for name, module in list(sys.modules.items()):
            if self._searched.get(name) is not module:
                self._search(name, module)
        for name in self._searched.keys() - sys.modules.keys():
            self._captured.pop(name, None)
        self._searched = dict(sys.modules)

    def _search(self, name: str, module: ModuleType) -> None:
        self._captured.pop(name, None)
        # Some packages put other things than modules there.
        if not isinstance(module, ModuleType) or name.partition(".")[0] in _EXCLUDED_PACKAGES:
            return
        found = list(find_references(module, self._find_pair))
        if found:
            self._captured[name] = found

    def _find_pair(self, value: Any) -> tuple[Any, Any] | None:
        """The real thing and what stands in for it, if ``value`` is one of the two."""
        return self._by_real.get(id(value)) or self._by_new.get(id(value))


def _dispatch_by_descriptor(
    choices: list[tuple[range, Callable[..., Any]]], real: Callable[..., Any]
) -> Callable[..., Any]:
    def call(descriptor: Any = 1, *words: Any, **named: Any) -> Any:
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        for numbers, fake in choices:
            if number in numbers:
                return fake(number, *words, **named)
        return real(descriptor, *words, **named)

    return call
