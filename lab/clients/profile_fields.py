"""Types of the values in a profile: what each must look like, in words and as a pattern.

The loader checks TOML against these types; the description is what an error says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from msgspec import Meta

__all__ = [
    "ClientName",
    "ExitCode",
    "HomeFiles",
    "Host",
    "HttpStatus",
    "MajorVersion",
    "Package",
    "RelativePath",
    "Seconds",
    "Text",
    "Url",
    "Variable",
    "Variables",
    "Word",
]

Text: TypeAlias = Annotated[
    str, Meta(pattern=r"\A[^\x00]*\Z", description="a text without NUL characters")
]
Word: TypeAlias = Annotated[
    str, Meta(pattern=r"\A[^\x00]+\Z", description="a text without NUL characters")
]
"""A text that is not empty."""

ClientName: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z",
        description="a name that begins with a letter or digit and holds only those and . _ -",
    ),
]
Package: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A(?:@[a-z0-9~][a-z0-9._~-]*/)?[A-Za-z0-9~][A-Za-z0-9._~-]*\Z",
        description=(
            "a package's name, e.g. @scope/name or name, whose version goes into [client] version"
        ),
    ),
]
MajorVersion: TypeAlias = Annotated[
    str, Meta(pattern=r"\A[0-9]+\Z", description='a major version, e.g. node = "22"')
]
RelativePath: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A(?!/|~(?:/|\Z))(?!(?:[^\x00]*/)?\.\.(?:/|\Z))[^\x00]+\Z",
        description="a relative path without .., and without / or ~ at its beginning",
    ),
]
Host: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9.:_-]+\Z",
        description="a host's name, e.g. api.example.com, without https://",
    ),
]
Url: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\Ahttps?://[^/\s\x00][^\x00]*\Z",
        description="a base URL, e.g. https://api.example.com",
    ),
]
Variable: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z_][A-Za-z0-9_]*\Z",
        description="a variable's name (letters, digits and _)",
    ),
]
Seconds: TypeAlias = Annotated[
    float,
    Meta(gt=0, le=86_400, description="a number of seconds above 0 and at most a day (86400)"),
]
ExitCode: TypeAlias = Annotated[int, Meta(ge=0, le=255, description="an exit code from 0 to 255")]
HttpStatus: TypeAlias = Annotated[
    int, Meta(ge=200, le=599, description="an HTTP status from 200 to 599")
]
Variables: TypeAlias = Mapping[Variable, Text]
"""Environment variables and their values."""
HomeFiles: TypeAlias = Mapping[RelativePath, Text]
"""Texts of files, by their paths below the home."""
