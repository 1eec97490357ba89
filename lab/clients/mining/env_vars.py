"""Mining: which environment variables the client's own files name.

Whoever varies environment variables must know their names, and nobody can guess them.  A
program names those that it reads, and what the lab can show to a client it can also search.
This is no analysis of what the client does: a name found here is worth a trial, and only a
trial tells whether it matters.

Searched is what the client brings along (:mod:`lab.clients.mining.program_files`), and nothing that
reads variables for any program, such as an interpreter.

The order of the names says how surely each is a variable.  First come those that are read in
an expression, the most often read first.  Then those that only stand there, but begin like
names that are surely variables: like two that are read, like the client's own name, or like
a variable of its profile.  Last come other names in quotes, and other capitals of compiled
programs and of small scripts, those first that end or begin as variables do.  Equal ones
come in alphabetical order, so the same files give the same names on every machine.
"""

from __future__ import annotations

import mmap
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lab.clients.mining.env_var_patterns import (
    Contents,
    find_capital_runs,
    find_quoted_names,
    find_script_reads,
    find_shell_reads,
)
from lab.clients.mining.program_files import classify_program, list_program_files
from lab.clients.profile import Client

__all__ = ["MinedNames", "mine_env_var_names", "mine_env_vars", "open_contents"]

MAX_FILES = 100_000
MAX_BYTES = 4 * 2**30
"""Read in all; a program that lies in a folder full of other things is searched this far."""
_MMAP_FROM_BYTES = 16 * 2**20
"""Larger files are mapped into memory, not copied there."""


_HAND_WRITTEN_BYTES = 2**18
"""A script that may well be written by hand, where capitals mean something."""
_LONGEST_NAME = 64
_MIN_LETTERS = 5
_PLAUSIBLE = re.compile(r"[A-Z]+[0-9]*(?:_(?:[A-Z]+[0-9]*|[0-9]+))+")
"""No word goes on after a digit, as the names do that compilers make."""
_MIN_SPLIT_PREFIX = 4
"""A shorter beginning also stands inside of names (``AI_`` in ``OPENAI_``)."""
# fmt: off
_SUFFIXES = frozenset((
    "ARGS", "CERT", "CERTS", "CONFIG", "DEBUG", "DIR", "DISABLE", "DISABLED", "ENABLE",
    "ENABLED", "ENDPOINT", "ENV", "FILE", "FLAGS", "HOME", "HOST", "ID", "KEY", "LEVEL", "LOG",
    "MODE", "MODEL", "OPTIONS", "PATH", "PORT", "PROFILE", "PROXY", "REGION", "SECRET",
    "TIMEOUT", "TOKEN", "TRACE", "URI", "URL", "USER", "VERSION",
))
_PREFIXES = frozenset(("DISABLE", "ENABLE", "FORCE", "NO", "SKIP", "USE"))
# fmt: on
"""Words that variables of programs of all kinds end and begin with."""


class MinedNames(msgspec.Struct, frozen=True):
    """The names, how many files were searched, and how many could not be read.

    ``complete`` is false where there was more than the lab searches.
    """

    names: tuple[str, ...]
    files: int
    unread: int
    complete: bool


def mine_env_var_names(client: Client, most: int = 2000) -> tuple[str, ...]:
    """Names of environment variables in the client's own files, the surest first.

    At most ``most``.  Names that the profile sets, or that another factor decides, are not
    left out.  What cannot be read is passed over; :func:`mine_env_vars` tells how much that was.
    """
    return mine_env_vars(client, most).names


def mine_env_vars(client: Client, most: int = 2000) -> MinedNames:
    """The same with an account of what was searched."""
    read: Counter[bytes] = Counter()
    standing: set[bytes] = set()
    loose: set[tuple[bytes, bool]] = set()
    files = unread = size = 0
    complete = True
    for path in list_program_files(client):
        if files >= MAX_FILES or size >= MAX_BYTES:
            complete = False
            break
        try:
            with open_contents(path) as contents:
                files += 1
                size += len(contents)
                kind = classify_program(path, contents[:512])
                if kind == "shell":
                    read.update(find_shell_reads(contents))
                elif kind is not None:
                    read.update(find_script_reads(contents))
                    standing |= find_quoted_names(contents)
                if kind == "compiled" or (
                    kind is not None and len(contents) <= _HAND_WRITTEN_BYTES
                ):
                    loose |= find_capital_runs(contents)
        except (OSError, ValueError):  # ValueError: it became empty before it was mapped
            unread += 1
    names = _rank_names(read, standing, loose, _own_prefixes(client))
    return MinedNames(names[:most], files, unread, complete)


