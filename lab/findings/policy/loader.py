"""From a policy's TOML text to a :class:`~lab.findings.policy.rule.Policy`.

The tables below are the format; :mod:`lab.toml` checks a text against them.  Here are the
checks that need two keys at once, and the order of the rules: tables of different names come
in the order of their lines, because the first rule that covers a signal decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import Meta

from lab.errors import UsageError
from lab.factors.registry import factors
from lab.findings.policy.rule import Default, Policy, Rule, Standing
from lab.findings.report import Channel, Kind
from lab.suggest import suggest
from lab.toml import TomlSource, quote_value

__all__ = ["SCHEMA", "parse_policy"]

SCHEMA = "fingerprint-lab/policy/1"

LONGEST_LINE = 1_000
"""Characters: tomllib's time for a key of many dots grows with the square of their number."""

_Words: TypeAlias = str | tuple[str, ...]
_Text: TypeAlias = Annotated[str, Meta(pattern=r"\S", description="a text that is not empty")]
_Url: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\Ahttps?://[^/\s]+\S*\Z",
        description="an address, e.g. https://example.com/privacy",
    ),
]
_SignalId: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A[0-9a-f]+\Z",
        description="a signal's id as in report.json, e.g. badd5db15429",
    ),
]
_Host: TypeAlias = Annotated[
    str, Meta(pattern=r"\A[^/]*\Z", description="a host's name or pattern, e.g. *.example.com")
]
_Path: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A(?:[/:*]|\Z)",
        description="a path, which begins with / (or with : and a port, or with *)",
    ),
]
_Method: TypeAlias = Annotated[
    str, Meta(pattern=r"\A[A-Z][A-Z-]*\Z", description="a method in capitals, e.g. POST")
]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as the file writes it."""

    reason: _Text | None = None
    url: _Url | None = None
    id: _Words | None = None
    cause: _Words | None = None
    cause_includes: _Words | None = None
    cause_within: _Words | None = None
    kind: _Words | None = None
    channel: _Words | None = None
    method: _Words | None = None
    host: _Words | None = None
    path: _Words | None = None
    part: _Words | None = None
    pointer: _Words | None = None
    covert: bool | None = None


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal["fingerprint-lab/policy/1"]
    default: Default = "undecided"
    allowed: tuple[_Table, ...] = ()
    documented: tuple[_Table, ...] = ()
    forbidden: tuple[_Table, ...] = ()


_WORD_TYPES: Mapping[str, Any] = {
    "id": _SignalId,
    "kind": Kind,
    "channel": Channel,
    "method": _Method,
    "host": _Host,
    "path": _Path,
}
"""What each word of a condition must be; those of other conditions may be any text."""
_CAUSES = ("cause", "cause_includes", "cause_within")
_SINGLE = frozenset({"reason", "url", "covert"})
_NO_CONDITIONS = frozenset({"reason", "url"})


def parse_policy(text: str, file: str) -> Policy:
    """The policy that a TOML text describes.

    Args:
        text: The text.
        file: The name of its file as the user knows it, for errors.

    Raises:
        UsageError: One line about the first mistake, with file, line and key.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise UsageError(
                f"{file}:{number}: longer than {LONGEST_LINE:,} characters; break the line"
            )
    source = TomlSource(text, file, UsageError)
    document = source.convert(_Document)
    rules = [
        _rule(source, standing, number)
        for standing in get_args(Standing)
        for number in range(len(getattr(document, standing)))
    ]
    return Policy(
        rules=tuple(sorted(rules, key=lambda rule: rule.line)),
        default=document.default,
        file=file,
    )


def _rule(source: TomlSource, standing: Standing, number: int) -> Rule:
    """The rule of one table, which fits the format."""
    table = source.document[standing][number]
    path = (standing, number)
    line = source.lines.get(path)
    if line is None:
        raise source.error_at(path, f"begin each rule with [[{standing}]] on a line of its own")
    if standing == "documented" and "url" not in table:
        raise source.error_at((*path, "url"), "is missing; write where the vendor documents it")
    if standing != "documented" and "url" in table:
        raise source.error_at((*path, "url"), "belongs to [[documented]]; name it in the reason")
    if standing != "documented" and "reason" not in table:
        problem = "is missing; write why, for those who read the verdict"
        raise source.error_at((*path, "reason"), problem)
    causes = [key for key in _CAUSES if key in table]
    if len(causes) > 1:
        problem = f"{causes[0]} and {causes[1]} do not go together; use one"
        raise source.error_at((*path, causes[1]), problem)
    if not table.keys() - _NO_CONDITIONS:
        problem = "has no condition; add cause, host or another one, or set default"
        raise source.error_at(path, problem)
    conditions: dict[str, tuple[str, ...]] = {}
    for key in table.keys() - _SINGLE:
        words = [table[key]] if isinstance(table[key], str) else table[key]
        if not words:
            raise source.error_at((*path, key), "is empty; name something, or leave the key out")
        for word in words:
            source.check(word, _WORD_TYPES.get(key, str), (*path, key))
            if key in _CAUSES and word not in factors():
                problem = f"there is no factor {quote_value(word)}; {suggest(word[:60], factors())}"
                raise source.error_at((*path, key), problem)
        conditions[key] = tuple(dict.fromkeys(sorted(words) if key in _CAUSES else words))
    single = {key: table[key] for key in table if key in _SINGLE}
    return msgspec.convert({"standing": standing, "line": line, **single, **conditions}, Rule)
