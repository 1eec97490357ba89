"""What a report format is, and how the ones in this folder are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Protocol, cast

import lab.reports.formats
from lab.errors import UsageError
from lab.suggest import nearest

if TYPE_CHECKING:
    from lab.findings.policy import Judgement

__all__ = ["Format", "get_format", "list_formats", "print_document"]


class Format(Protocol):
    """The interface of a format module.

    Every string of a report may come from a hostile client.  A document therefore is UTF-8 and
    ends with a line feed, has no control characters but tab and line feed, and a lone surrogate
    in a string raises nothing.  A report without signals still names the client and the hosts
    that received something.  Neither the terminal nor the environment changes a document.
    """

    NAME: str
    """The word that the user types."""
    HELP: str
    """One line that says what the document holds, without a full stop."""
    SUFFIX: str
    """How the name of a file in this format ends, with the dot."""
    MEDIA_TYPE: str

    def write(self, judgement: Judgement) -> bytes:
        """The document.  The same judgement gives the same bytes."""


def list_formats() -> Mapping[str, Format]:
    """Every format by name, in alphabetical order."""
    found: dict[str, Format] = {}
    for entry in pkgutil.iter_modules(lab.reports.formats.__path__):
        module = importlib.import_module(f"{lab.reports.formats.__name__}.{entry.name}")
        if hasattr(module, "NAME"):
            chosen = cast("Format", module)
            found[chosen.NAME] = chosen
    return dict(sorted(found.items()))


def get_format(name: str) -> Format:
    """The format of this name.

    Raises:
        UsageError: There is no such format.
    """
    formats = list_formats()
    if name not in formats:
        raise UsageError(f"no report format {name!r}; did you mean {nearest(name, formats)}?")
    return formats[name]


def print_document(document: bytes, stream: IO[str]) -> None:
    """Print a document of a format on a text stream, as UTF-8 even where the locale is not."""
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(document.decode())
        return
    stream.flush()
    binary.write(document)
    binary.flush()
