"""From a policy's TOML text to a :class:`~lab.findings.policy.rule.Policy`.

The format as a table, and one walk over it.  A mistake is one line for the person who wrote
the file: which file, which line, which key, what is wrong and what is there instead.

TOML forgets in which order tables of different names stand, and order decides here.  So the
text is read twice, the second time with a line's number written into each table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, get_args

from lab.errors import UsageError
from lab.factors.registry import factors
from lab.findings.policy.rule import Default, Policy, Rule, Standing
from lab.findings.report import Channel, Kind
from lab.suggest import nearest

__all__ = ["SCHEMA", "parse_policy"]

SCHEMA = "fingerprint-lab/policy/1"

LONGEST_LINE = 1_000
"""A key of many dots in one line takes tomllib time that grows with the square of them."""
_MARK = "(line)"
_HEADER = re.compile(rf"\s*\[\[\s*(?:{'|'.join(get_args(Standing))})\s*\]\]\s*(?:#.*)?")
_ID = re.compile(r"[0-9a-f]+")
_URL = re.compile(r"https?://[^/\s]+\S*")
_METHOD = re.compile(r"[A-Z][A-Z-]*")

Check = Callable[[Any], str | None]
"""Takes a value; returns what is wrong with it and how to mend it, or None."""


def parse_policy(text: str, file: str) -> Policy:
    """The policy that ``text`` describes; UsageError with one line for the first mistake.

    ``file`` is how the user knows the text: it begins the message.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            _wrong(f"{file}:{number}", f"longer than {LONGEST_LINE:,} characters; break the line")
    document = _toml(text, file)
    _check_top(document, file)
    rules = [
        (line, standing, table)
        for standing, tables in _numbered(document, text, file).items()
        for line, table in tables
    ]
    rules.sort(key=lambda entry: entry[0])
    return Policy(
        rules=tuple(_rule(standing, line, table, file) for line, standing, table in rules),
        default=document.get("default", "undecided"),
        file=file,
    )


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _wrong(file, f"not valid TOML: {str(error)[0].lower()}{str(error)[1:]}")
    except RecursionError:
        _wrong(file, "nested too deeply; a policy is a list of simple tables")
    except ValueError as error:
        _wrong(file, f"not valid TOML: {str(error)[:200]}")


def _numbered(
    document: Mapping[str, Any], text: str, file: str
) -> dict[Standing, list[tuple[int, dict[str, Any]]]]:
    """The tables of each name, with the line on which each begins."""
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        lines.append(line)
        if _HEADER.fullmatch(line):
            lines.append(f'"{_MARK}" = {number}')
    try:
        marked = tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        marked = {}
    found: dict[Standing, list[tuple[int, dict[str, Any]]]] = {}
    for standing in get_args(Standing):
        tables = document.get(standing, [])
        numbers = [table.get(_MARK) for table in marked.get(standing, [])]
        if len(numbers) != len(tables) or not all(isinstance(line, int) for line in numbers):
            _wrong(file, f"begin each rule with [[{standing}]] on a line of its own")
        found[standing] = list(zip(numbers, tables, strict=True))
    return found


def _rule(standing: Standing, line: int, table: dict[str, Any], file: str) -> Rule:
    place = f"{file}:{line}"
    for key, value in table.items():
        if key not in _KEYS:
            _wrong(place, f"[[{standing}]] {_shown(key)}: no such key{_instead(key, _KEYS)}")
        if wrong := _KEYS[key](value):
            _wrong(place, f"[[{standing}]] {key}: {wrong}")
    if standing == "documented" and "url" not in table:
        _wrong(place, f"[[{standing}]] url: is missing; say where the vendor documents it")
    if standing != "documented" and "url" in table:
        _wrong(place, f"[[{standing}]] url: belongs to [[documented]]; name it in the reason")
    if standing != "documented" and "reason" not in table:
        _wrong(place, f"[[{standing}]] reason: is missing; say why, for those who read the verdict")
    causes = [key for key in _CAUSES if key in table]
    if len(causes) > 1:
        _wrong(place, f"[[{standing}]] {causes[0]} and {causes[1]} do not go together; use one")
    if not table.keys() - {"reason", "url"}:
        _wrong(
            place,
            f"[[{standing}]] says nothing of which signals it means; "
            "add cause, host or another condition, or set default",
        )
    fields: dict[str, Any] = {
        key: value if key in _SINGLE else _many(key, value) for key, value in table.items()
    }
    return Rule(standing, line, **fields)


