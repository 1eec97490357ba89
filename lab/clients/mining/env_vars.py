"""Names of environment variables in a client's own files.

To vary an environment variable the lab must know its name, and a program contains the names
that it reads.  A name found here is a candidate: only a trial shows whether it has an effect.

The client's own files are searched (:mod:`lab.clients.mining.program_files`), but not
interpreters, which read variables for any program.

The names are in order of decreasing certainty:

1. names in expressions that read the environment, the most frequent first;
2. quoted names with a prefix of a known variable: of two that are read, of the client's own
   name, or of a variable in its profile;
3. other quoted names, and other words in capitals in compiled programs and in small scripts,
   those with a usual prefix or suffix first.

Names of equal rank are in alphabetical order, so the result is the same on every machine.
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
"""How much is read in total; the folder of a program may hold many other files."""
_MMAP_FROM_BYTES = 16 * 2**20
"""Files of this size or more are mapped into memory instead of copied."""


_HAND_WRITTEN_BYTES = 2**18
"""The largest size of a script that was probably written by hand, so that capitals matter."""
_LONGEST_NAME = 64
_MIN_LETTERS = 5
_PLAUSIBLE = re.compile(r"[A-Z]+[0-9]*(?:_(?:[A-Z]+[0-9]*|[0-9]+))+")
"""A part of a name ends after its digits, unlike in names that compilers generate."""
_MIN_SPLIT_PREFIX = 4
"""A shorter prefix also occurs inside names, such as ``AI_`` in ``OPENAI_``."""
# fmt: off
_SUFFIXES = frozenset((
    "ARGS", "CERT", "CERTS", "CONFIG", "DEBUG", "DIR", "DISABLE", "DISABLED", "ENABLE",
    "ENABLED", "ENDPOINT", "ENV", "FILE", "FLAGS", "HOME", "HOST", "ID", "KEY", "LEVEL", "LOG",
    "MODE", "MODEL", "OPTIONS", "PATH", "PORT", "PROFILE", "PROXY", "REGION", "SECRET",
    "TIMEOUT", "TOKEN", "TRACE", "URI", "URL", "USER", "VERSION",
))
_PREFIXES = frozenset(("DISABLE", "ENABLE", "FORCE", "NO", "SKIP", "USE"))
# fmt: on
"""Usual suffixes and prefixes of the variables of all kinds of programs."""


class MinedNames(msgspec.Struct, frozen=True):
    """The names that were found, and how much was searched.

    ``files`` were searched, ``unreadable`` could not be read.  ``complete`` is false if there
    were more files or bytes than the lab searches.
    """

    names: tuple[str, ...]
    files: int
    unread: int
    complete: bool


def mine_env_var_names(client: Client, most: int = 2000) -> tuple[str, ...]:
    """Names of environment variables in the client's own files, the most certain first.

    At most ``most``.  Names that the profile sets, or that another factor decides, are not
    excluded.  Unreadable files are skipped; :func:`mine_env_vars` counts them.
    """
    return mine_env_vars(client, most).names


def mine_env_vars(client: Client, most: int = 2000) -> MinedNames:
    """The same names, with the number of files that were searched."""
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
    """The bytes of a file; large files are mapped.  OSError or ValueError if it is unreadable."""
    # Without O_NONBLOCK, opening a pipe that replaced the file would block.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if os.fstat(descriptor).st_size < _MMAP_FROM_BYTES:
            yield file.read(_MMAP_FROM_BYTES)
        else:
            with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as mapped:
                yield mapped


def _own_prefixes(client: Client) -> frozenset[str]:
    """First words of the client's own names: of its program, package and profile."""
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
    """All names that can be variables, the most certain first."""
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
    """A pattern for the position inside a run where a name with one of these prefixes begins."""
    known = "|".join(sorted(word for word in beginnings if len(word) >= _MIN_SPLIT_PREFIX))
    return re.compile(f"(?<=[A-Z0-9])(?=(?:{known})_)" if known else r"(?!)")


def _split_run(run: str, cut: bool, border: re.Pattern[str]) -> Iterator[str]:
    """The names that a run of capitals may be, or may consist of.

    If ``cut``, the last letter of the run may belong to the next word.
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
