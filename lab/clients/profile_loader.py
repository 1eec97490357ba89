"""From a profile's TOML text to a :class:`~lab.clients.profile.Profile`.

The sections below are the format; :mod:`lab.toml` checks a text against them.  Here are the
checks that need two keys at once.

Placeholders ``{prompt} {home} {project} {install} {folder}`` stay in the texts.
:func:`fill_placeholders` replaces them and no other braces, so JSON and shell code can be part
of a profile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

from lab.clients.profile import Expectations, InstallSource, Profile, ProviderSettings
from lab.clients.profile_fields import (
    ClientName,
    HomeFiles,
    HttpStatus,
    Seconds,
    Text,
    Variable,
    Variables,
    Word,
)
from lab.errors import ClientError
from lab.internet.models.providers import list_protocols
from lab.internet.script import FixedAnswer
from lab.suggest import find_similar, suggest
from lab.toml import TomlSource, quote_value

__all__ = ["PLACEHOLDERS", "fill_placeholders", "parse_profile"]

PLACEHOLDERS = ("prompt", "home", "project", "install", "folder")

_MISSPELT = 0.8
"""Similarity from which a name in braces is a misspelt placeholder; others may be shell code."""
_BRACES = re.compile(r"\{([A-Za-z_]+)\}")


class _Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: ClientName
    argv: Annotated[
        tuple[Text, ...],
        msgspec.Meta(
            description='a list of texts, the program first, e.g. ["/usr/bin/python3", "…"]'
        ),
    ]
    version: Word | None = None
    prompt: Word | None = None
    timeout_s: Seconds | None = None
    tty: bool | None = None


class _Trust(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    variables: tuple[Variable, ...] = ()
    script_variables: tuple[Variable, ...] = ()


class _Files(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    home: HomeFiles = {}


class _Factors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    exclude: tuple[Text, ...] = ()


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: Word
    host: Word | None = None
    method: Word | None = None
    status: HttpStatus | None = None
    content_type: Word | None = None
    body: Text | None = None


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    client: _Client
    install: InstallSource | None = None
    provider: ProviderSettings = ProviderSettings()
    expects: Expectations = Expectations()
    environment: Variables = {}
    optout: Variables = {}
    trust: _Trust = _Trust()
    files: _Files = _Files()
    factors: _Factors = _Factors()
    answers: tuple[_Answer, ...] = ()


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """``text`` with ``{name}`` replaced for each name in ``values``, in one pass."""
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def parse_profile(text: str, file: str) -> Profile:
    """The profile that a TOML text describes.

    Args:
        text: The text.
        file: The name of its file as the user knows it, for errors.

    Raises:
        ClientError: One line about the first mistake, with file, line and key.
    """
    source = TomlSource(text, file, ClientError)
    document = source.convert(_Document)
    _check_argv(source, document)
    _check_install(source, document.install)
    _check_provider(source, document)
    client = {key: getattr(document.client, key) for key in source.document["client"]}
    return Profile(
        **client,
        install=document.install,
        provider=document.provider,
        expects=document.expects,
        environment=document.environment,
        optout=document.optout,
        trust=document.trust.variables,
        trust_of_scripts=document.trust.script_variables,
        home_files=document.files.home,
        answers=tuple(FixedAnswer(**answer) for answer in source.document.get("answers", ())),
        exclude=document.factors.exclude,
    )


def _check_argv(source: TomlSource, document: _Document) -> None:
    argv = document.client.argv
    path = ("client", "argv")
    if not argv or not argv[0]:
        raise source.error_at(path, "is empty; the first item is the program")
    for name in set(_BRACES.findall(" ".join(argv))).difference(PLACEHOLDERS):
        if similar := find_similar(name, PLACEHOLDERS, min_ratio=_MISSPELT):
            hint = f"did you mean {{{similar[0]}}}?"
            raise source.error_at(path, f"holds {{{name}}}, which is not a placeholder; {hint}")
    if document.install is None and any("{install}" in word for word in argv):
        raise source.error_at(path, "holds {install}, but there is no [install] section")


def _check_install(source: TomlSource, install: InstallSource | None) -> None:
    if install is None:
        return
    if (install.npm is None) == (install.pypi is None):
        raise source.error_at(("install",), "must name exactly one of npm and pypi")
    if install.node is not None and install.npm is None:
        raise source.error_at(("install", "node"), "is for npm clients only; leave it out")


def _check_provider(source: TomlSource, document: _Document) -> None:
    provider = document.provider
    files = provider.endpoint_files
    if files and not any("{endpoint}" in text for text in files.values()):
        problem = "no file holds {endpoint}; write it where the base URL belongs"
        raise source.error_at(("provider", "endpoint_files"), problem)
    variables = provider.endpoint_variable or ()
    variables = (variables,) if isinstance(variables, str) else variables
    for name in variables:
        source.check(name, Variable, ("provider", "endpoint_variable"))
    if provider.endpoint_required and not {*variables} & document.environment.keys():
        problem = "no endpoint variable is in [environment]; write there what unset stands for"
        raise source.error_at(("provider", "endpoint_required"), problem)
    if document.expects.provider and not (provider.host or provider.official):
        problem = "the profile names no provider; write [provider] host"
        raise source.error_at(("expects", "provider"), problem)
    if document.expects.tool_result and not provider.protocols:
        problem = "the profile names no protocol; write [provider] protocols"
        raise source.error_at(("expects", "tool_result"), problem)
    known = list_protocols()
    for number, name in enumerate(provider.protocols):
        if name not in known:
            problem = f"there is no protocol {quote_value(name)}; {suggest(name, known)}"
            raise source.error_at(("provider", "protocols", number), problem)