def _many(key: str, value: str | list[str]) -> tuple[str, ...]:
    words = dict.fromkeys([value] if isinstance(value, str) else value)
    return tuple(sorted(words) if key in _CAUSES else words)


# --- checks of one value -------------------------------------------------------------------


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return f"must be a text, not {_shown(value)}; put it in quotes"
    return None if value.strip() else "is empty; write something or leave the key out"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else f"must be true or false, not {_shown(value)}"


def _url(value: object) -> str | None:
    if (wrong := _text(value)) or _URL.fullmatch(str(value)):
        return wrong
    return f"{_shown(value)} is not an address; write e.g. https://example.com/privacy"


def _words(check: Check) -> Check:
    """One text, or a list of them, each as ``check`` wants it."""

    def checked(value: object) -> str | None:
        items = value if isinstance(value, list) else [value]
        if not items:
            return "is empty; name something or leave the key out"
        for item in items:
            if not isinstance(item, str):
                return f'must be a text or a list of texts, not {_shown(item)}; write ["…", "…"]'
            if wrong := check(item):
                return wrong
        return None

    return checked


def _one_of(noun: str, known: Callable[[], Collection[str]]) -> Check:
    def check(word: str) -> str | None:
        if word in known():
            return None
        return f"there is no {noun} {_shown(word)}{_instead(word, known())}"

    return check


def _host(word: str) -> str | None:
    if "/" not in word:
        return None
    return f"{_shown(word)} is not a host; write its name only, e.g. *.example.com"


def _path(word: str) -> str | None:
    if not word or word[0] in "/:*":
        return None
    return f"{_shown(word)} is not a path; it begins with / (or with : and a port, or with *)"


def _method(word: str) -> str | None:
    if _METHOD.fullmatch(word):
        return None
    return f"{_shown(word)} is not a method; write it in capitals, e.g. POST"


def _signal(word: str) -> str | None:
    if _ID.fullmatch(word):
        return None
    return f"{_shown(word)} is not a signal's id; report.json has them, e.g. badd5db15429"


def _anything(word: str) -> str | None:
    return None


# --- the format, as a table ----------------------------------------------------------------

_FACTORS = _words(_one_of("factor", lambda: factors()))
_KEYS: Mapping[str, Check] = {
    "reason": _text,
    "url": _url,
    "id": _words(_signal),
    "cause": _FACTORS,
    "cause_includes": _FACTORS,
    "cause_within": _FACTORS,
    "kind": _words(_one_of("kind", lambda: get_args(Kind))),
    "channel": _words(_one_of("channel", lambda: get_args(Channel))),
    "method": _words(_method),
    "host": _words(_host),
    "path": _words(_path),
    "part": _words(_anything),
    "pointer": _words(_anything),
    "covert": _flag,
}
_SINGLE = frozenset({"reason", "url", "covert"})
_CAUSES = ("cause", "cause_includes", "cause_within")
_TOP = ("schema", "default", *get_args(Standing))


def _check_top(document: Mapping[str, Any], file: str) -> None:
    for key, value in document.items():
        if key not in _TOP:
            _wrong(file, f"{_shown(key)}: no such key{_instead(key, _TOP)}")
        if key in get_args(Standing) and not (
            isinstance(value, list) and all(isinstance(table, dict) for table in value)
        ):
            _wrong(file, f"{key}: must be written as [[{key}]], with two brackets")
    if "schema" not in document:
        _wrong(file, f'schema: is missing; begin with schema = "{SCHEMA}"')
    if document["schema"] != SCHEMA:
        _wrong(file, f'schema: {_shown(document["schema"])} is not known; write "{SCHEMA}"')
    default = document.get("default", "undecided")
    if not isinstance(default, str) or default not in get_args(Default):
        _wrong(
            file,
            f"default: must be {', '.join(get_args(Default)[:-1])} or {get_args(Default)[-1]}, "
            f"not {_shown(default)}",
        )


# --- words ----------------------------------------------------------------------------------


def _wrong(place: str, what: str) -> NoReturn:
    raise UsageError(f"{place}: {what}")


def _shown(value: object) -> str:
    """A value as a message quotes it; what has parts may be deep, and is only named."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _instead(word: str, known: Collection[str]) -> str:
    return f"; nearest: {nearest(word[:60], known)}"
