"""The bodies of the requests of one trial: on the screen, and the names of files for them.

A body is shown as the server would read it: content encodings undone, JSON laid out.  It
comes from an untrusted client and may be of any size, so every line goes through
:mod:`lab.reports.text.safe`, and bytes, lines of a body and bodies are limited.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from lab.observation.records import Request
from lab.observation.traffic import decode_body, join_header
from lab.reports.text.phrases import format_count
from lab.reports.text.safe import clip

__all__ = ["make_file_name", "write_bodies"]

MOST_BODIES = 50
MOST_LINES = 60
"""Of one body."""
LAID_OUT = 4 * 1024 * 1024
"""A longer body is shown as it came: laying it out would take long."""
LEAST_LINE = 40
_LONGEST_NAME = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_ENCODED = {"gzip": ".gz", "x-gzip": ".gz", "br": ".br", "zstd": ".zst", "deflate": ".deflate"}


def make_file_name(number: int, request: Request) -> str:
    """``004-POST-api.example.com-v1-messages.json``: request ``number`` of the list, from 1.

    Letters, digits, ``-`` and ``.`` only, whatever the client sent, and never a hidden name.
    """
    host = ".".join(_replace_unsafe(label) for label in request.host[:200].split("."))
    path = request.target[:200].partition("?")[0]
    words = (_replace_unsafe(request.method[:20]), host.strip("."), _replace_unsafe(path))
    name = "-".join(word for word in words if word)
    return f"{number:03}-{name[:_LONGEST_NAME]}{_choose_extension(request)}"


def write_bodies(requests: Sequence[Request], console: Console) -> None:
    """Print the bodies of these requests, numbered as in the list of them."""
    having = [(number, request) for number, request in enumerate(requests, 1) if request.body]
    for number, request in having[:MOST_BODIES]:
        console.print()
        where = clip(f"{request.method} {request.host}{request.target}", console.width - 30)
        title = Text(f"Body of #{number}", "bold")
        title.append(f"  {where}, {format_count(len(request.body), 'byte')}", "dim")
        console.print(title)
        width = max(console.width - 2, LEAST_LINE)
        lines = list(_split_body(request))
        for line in lines[:MOST_LINES]:
            console.print(Text(f"  {clip(line, width)}"))
        if len(lines) > MOST_LINES:
            more = format_count(len(lines) - MOST_LINES, "more line")
            console.print(Text(f"  … {more}; --out DIR writes all", "dim"))
    if len(having) > MOST_BODIES:
        more = format_count(len(having) - MOST_BODIES, "more body", "more bodies")
        console.print(Text(f"… {more}; --out DIR writes all", "dim"))


def _split_body(request: Request) -> Iterator[str]:
    """The body as lines of text; a body that is no text, in a line of its bytes."""
    data = decode_body(request)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        yield f"{format_count(len(data), 'byte')} that are no text: {data[:200].hex(' ')}"
        return
    yield from (_lay_out_json(text) or text).split("\n")


def _lay_out_json(text: str) -> str | None:
    """JSON with a line for each member; None for anything else."""
    if len(text) > LAID_OUT or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _replace_unsafe(text: str) -> str:
    return _UNSAFE.sub("-", text).strip("-")


def _choose_extension(request: Request) -> str:
    kind = join_header(request, b"content-type").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        extension = ".json"
    elif kind.startswith("text/") or kind == "application/x-www-form-urlencoded":
        extension = ".txt"
    else:
        extension = ".bin"
    encoding = join_header(request, b"content-encoding").strip().lower()
    return extension + _ENCODED.get(encoding, ".encoded" if encoding else "")
