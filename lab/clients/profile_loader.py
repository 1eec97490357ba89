"""From a profile's TOML text to a :class:`~lab.clients.profile.Profile`.

The contract (sections, keys, types) is stated as a table below, and one walk over the table
checks everything before the record is built.  A mistake is one line for the person who
wrote the file: which file, which key, what is wrong with it, how to mend it.

Placeholders ``{prompt} {home} {project} {install} {folder}`` stay in the texts;
:func:`fill_placeholders` puts values in, and touches no other braces, so JSON and shell code can
stand in a profile.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, get_args

import msgspec

from lab.clients.profile import Profile, Protocol
from lab.errors import ClientError

__all__ = ["PLACEHOLDERS", "fill_placeholders", "parse_profile"]

PLACEHOLDERS = ("prompt", "home", "project", "install", "folder")

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PACKAGE = re.compile(r"(@[a-z0-9~][a-z0-9._~-]*/)?[A-Za-z0-9~][A-Za-z0-9._~-]*")
_BRACES = re.compile(r"\{([A-Za-z_]+)\}")

Check = Callable[[Any], str | None]
"""Takes a value; returns what is wrong with it and how to mend it, or None."""


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """``text`` with ``{name}`` replaced for each name in ``values``, in one pass."""
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def parse_profile(text: str, file: str) -> Profile:
    """The profile that ``text`` describes; ClientError with one line for the first mistake.

    ``file`` is how the user knows the text: it begins the message.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClientError(
            f"{file}: not valid TOML: {str(error)[0].lower()}{str(error)[1:]}"
        ) from None
    _check_sections(document, file)

    profile = msgspec.convert(
        {
            **document["client"],
            "install": document.get("install"),
            "provider": document.get("provider", {}),
            "environment": document.get("environment", {}),
            "optout": document.get("optout", {}),
            "trust": document.get("trust", {}).get("variables", ()),
            "trust_of_scripts": document.get("trust", {}).get("script_variables", ()),
            "home_files": document.get("files", {}).get("home", {}),
            "answers": document.get("answers", ()),
            "exclude": document.get("factors", {}).get("exclude", ()),
        },
        Profile,
    )
    _check_whole(profile, file)
    return profile


# --- checks of one value -------------------------------------------------------------------


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return f"must be a text, not {_shown(value)}; put it in quotes"
    if "\0" in value:
        return "holds a NUL character, which no program can be given; take it out"
    return None


def _word(value: object) -> str | None:
    return _text(value) or (None if value else "is empty; write something or leave the key out")


def _client_name(value: object) -> str | None:
    if (wrong := _word(value)) or _NAME.fullmatch(str(value)):
        return wrong
    return f"{_shown(value)} must begin with a letter or digit and hold only those and . _ -"


def _package(value: object) -> str | None:
    if (wrong := _word(value)) or _PACKAGE.fullmatch(str(value)):
        return wrong
    return (
        f"{_shown(value)} is not a package's name, e.g. @scope/name or name; "
        "the version goes into [client] version"
    )


def _texts(value: object) -> str | None:
    if not isinstance(value, list):
        return f'must be a list of texts, not {_shown(value)}; write ["…", "…"]'
    return next(
        (f"item {n}: {wrong}" for n, item in enumerate(value) if (wrong := _text(item))), None
    )


def _argv(value: object) -> str | None:
    if wrong := _texts(value):
        return wrong
    assert isinstance(value, list)
    if not value or not value[0]:
        return 'is empty; the first item is the program, e.g. ["/usr/bin/python3", "…"]'
    for found in _BRACES.findall(" ".join(value)):
        near = difflib.get_close_matches(found, PLACEHOLDERS, n=1, cutoff=0.8)
        if found not in PLACEHOLDERS and near:
            return f"holds {{{found}}}, which nothing fills in; did you mean {{{near[0]}}}?"
    return None


