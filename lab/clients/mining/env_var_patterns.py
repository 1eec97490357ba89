"""Patterns for environment variables in the bytes of a file.

There are three kinds of match, from the most certain to the least.  *Read*: a name in an
expression that reads the environment, in any common language: ``process.env.X``,
``os.environ["X"]``, ``getenv("X")``, ``env::var("X")``, ``ENV.fetch("X")``, ``$ENV{X}``,
``envvar="X"``, ``{X: a} = process.env``, and ``$X`` in a shell script.  *Quoted*: a quoted
name, or one after a dot, which may also be a constant.  *Run*: capitals anywhere in a compiled
program, where texts often follow each other without a separator.

An expression is only tried where the file has ``env``, in one of three spellings, and it matches
in one way only (possessive quantifiers), so the time is linear in the size of the file.  A
compiled program may contain a script (single executables of bun and node do), so it is searched
for all three kinds.  Its machine code is not searched for runs, because code contains a few
capitals by chance.

Formats: the System V ABI's ELF header and section headers (``SHF_EXECINSTR`` marks code).
"""

from __future__ import annotations

import mmap
import re
import struct
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

__all__ = [
    "Contents",
    "find_capital_runs",
    "find_quoted_names",
    "find_script_reads",
    "find_shell_reads",
]

Contents: TypeAlias = bytes | mmap.mmap

_NAME = rb"([A-Z][A-Z0-9_]{2,63}+)(?![A-Za-z0-9_$])"
_LONG_NAME = rb"(?=[A-Z0-9]{1,62}+_)" + _NAME
"""With an underscore, which ordinary words do not have."""
_QUOTE = rb"""["'`]"""
_QUOTE_START = rb"\s{0,80}+b?" + _QUOTE
"""The text before a quoted name; Python's ``os.environb`` takes bytes."""
_WORD = rb"[A-Za-z0-9_$]{0,60}+"


def _expression(anchor: bytes, *, dotted: bytes = _NAME) -> re.Pattern[bytes]:
    """A pattern for the expressions that begin with this spelling of ``env``."""
    forms = (
        rb"(?:iron)?!?\??\." + dotted,  # process.env.X, env?.X
        rb"(?:ironb?)?!?(?:\?\.)?\[" + _QUOTE_START + _NAME + _QUOTE,  # os.environ["X"], env["X"]
        # getenv("X"), os.environ.get("X"), env::var("X"), env!("X"), readEnv(env, "X")
        _WORD + rb"(?:(?:\.|::)" + _WORD + rb")?!?\(" + _QUOTE_START + _NAME + _QUOTE,
        rb"\s{0,4}+," + _QUOTE_START + _LONG_NAME + _QUOTE,  # flag(process.env, "X_Y")
        _WORD + _QUOTE + rb"?\s{0,4}+[:=]\s{0,4}+[\[(]?" + _QUOTE_START + _LONG_NAME + _QUOTE,
        rb"\{" + _QUOTE + rb"?" + _NAME,  # $ENV{X}
    )
    return re.compile(anchor + rb"(?:" + rb"|".join(forms) + rb")")


_EXPRESSIONS = (
    _expression(rb"env"),
    _expression(rb"Env", dotted=_LONG_NAME),
    _expression(rb"ENV", dotted=_LONG_NAME),
)
_LISTS = tuple(
    re.compile(anchor + _WORD + _QUOTE + rb"?\s{0,4}+[:=]\s{0,4}+[\[(]([^\[\]()]{0,2000}+)[\])]")
    for anchor in (rb"env", rb"Env", rb"ENV")
)
_LIST_ITEM = re.compile(_QUOTE + _LONG_NAME + _QUOTE)

_ENVIRONMENT = re.compile(rb"env(?:iron)?(?![A-Za-z0-9_$])")
_MEMBERSHIP_TEST = re.compile(
    _QUOTE + _NAME + _QUOTE + rb"\s{0,4}+(?:not\s{1,4}+)?in\s{1,4}+[\w$.]{0,40}\Z"
)
"""``"X" in process.env``, up to ``env``."""
_DESTRUCTURING = re.compile(rb"\}\s{0,4}+=\s{0,4}+[\w$.?]{0,40}\Z")
_KEY = re.compile(rb"(?<![A-Za-z0-9_$.])" + _NAME + rb"(?=\s{0,4}+[:=,]|\s{0,4}+\Z)")
_MAX_LOOKBACK = 4000
"""Bytes before ``} = process.env`` in which its opening brace is searched."""

