"""Line numbers of a TOML text: on which line each key and each table begins.

tomllib does not report positions.  A statement of TOML (a header, or a key and its value)
ends with its line, unless a string, list or table is still open.  So the shortest run of
lines that parses on its own is one statement.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Path", "statement_lines"]

Path = tuple[str | int, ...]
"""Where a value is in a document: keys of tables, and indices of lists, from 0."""

MAX_ATTEMPTS = 200
"""How many ends of a statement are tried; the lines after a longer one get no number."""
MAX_DEPTH = 8
"""Keys of one statement that get a number, as in ``a.b.c = 1``."""
_ENDS = ("]", "}", '"""', "'''")
"""What the last line of a statement of several lines holds."""


def statement_lines(text: str) -> Mapping[Path, int]:
    """The first line of each key and each table of a valid TOML text, from 1.

    The key of a value inside a list or a table in braces may be missing: its line is that of
    the statement, which has the longest prefix of its path.
    """
    lines: dict[Path, int] = {}
    lengths: dict[Path, int] = {}
    table: Path = ()
    for number, is_header, content in _statements(text):
        if is_header:
            table = _open_table(content, lengths)
            lines.setdefault(table, number)
            if isinstance(table[-1], int):
                lines.setdefault(table[:-1], number)
        else:
            for path in _key_paths(content):
                lines.setdefault((*table, *path), number)
    return lines


def _statements(text: str) -> Iterator[tuple[int, bool, dict[str, Any]]]:
    """First line, whether it is the header of a table, and content of each statement."""
    open_lines: list[str] = []
    first = attempts = 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not open_lines and (not line.strip() or line.lstrip().startswith("#")):
            continue
        if not open_lines:
            first, attempts = number, 0
        open_lines.append(line)
        if len(open_lines) > 1 and not any(end in line for end in _ENDS):
            continue
        attempts += 1
        try:
            content = tomllib.loads("\n".join(open_lines))
        except (ValueError, RecursionError):
            if attempts > MAX_ATTEMPTS:
                return
            continue
        yield first, open_lines[0].lstrip().startswith("["), content
        open_lines = []


def _open_table(content: Mapping[str, Any], lengths: dict[Path, int]) -> Path:
    """The path of the table that a header opens; counts the tables of ``[[lists]]``."""
    path: Path = ()
    node: Any = content
    while node:
        ((key, node),) = node.items()
        path = (*path, key)
        if isinstance(node, list):  # [[key]]: a further table of this list
            lengths[path] = lengths.get(path, 0) + 1
            return (*path, lengths[path] - 1)
        if node and path in lengths:  # [key.further]: inside the last table of the list
            path = (*path, lengths[path] - 1)
    return path


def _key_paths(content: Mapping[str, Any], depth: int = MAX_DEPTH) -> Iterator[Path]:
    """The paths of the tables and values in a statement, without those in lists."""
    for key, value in content.items():
        yield (key,)
        if isinstance(value, dict) and depth > 1:
            yield from ((key, *rest) for rest in _key_paths(value, depth - 1))
