"""A TOML text that a person wrote, its records, and the errors about it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from lab.errors import LabError
from lab.toml.lines import Path, statement_lines
from lab.toml.mistakes import find_mistake, quote_value

__all__ = ["TomlSource"]

Record = TypeVar("Record")

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")


class TomlSource:
    """A TOML text that a person wrote, and the errors about it."""

    def __init__(self, text: str, file: str, error: type[LabError]) -> None:
        """Parse the text into ``document``.

        Args:
            text: The text.
            file: The name of its file as the user knows it; errors begin with it.
            error: The class of all errors about the text.

        Raises:
            LabError: Of class ``error``, if the text is not TOML.
        """
        self.file = file
        self._text = text
        self._error = error
        problem = ""
        try:
            self.document: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as mistake:
            problem = f"{str(mistake)[0].lower()}{str(mistake)[1:]}"
        except RecursionError:
            problem = "nested too deeply"
        except ValueError as mistake:  # a date that does not exist, a number of too many digits
            problem = str(mistake)[:200]
        if problem:
            raise self._one_line(file, f"not valid TOML: {problem}")

    def convert(self, record: type[Record]) -> Record:
        """The document as a record.

        Raises:
            LabError: Of the class of this source, about the first mistake in the document.
        """
        try:
            return msgspec.convert(self.document, record)
        except (msgspec.ValidationError, OverflowError) as error:
            mistake = find_mistake(record, self.document, ())
            path, problem = mistake or ((), str(error))
        raise self.error_at(path, problem)

    def check(self, value: object, kind: Any, path: Path) -> None:
        """Check a part of the document against a type of its own.

        msgspec 0.22.0 crashes where a text with a pattern and a list are members of one union,
        so a format leaves the pattern out there, and the text is checked afterwards.

        Args:
            value: The part.
            kind: The type that it must have.
            path: Where it is in the document.

        Raises:
            LabError: Of the class of this source, about the first mistake in the part.
        """
        if mistake := find_mistake(kind, value, path):
            raise self.error_at(*mistake)

    def error_at(self, path: Path, problem: str) -> LabError:
        """The error about a mistake at this path of the document, to be raised."""
        line = self.line(path)
        where = self.file if line is None else f"{self.file}:{line}"
        return self._one_line(where, f"{self._label(path)}: {problem}")

    def line(self, path: Path) -> int | None:
        """The line of the value at this path, or of what contains it; None if unknown."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        """The line on which each table and key begins, by path."""
        return statement_lines(self._text)

    def _label(self, path: Path) -> str:
        """A path as the file writes it: ``[table] key``, ``[[list of tables]] key``."""
        if not path:
            return "document"
        top, *rest = path
        value, table = self.document.get(str(top)), _key(top)
        if isinstance(value, dict):
            table = f"[{table}]"
        elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
            table = f"[[{table}]]"
            rest = rest[1:]
        return f"{table} {'.'.join(map(_key, rest)).replace('.[', '[')}".strip()

    def _one_line(self, where: str, what: str) -> LabError:
        return self._error(" ".join(f"{where}: {what}".split()))


def _key(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return part if _BARE_KEY.fullmatch(part) else quote_value(part)
