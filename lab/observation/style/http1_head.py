"""How the heads of HTTP/1 requests are spaced, read from a connection's raw bytes.

A parser gives a header's name and value, and drops what stands between and behind them:
blanks, line ends, folds (RFC 9112, 2.2, 5.1 and 5.2).  A server that reads bytes sees all of
it.  So each head is found again in what the connection sent, and described in words that stay
the same while the values change.

Heads are looked for in the order of their requests: right behind the body before, or else at
the next line that could begin this request.  Every byte is passed a few times at most.  Where
a head is not there (the recording was cut off), the rest of the connection is not described.

The lines between the chunks of a body (RFC 9112, 7.1) are dropped by parsers as well: they can
write their numbers in either case and with zeros in front, have extensions, and end in trailers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from lab.observation.records import Request

__all__ = [
    "USUAL",
    "Head",
    "describe_chunks",
    "describe_head_spacing",
    "find_heads",
    "group_by_connection",
]

USUAL = "one space"
"""What stands before a header's value almost always."""

_MOST_RUNS = 64
_BLANK_LINE = re.compile(rb"\n\r?\n")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,20})([^\n]*)\n")
_MOST_CHUNKS = 100_000
_NAMES = {0x20: "space", 0x09: "tab", 0x0D: "carriage return"}


class Head(NamedTuple):
    """The head of a request, up to the blank line, and where its body begins."""

    text: bytes
    body: int


def group_by_connection(requests: Iterable[Request]) -> Mapping[int, list[Request]]:
    """The HTTP/1 requests of each connection, in order."""
    found: dict[int, list[Request]] = {}
    for request in requests:
        if request.version != "2":
            found.setdefault(request.connection, []).append(request)
    return found


def find_heads(sent: bytes, requests: Sequence[Request]) -> Iterator[Head]:
    """The heads of these requests of one connection, in order.

    There are fewer than requests where the bytes do not show them all.
    """
    offset = 0
    for number, request in enumerate(requests):
        line = rb"%b [^ \n]+ HTTP/1\.[01]\r?\n" % re.escape(
            request.method.encode("utf-8", "surrogatepass")
        )
        found = re.compile(line).match(sent, offset) or re.compile(rb"\n" + line).search(
            sent, offset
        )
        if found is None and number == 0:  # behind the binary greeting of a SOCKS proxy
            found = re.compile(line).search(sent)
        end = _BLANK_LINE.search(sent, found.end() - 1) if found else None
        if found is None or end is None:
            return
        start = found.start() + (sent[found.start()] == 0x0A)
        yield Head(sent[start : end.end()], end.end())
        offset = end.end() + request.size


def describe_head_spacing(head: bytes) -> Iterator[tuple[str, str]]:
    """Of each header its name in lower case and how it is spaced.

    The name ``(first line)`` stands for the request line, and ``(last line)`` for the empty one.
    """
    lines = head.split(b"\n")[:-1]
    fields: list[list[bytes]] = []
    for line in lines[1:-1]:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1].append(line)
        else:
            fields.append([line])
    yield "(first line)", _ending(lines[0])
    for first, *folds in fields:
        name, _, value = first.partition(b":")
        words = [*_around(value), *(f"folded, {', '.join(_around(fold))}" for fold in folds)]
        yield name.decode("latin-1").lower(), "; ".join(words)
    yield "(last line)", _ending(lines[-1])


def _around(value: bytes) -> list[str]:
    """What stands before a value and behind it, as far as it is not what usually does."""
    ending = _ending(value)
    value = value.removesuffix(b"\r")
    bare = value.lstrip(b" \t")
    words = [_blanks(value[: len(value) - len(bare)])]
    if behind := bare[len(bare.rstrip(b" \t")) :]:
        words.append(f"behind it {_blanks(behind)}")
    return words if ending == "CRLF" else [*words, f"ends in {ending}"]


def _ending(line: bytes) -> str:
    return "CRLF" if line.endswith(b"\r") else "LF"


def describe_chunks(sent: bytes, offset: int) -> tuple[list[tuple[str, str]], int | None]:
    """How the lines between the chunks that begin here are written, and where the body ends.

    What is found is named ``digits``, ``zeros``, ``extension`` and ``trailer``, each value once.
    The end is None where the bytes do not show it.
    """
    found: dict[tuple[str, str], None] = {}
    for _ in range(_MOST_CHUNKS):
        if (line := _CHUNK.match(sent, offset)) is None:
            return list(found), None
        digits, extension = line[1].decode(), line[2].removesuffix(b"\r")
        if not digits.isdigit():
            lower, upper = digits == digits.lower(), digits == digits.upper()
            case = "lower case" if lower else "upper case" if upper else "both cases"
            found["digits", case] = None
        if zeros := len(digits) - len(digits.lstrip("0") or "0"):
            found["zeros", f"{zeros} in front"] = None
        if extension:
            found["extension", extension.decode("utf-8", "backslashreplace")] = None
        size = int(digits, 16)
        if not size:
            break
        offset = line.end() + size + 2
    else:
        return list(found), None
    offset = line.end()
    while (end := sent.find(b"\n", offset)) >= 0:
        trailer = sent[offset:end].removesuffix(b"\r")
        offset = end + 1
        if not trailer:
            return list(found), offset
        found["trailer", trailer.decode("utf-8", "backslashreplace")] = None
    return list(found), None


def _blanks(data: bytes) -> str:
    """Blanks in words: ``no space``, ``one space``, ``2 spaces``, ``tab, 3 spaces``."""
    if not data:
        return "no space"
    if data == b" ":
        return USUAL
    runs = [(kind, len(list(run))) for kind, run in groupby(data)]
    words = [
        _NAMES.get(kind, f"byte {kind:02x}") if count == 1 else f"{count} {_NAMES.get(kind)}s"
        for kind, count in runs[:_MOST_RUNS]
    ]
    more = [f"{len(runs) - _MOST_RUNS} runs more"] if len(runs) > _MOST_RUNS else []
    return ", ".join(words + more)
