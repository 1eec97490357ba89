"""Texts that a Python function mentions: its constants, and those of objects that it uses.

A function that treats one time zone or one host specially compares it with a constant, unless the
constant is obfuscated.  This module collects the texts in the function's code, in its closure, in
the globals that it names, and in functions of the same module that it calls.  As with the words in
a client's files (:mod:`lab.clients.mining.hosts`), a text only suggests a trial.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType

__all__ = ["find_constants"]

MAX_TEXTS = 200
MAX_LENGTH = 120
_MAX_DEPTH = 6


def find_constants(function: Callable[..., object]) -> tuple[str, ...]:
    """The texts in the order of their occurrence; those of a set in alphabetical order."""
    seen: set[int] = set()
    found: dict[str, None] = {}
    for text in _walk_texts(function, getattr(function, "__module__", None), seen, 0):
        if 0 < len(text) <= MAX_LENGTH and "\n" not in text:
            found[text] = None
        if len(found) == MAX_TEXTS:
            break
    return tuple(found)


def _walk_texts(thing: object, module: str | None, seen: set[int], depth: int) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
        return
    if depth > _MAX_DEPTH or id(thing) in seen:
        return
    seen.add(id(thing))
    inner: list[object] = []
    if isinstance(thing, bytes):
        yield thing.decode(errors="ignore")
    elif isinstance(thing, re.Pattern):
        inner = [thing.pattern]
    elif isinstance(thing, Mapping):
        inner = [*thing, *thing.values()]
    elif isinstance(thing, (set, frozenset)):
        inner = sorted(thing, key=repr)
    elif isinstance(thing, (list, tuple)):
        inner = [*thing]
    elif isinstance(thing, functools.partial):
        inner = [thing.func, thing.args, thing.keywords]
    elif isinstance(thing, CodeType):
        inner = [text for text in thing.co_consts if text != _docstring(thing)]
    elif inspect.ismethod(thing):
        inner = [thing.__func__, vars(thing.__self__) if hasattr(thing.__self__, "__dict__") else 0]
    elif isinstance(thing, FunctionType) and (depth == 0 or thing.__module__ == module):
        inner = [thing.__code__, thing.__defaults__, thing.__kwdefaults__, *_list_references(thing)]
    elif depth == 0 and callable(thing):
        inner = [type(thing).__call__, getattr(thing, "__dict__", {})]
    for each in inner:
        yield from _walk_texts(each, module, seen, depth + 1)


def _docstring(code: CodeType) -> object:
    named = not code.co_name.startswith("<")
    return code.co_consts[0] if named and code.co_consts and code.co_flags & 0x2 else None


def _list_references(function: FunctionType) -> Iterator[object]:
    """The contents of a function's closure, and the globals that it or its inner code names."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not yet given a value
            continue
    pending = [function.__code__]
    while pending:
        code = pending.pop()
        pending += [each for each in code.co_consts if isinstance(each, CodeType)]
        for name in code.co_names:
            if name in function.__globals__:
                yield function.__globals__[name]