@contextmanager
def open_contents(path: str) -> Iterator[Contents]:
    """The bytes of a file, mapped where it is large; OSError or ValueError where there are none."""
    # A pipe put in the file's place would keep a plain open waiting for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if os.fstat(descriptor).st_size < _MMAP_FROM_BYTES:
            yield file.read(_MMAP_FROM_BYTES)
        else:
            with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as mapped:
                yield mapped


def _own_prefixes(client: Client) -> frozenset[str]:
    """First words of names that are surely this client's: of its own, and of its profile."""
    profile = client.profile
    variable = profile.provider.endpoint_variable or ()
    variables = (variable,) if isinstance(variable, str) else variable
    program = Path(client.program[0]).name if client.program else ""
    install = profile.install
    package = (install.npm or install.pypi or "") if install else ""
    words = (profile.name, program, package.rpartition("/")[2])
    names = [re.sub(r"[^A-Z0-9]+", "_", word.upper()) for word in words]
    names += [*profile.environment, *profile.optout, *variables]
    return frozenset(first for first in map(_first_word, names) if len(first) > 1)


def _first_word(name: str) -> str:
    return name.partition("_")[0]


def _rank_names(
    read: Mapping[bytes, int],
    quoted_names: set[bytes],
    capital_runs: set[tuple[bytes, bool]],
    own: frozenset[str],
) -> tuple[str, ...]:
    """All names that can be variables, the surest first."""
    sure = {name.decode(): count for name, count in read.items() if not name.endswith(b"_")}
    shared = Counter(_first_word(name) for name in sure if "_" in name)
    weight = {first: count for first, count in shared.items() if count > 1}
    weight.update(dict.fromkeys(own, len(sure) + 1))
    border = _split_pattern(weight)
    bare = {name.decode() for name in quoted_names}
    others = {part for run, cut in capital_runs for part in _split_run(run.decode(), cut, border)}
    alike = {name for name in bare | others if _first_word(name) in weight}
    others |= {name for name in bare if _is_plausible(name)}
    in_order = [
        sorted(sure, key=lambda name: (-sure[name], name)),
        sorted(alike, key=lambda name: (-weight[_first_word(name)], name)),
        sorted(others, key=lambda name: (not _is_usual(name), name)),
    ]
    found = dict.fromkeys(name for names in in_order for name in names)
    return tuple(name for name in found if not name.endswith("_"))


def _split_pattern(beginnings: Iterable[str]) -> re.Pattern[str]:
    """Where a name begins that has one of these beginnings, right after another text."""
    known = "|".join(sorted(word for word in beginnings if len(word) >= _MIN_SPLIT_PREFIX))
    return re.compile(f"(?<=[A-Z0-9])(?=(?:{known})_)" if known else r"(?!)")


def _split_run(run: str, cut: bool, border: re.Pattern[str]) -> Iterator[str]:
    """The names that a run may be, or be made of.

    ``cut`` says that its last letter may belong to a word that follows.
    """
    *parts, last = border.split(run)
    if not cut or _has_usual_end(last):
        parts.append(last)
    else:
        parts += [last[:-1]] if _has_usual_end(last[:-1]) else [last, last[:-1]]
    if not all("_" in part for part in parts):
        parts.append(run)
    yield from filter(_is_plausible, parts)


def _is_plausible(name: str) -> bool:
    sized = sum(map(str.isalpha, name)) >= _MIN_LETTERS and len(name) <= _LONGEST_NAME
    return sized and _PLAUSIBLE.fullmatch(name) is not None


def _is_usual(name: str) -> bool:
    return _has_usual_end(name) or _first_word(name) in _PREFIXES


def _has_usual_end(name: str) -> bool:
    return name.rpartition("_")[2] in _SUFFIXES