def _seconds(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"must be a number of seconds, not {_shown(value)}; write e.g. 60"
    if not 0 < value <= 86_400:
        return f"must be above 0 and at most a day (86400), not {value}"
    return None


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else f"must be true or false, not {_shown(value)}"


def _status(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= 599:
        return None
    return f"must be an HTTP status from 200 to 599, not {_shown(value)}"


def _major(value: object) -> str | None:
    if (wrong := _word(value)) or str(value).isdecimal():
        return wrong
    return f'{_shown(value)} is not a major version; write e.g. node = "22"'


def _variable(value: object) -> str | None:
    if (wrong := _word(value)) or _VARIABLE.fullmatch(str(value)):
        return wrong
    return f"{_shown(value)} is not a variable's name (letters, digits and _)"


def _variables(value: object) -> str | None:
    if not isinstance(value, list):
        return f'must be a list of variable names, not {_shown(value)}; write ["…"]'
    return next((wrong for item in value if (wrong := _variable(item))), None)


def _one_or_more_variables(value: object) -> str | None:
    return _variables(value) if isinstance(value, list) else _variable(value)


def _protocols(value: object) -> str | None:
    if wrong := _texts(value):
        return wrong
    assert isinstance(value, list)
    known = get_args(Protocol)
    for item in value:
        if item not in known:
            return f"no protocol {_shown(item)}{_nearest(item, known)}"
    return None


def _path_inside(value: object) -> str | None:
    if wrong := _word(value):
        return wrong
    parts = str(value).split("/")
    if parts[0] in ("", "~") or ".." in parts:
        return f"{_shown(value)} must be a relative path without ..; leave the leading part out"
    return None


def _paths_inside(value: object) -> str | None:
    if wrong := _texts(value):
        return wrong
    assert isinstance(value, list)
    return next((wrong for item in value if (wrong := _path_inside(item))), None)


def _url(value: object) -> str | None:
    if (wrong := _word(value)) or re.match(r"https?://[^/\s]+", str(value)):
        return wrong
    return f"{_shown(value)} is not a base URL; write e.g. https://api.example.com"


def _host(value: object) -> str | None:
    if (wrong := _word(value)) or re.fullmatch(r"[A-Za-z0-9.:_-]+", str(value)):
        return wrong
    return f"{_shown(value)} is not a host's name; write e.g. api.example.com, without https://"


def _table_of(key: Check, value: Check) -> Check:
    def check(table: object) -> str | None:
        if not isinstance(table, dict):
            return f"must be a table of texts, not {_shown(table)}"
        for name, item in table.items():
            if wrong := key(name):
                return wrong
            if wrong := value(item):
                return f"{name} {wrong}"
        return None

    return check


# --- the contract, as a table --------------------------------------------------------------

_SECTIONS: Mapping[str, Mapping[str, Check]] = {
    "client": {
        "name": _client_name,
        "version": _word,
        "argv": _argv,
        "prompt": _word,
        "timeout_s": _seconds,
        "tty": _flag,
    },
    "install": {
        "npm": _package,
        "pypi": _package,
        "executable": _path_inside,
        "candidates": _paths_inside,
        "extra": _texts,
        "node": _major,
    },
    "provider": {
        "protocols": _protocols,
        "host": _host,
        "endpoint_variable": _one_or_more_variables,
        "official": _url,
        "endpoint_files": _table_of(_path_inside, _text),
    },
    "trust": {"variables": _variables, "script_variables": _variables},
    "files": {"home": _table_of(_path_inside, _text)},
    "factors": {"exclude": _texts},
}
_TABLES: Mapping[str, Check] = {
    "environment": _table_of(_variable, _text),
    "optout": _table_of(_variable, _text),
}
_ANSWER: Mapping[str, Check] = {
    "path": _word,
    "host": _word,
    "method": _word,
    "status": _status,
    "content_type": _word,
    "body": _text,
}
_REQUIRED = {"client": ("name", "argv"), "answers": ("path",)}


def _check_sections(document: Mapping[str, Any], file: str) -> None:
    known = (*_SECTIONS, *_TABLES, "answers")
    for section, content in document.items():
        if section not in known:
            _wrong(file, f"[{section}]", f"no such section{_nearest(section, known)}")
        if section == "answers":
            if not isinstance(content, list):
                _wrong(file, "answers", "must be written as [[answers]], with two brackets")
            for number, answer in enumerate(content, 1):
                _check_keys(file, f"[[answers]] {number},", answer, _ANSWER, _REQUIRED["answers"])
        elif not isinstance(content, dict):
            _wrong(file, section, f"must be a section; write [{section}] on a line of its own")
        elif section in _TABLES:
            if wrong := _TABLES[section](content):
                _wrong(file, f"[{section}]", wrong)
        else:
            required = _REQUIRED.get(section, ())
            _check_keys(file, f"[{section}]", content, _SECTIONS[section], required)
    if "client" not in document:
        _wrong(file, "[client]", "is missing; it holds at least name and argv")


def _check_keys(
    file: str,
    place: str,
    content: object,
    checks: Mapping[str, Check],
    required: Iterable[str],
) -> None:
    if not isinstance(content, dict):
        _wrong(file, place, f"must be a table, not {_shown(content)}")
    for key, value in content.items():
        if key not in checks:
            _wrong(file, f"{place} {key}", f"no such key{_nearest(key, checks)}")
        if wrong := checks[key](value):
            _wrong(file, f"{place} {key}", wrong)
    for key in required:
        if key not in content:
            _wrong(file, f"{place} {key}", "is missing and required; add it")


def _check_whole(profile: Profile, file: str) -> None:
    """Mistakes that only show when keys are read together."""
    provider = profile.provider
    if provider.endpoint_files and not any(
        "{endpoint}" in text for text in provider.endpoint_files.values()
    ):
        _wrong(file, "[provider] endpoint_files", "no file holds {endpoint}; say where it belongs")
    install = profile.install
    if install is None:
        if any("{install}" in word for word in profile.argv):
            _wrong(file, "[client] argv", "holds {install}, but there is no [install] section")
        return
    if (install.npm is None) == (install.pypi is None):
        _wrong(file, "[install]", "must name exactly one of npm and pypi")
    if install.node is not None and install.npm is None:
        _wrong(file, "[install] node", "serves npm clients only; leave it out")


# --- words ----------------------------------------------------------------------------------


def _wrong(file: str, key: str, what: str) -> NoReturn:
    raise ClientError(" ".join(f"{file}: {key}: {what}".split()))


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _nearest(word: object, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
