"""Hosts, domain endings and keywords in a client's own files.

A program that treats some hosts differently must compare host names with something: a host, an
ending (``.cn``), or a word inside a host name.  Unless it obfuscates them, they are quoted texts
or hosts of URLs in its files (:mod:`lab.clients.mining.program_files`).  A word found here is a
candidate: only a trial shows whether it has an effect.

A host has two to seven labels under an existing top-level domain.  Names of files (``main.py``)
are excluded if their extension is also a top-level domain.  A keyword is a quoted word within
a few lines of a host or an ending.

Words of each kind are ordered by the number of neighbours of the same kind, as in a list, and
then alphabetically, so the result is the same on every machine.
"""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from lab.clients.mining.env_var_patterns import Contents
from lab.clients.mining.env_vars import open_contents
from lab.clients.mining.program_files import classify_program, list_program_files
from lab.clients.profile import Client
from lab.factors.data.endpoint_hosts import ALL_COUNTRIES, GENERIC

__all__ = ["HostWords", "find_host_words"]

MAX_WORDS = 200
"""How many words of each kind are returned."""
MAX_BYTES = 512 * 2**20
_MAX_FILES = 20_000
_KEYWORD_DISTANCE = 300
"""The greatest distance in bytes between a keyword and a host."""
_MAX_HITS = 5000
"""How many matches of each kind are used per file."""

_DOMAINS = frozenset((*ALL_COUNTRIES, *GENERIC))
_ALSO_FILE_EXTENSIONS = frozenset(
    (
        "am",
        "app",
        "cc",
        "la",
        "md",
        "ml",
        "mk",
        "pl",
        "pro",
        "ps",
        "py",
        "rs",
        "sh",
        "so",
        "st",
        "tf",
        "vc",
    )
)
"""Top-level domains that are also extensions of files."""
_RESERVED = re.compile(
    r"(?:^|\.)(?:localhost|local|internal|invalid|test|example\.(?:com|net|org))$"
)

_HOST = re.compile(
    rb"""(?:(//)|["'`])((?:[a-z0-9][a-z0-9-]{0,62}\.){1,6}[a-z]{2,24})(?=["'`/:?#\s\\])"""
)
_ENDING = re.compile(rb"""["'`](\.(?:[a-z]{2,3}\.)?[a-z]{2,24})["'`]""")
_QUOTED = re.compile(rb"""["'`]([a-z][a-z0-9-]{2,23})["'`]""")


class HostWords(msgspec.Struct, frozen=True):
    """Hosts, endings of hosts with their dot, and words close to either."""

    hosts: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


def find_host_words(client: Client) -> HostWords:
    """The words in the client's own files; unreadable files are skipped."""
    hosts: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    keywords: Counter[str] = Counter()
    size = 0
    for number, path in enumerate(list_program_files(client)):
        if number >= _MAX_FILES or size >= MAX_BYTES:
            break
        try:
            with open_contents(path) as contents:
                size += len(contents)
                if classify_program(path, contents[:512]) is not None:
                    _count_words(contents, hosts, endings, keywords)
        except (OSError, ValueError):
            continue
    return HostWords(*map(_most_clustered, (hosts, endings, keywords)))


def _count_words(
    contents: Contents, hosts: Counter[str], endings: Counter[str], keywords: Counter[str]
) -> None:
    matches: list[tuple[int, Counter[str], str]] = []
    for match in _HOST.finditer(contents):
        if _is_host(host := match[2].decode(), in_url=match[1] is not None):
            matches.append((match.start(2), hosts, host))
        if len(matches) >= _MAX_HITS:
            break
    for match in _ENDING.finditer(contents):
        ending = match[1].decode()
        last = ending.rpartition(".")[2]
        if last in _DOMAINS and last not in _ALSO_FILE_EXTENSIONS:
            matches.append((match.start(1), endings, ending))
        if len(matches) >= 2 * _MAX_HITS:
            break
    matches.sort(key=lambda place: place[0])
    searched = 0
    for number, (start, kind, text) in enumerate(matches):
        neighbours = 1
        for other in (number - 1, number + 1):
            close = 0 <= other < len(matches) and abs(matches[other][0] - start) < _KEYWORD_DISTANCE
            neighbours += close and matches[other][2] != text
        kind[text] = max(kind[text], neighbours)
        here = max(searched, start - _KEYWORD_DISTANCE)
        searched = start + len(text) + _KEYWORD_DISTANCE
        around = contents[here:searched]
        keywords.update(match[1].decode() for match in _QUOTED.finditer(around))


def _is_host(host: str, *, in_url: bool) -> bool:
    *names, last = host.split(".")
    file = last in _ALSO_FILE_EXTENSIONS and len(names) == 1 and not in_url
    return last in _DOMAINS and not file and not _RESERVED.search(host)


def _most_clustered(found: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(found, key=lambda text: (-found[text], text)))[:MAX_WORDS]
