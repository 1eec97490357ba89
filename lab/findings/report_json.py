"""The report as JSON, as ``report.json`` and ``lab audit --json`` hold it, and back.

Fields stand in the order of the contract, the schema tag first, mappings sorted by key,
two spaces of indentation, UTF-8, one newline at the end: the same report is the same
bytes, and two reports can be compared line by line.

A lone surrogate (a client may send bytes that are no text) has no UTF-8 form; it is
written by number, ``⟨U+DC80⟩``, so that two values that differ still differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from lab.findings.report import SCHEMA, Report

__all__ = ["decode", "encode"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(report: Report) -> bytes:
    """The report as one JSON document."""
    fields: dict[str, Any] = msgspec.to_builtins(_clean(report))
    document = {"schema": fields.pop("schema"), **fields}
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def decode(document: bytes) -> Report:
    """The report that :func:`encode` wrote.

    Raises:
        ValueError: The document is something else; the message is one line.
    """
    try:
        report = msgspec.json.decode(document, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a report: {error}") from error
    if report.schema != SCHEMA:
        raise ValueError(f"not a report of a known kind: its schema is {report.schema!r}")
    return report


def _clean(value: Any) -> Any:
    """The same records with texts that UTF-8 can represent and mappings in order."""
    if isinstance(value, str):
        return _SURROGATE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(value[key]) for key in sorted(value)}
    if isinstance(value, tuple):
        return tuple(map(_clean, value))
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(
            value, **{name: _clean(getattr(value, name)) for name in value.__struct_fields__}
        )
    return value
