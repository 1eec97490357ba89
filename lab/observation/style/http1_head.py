"""How the heads of HTTP/1 requests are spaced, read from a connection's raw bytes.

A parser gives a header's name and value, and drops what stands between and behind them:
blanks, line ends, folds (RFC 9112, 2.2, 5.1 and 5.2).  A server that reads bytes sees all of
it.  So each head is described in words that stay the same while the values change.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

__all__ = ["USUAL", "describe_head_spacing"]

USUAL = "one space"
"""What stands before a header's value almost always."""

_MOST_RUNS = 64
_NAMES = {0x20: "space", 0x09: "tab", 0x0D: "carriage return"}


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