_QUOTED = re.compile(rb"""["'`.]""" + _LONG_NAME)
_RUN = re.compile(rb"[A-Z](?<![A-Z0-9_].)[A-Z0-9]*+_[A-Z0-9_]*+", re.DOTALL)

_SHELL_DEFAULT = re.compile(rb"\$\{" + _NAME + rb":?[-=?+]")
_SHELL_USE = re.compile(rb"\$\{?" + _NAME)
_SHELL_SET = re.compile(rb"(?:^|[\s;&|(])" + _NAME + rb"=", re.MULTILINE)


def find_script_reads(contents: Contents) -> Counter[bytes]:
    """Names in expressions that read the environment, and how often each occurs."""
    found: Counter[bytes] = Counter()
    for expression in _EXPRESSIONS:
        found.update(match[match.lastindex or 0] for match in expression.finditer(contents))
    for lists in _LISTS:
        for listing in lists.finditer(contents):
            found.update(match[1] for match in _LIST_ITEM.finditer(listing[1]))
    last = 0
    for match in _ENVIRONMENT.finditer(contents):
        found.update(_find_reads_before(contents, last, match.start()))
        last = match.end()
    return found


def _find_reads_before(contents: Contents, start: int, end: int) -> Iterator[bytes]:
    """Names that the code before ``env``, from ``start`` on, reads from it."""
    before = contents[max(start, end - 160) : end]
    if tested := _MEMBERSHIP_TEST.search(before):
        yield tested[1]
    elif unpacked := _DESTRUCTURING.search(before):
        brace = end - len(before) + unpacked.start()
        inside = contents[max(start, brace - _MAX_LOOKBACK) : brace]
        opening = inside.rfind(b"{")
        if opening >= 0:
            yield from (match[1] for match in _KEY.finditer(inside, opening + 1))


def find_shell_reads(contents: Contents) -> Counter[bytes]:
    """Names that a shell script uses and does not set, or has a default for."""
    own = {match[1] for match in _SHELL_SET.finditer(contents)}
    found = Counter(match[1] for match in _SHELL_DEFAULT.finditer(contents))
    found.update(m[1] for m in _SHELL_USE.finditer(contents) if m[1] not in own)
    return found


def find_quoted_names(contents: Contents) -> set[bytes]:
    """Names with an underscore that are quoted, or come after a dot."""
    return {match[1] for match in _QUOTED.finditer(contents)}


def find_capital_runs(contents: Contents) -> set[tuple[bytes, bool]]:
    """Runs of capitals with an underscore in a compiled program, outside its code.

    Each comes with whether a small letter follows.  That letter may begin another text
    (``X_HOMEfailed``), or belong to a word with the run's last letter (``X_HOMEFailed``).
    """
    found: set[tuple[bytes, bool]] = set()
    start = 0
    for code_start, code_end in (*_code_ranges(contents), (len(contents), 0)):
        for match in _RUN.finditer(contents, start, max(start, code_start)):
            found.add((match[0], contents[match.end() : match.end() + 1].islower()))
        start = max(start, code_end)
    return found


def _code_ranges(contents: Contents) -> list[tuple[int, int]]:
    """Start and end of each section of machine code in an ELF file; empty if they are unknown."""
    header = contents[:64]
    if not header.startswith(b"\x7fELF"):
        return []
    order = "<" if header[5:6] == b"\x01" else ">"
    wide = header[4:5] == b"\x02"
    try:
        (table,) = struct.unpack_from(order + ("Q" if wide else "I"), header, 40 if wide else 32)
        size, count = struct.unpack_from(order + "HH", header, 58 if wide else 46)
        form = order + ("8xQ8xQQ" if wide else "8xI4xII")
        entries = contents[table : table + size * count]
        sections = [struct.unpack_from(form, entries, size * number) for number in range(count)]
    except struct.error:
        return []
    code = sorted((offset, offset + length) for flags, offset, length in sections if flags & 4)
    return [(start, end) for start, end in code if 0 < start < end <= len(contents)]
