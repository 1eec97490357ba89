"""The first mistake in a document: where it is, and what must be there instead.

msgspec reports that a document does not fit a record, but not every part of the place, and in
the words of Python's types.  Here type and value are descended together: the deepest part that
msgspec cannot convert on its own is the mistake.
"""

from __future__ import annotations

from collections import abc
from collections.abc import Iterator, Mapping
from datetime import date, time
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from lab.suggest import find_similar, suggest
from lab.toml.lines import Path

__all__ = ["Mistake", "find_mistake", "quote_value"]

Mistake = tuple[Path, str]
"""Where it is, and what is wrong."""

_DESCRIPTIONS: Mapping[Any, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


def find_mistake(kind: Any, value: object, path: Path) -> Mistake | None:
    """The first mistake in a value.

    Args:
        kind: The type that the value must have: a struct, mapping, list or scalar.
        value: What tomllib made of the text.
        path: Where the value is in the document.

    Returns:
        None if the value has the type.
    """
    if _converts(value, kind):
        return None
    return next(_mistakes_inside(_matching_member(kind, value), value, path), None) or (
        path,
        _expectation(kind, value, path),
    )


def _mistakes_inside(kind: Any, value: object, path: Path) -> Iterator[Mistake]:
    """Mistakes in the parts of a list or table, in the order of the file."""
    parts: list[tuple[Any, object, str | int]] = []
    missing: list[Mistake] = []
    if isinstance(value, list) and get_origin(kind) is tuple:
        parts = [(get_args(kind)[0], item, number) for number, item in enumerate(value)]
    elif isinstance(value, dict) and get_origin(kind) is abc.Mapping:
        keys, values = get_args(kind)
        for key, item in value.items():
            if not _converts(key, keys):
                yield (*path, key), f"{quote_value(key)} is not {_describe(keys)}"
            parts.append((values, item, key))
    elif isinstance(value, dict) and _is_struct(kind):
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for key, item in value.items():
            if key not in fields:
                yield (*path, key), f"no such key; {suggest(key[:60], fields)}"
            else:
                parts.append((fields[key].type, item, key))
        missing = [
            ((*path, name), f"is missing and required; add {_example(field.type, name)}")
            for name, field in fields.items()
            if field.required and name not in value
        ]
    for part_kind, item, key in parts:
        if mistake := find_mistake(part_kind, item, (*path, key)):
            yield mistake
    yield from missing


def _expectation(kind: Any, value: object, path: Path) -> str:
    """What the value must be, and how to write it after the usual misunderstandings."""
    if value in ("", []):
        return "is empty; write something, or leave the key out"
    members = [_bare(member) for member in _members(kind)]
    hint = ""
    if isinstance(value, str) and (similar := find_similar(value[:60], _choices(kind))):
        hint = f"; did you mean {similar[0]}?"
    elif str in members and isinstance(value, int | float | date | time):
        hint = "; put it in quotes"
    elif len(path) == 1 and any(map(_is_table, members)):
        hint = f"; write {_example(kind, str(path[0]))} on a line of its own"
    return f"must be {_describe(kind)}, not {quote_value(value)}{hint}"


def quote_value(value: object) -> str:
    """A value as a message shows it: at most 60 characters; lists and tables by name only."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


# --- types ----------------------------------------------------------------------------------


def _converts(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError):
        return False
    return True


def _bare(kind: Any) -> Any:
    """The type without its ``Meta``."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _members(kind: Any) -> list[Any]:
    """The types of a union but for None, or the type itself."""
    if get_origin(_bare(kind)) not in (Union, UnionType):
        return [kind]
    return [m for part in get_args(_bare(kind)) if part is not NoneType for m in _members(part)]


def _matching_member(kind: Any, value: object) -> Any:
    """The member of a union that takes lists or tables, where the value is one."""
    wanted = tuple if isinstance(value, list) else abc.Mapping
    members = [_bare(member) for member in _members(kind)]
    return next((m for m in members if get_origin(m) is wanted or _is_struct(m)), None)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _is_table(kind: Any) -> bool:
    """Whether values are tables, or lists of tables."""
    if get_origin(kind) is tuple:
        return _is_struct(_bare(get_args(kind)[0]))
    return _is_struct(kind) or get_origin(kind) is abc.Mapping


def _choices(kind: Any) -> list[str]:
    """The texts that the type allows, if it allows no others."""
    members = [_bare(member) for member in _members(kind)]
    return [text for m in members if get_origin(m) is Literal for text in get_args(m)]


def _describe(kind: Any) -> str:
    """What a value of the type is, for an error message."""
    if get_origin(kind) is Annotated:
        described = [m.description for m in get_args(kind)[1:] if isinstance(m, msgspec.Meta)]
        if text := next(filter(None, described), ""):
            return text
    members = _members(kind)
    if members != [kind]:
        return " or ".join(dict.fromkeys(map(_describe, members)))
    bare = _bare(members[0])
    if choices := _choices(bare):
        return " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))
    if _is_table(bare):
        return "a list of tables" if get_origin(bare) is tuple else "a table"
    return 'a list, ["…", …]' if get_origin(bare) is tuple else _DESCRIPTIONS[bare]


def _example(kind: Any, name: str) -> str:
    """How a value of the type is written under this name."""
    bare = _bare(_members(kind)[0])
    if _is_table(bare):
        return f"[[{name}]]" if get_origin(bare) is tuple else f"[{name}]"
    if get_origin(bare) is tuple:
        return f'{name} = ["…"]'
    choices = _choices(bare)
    return f'{name} = "{choices[0] if len(choices) == 1 else "…"}"'
