"""Replacements of the builtin ``open`` and ``io.FileIO``."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

from lab.sandbox.twin.patching.caller import replace_function, thread_state

__all__ = ["FileIOReplacement", "OpenReplacement", "real_open"]

real_open = open
RealFile = io.FileIO


class OpenReplacement:
    """Stands in for ``open``.  An ``opener`` is the client's own, and is called as such."""

    def __init__(self, fake: Callable[..., Any]) -> None:
        self._call = replace_function(real_open, fake)
        self.__name__, self.__doc__ = "open", real_open.__doc__

    def __call__(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Callable[[Any, int], int] | None = None,
    ) -> Any:
        """As the builtin function."""
        if opener is None:
            return self._call(file, mode, buffering, encoding, errors, newline, closefd)
        if thread_state.trial is None:
            return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        number = opener(file, _flags_of_mode(mode))
        return self._call(number, mode, buffering, encoding, errors, newline, closefd)


class _FileMeta(type(io.FileIO)):  # type: ignore[misc]
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, RealFile)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, RealFile)

    def __call__(cls, file: Any, mode: str = "r", *words: Any, **named: Any) -> Any:
        if thread_state.trial is None or isinstance(file, int):
            return RealFile(file, mode, *words, **named)
        return open(file, mode.replace("b", "") + "b", 0)


class FileIOReplacement(RealFile, metaclass=_FileMeta):
    """Stands in for ``io.FileIO``, which opens a path past ``open``."""


def _flags_of_mode(mode: str) -> int:
    """The flags of open(2) that a mode of ``open`` stands for."""
    reading, writing = "r" in mode or "+" in mode, set(mode) & set("wax+")
    flags = os.O_RDWR if reading and writing else os.O_WRONLY if writing else os.O_RDONLY
    for letter, flag in (
        ("w", os.O_CREAT | os.O_TRUNC),
        ("a", os.O_CREAT | os.O_APPEND),
        ("x", os.O_CREAT | os.O_EXCL),
    ):
        flags |= flag if letter in mode else 0
    return flags | os.O_CLOEXEC
