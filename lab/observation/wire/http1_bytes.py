"""The bytes of HTTP/1 around its messages (RFC 9112): heads, chunks, trailers.

A head is understood where the server made a record of it.  Bytes behind one that it could not
read, and the body of a request for a tunnel, are left over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from lab.observation.parts import MessagePart
from lab.observation.records import Request
from lab.observation.style.http1_head import describe_head_spacing
from lab.observation.wire.reading import TUNNEL, Reading, describe_sizes

__all__ = ["read_http1"]

_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIRST_LINE = re.compile(rb"([^ \r\n]+) ([\x21-\x7e]+) HTTP/([0-9]\.[0-9])\r?\n")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,20})([^\n]*)\r\n")
_BLANKS = b" \t"


class _Field(NamedTuple):
    """A header line: its name, and its value as it was written, folds included."""

    name: str
    value: bytes
    has_folds: bool


def read_http1(data: bytes, requests: Sequence[Request], tunnels: Collection[str]) -> Reading:
    """Read one layer.

    Args:
        data: Its bytes.
        requests: The records of its requests, in order.
        tunnels: The targets of the requests for tunnels.

    Returns:
        What is understood, and facts about how the requests are written.
    """
    reading = Reading(len(data))
    at = index = 0
    while (end := _BLANK_LINE.search(data, at)) is not None:
        line = _FIRST_LINE.match(data, at)
        if line is None:
            break
        head = data[at : end.end()]
        method, target = line[1].decode("latin-1"), line[2].decode("latin-1")
        if method == "CONNECT" and target in tunnels:
            _read_tunnel_head(head, reading)
            reading.cover(at, end.end(), "HTTP/1 tunnel request")
            break
        if index >= len(requests) or not _is_head_of(line, requests[index]):
            break
        request = requests[index]
        reading.cover(at, end.end(), "HTTP/1 head")
        _read_head(head, target, request, index, reading)
        at = _read_body(data, end.end(), request, index, reading)
        index += 1
        if not request.complete:
            break
    return reading


def _is_head_of(line: re.Match[bytes], request: Request) -> bool:
    target = line[2].decode("latin-1")
    return (
        line[1].decode("latin-1") == request.method
        and (target == request.target or "://" in target)
        and (line[3] == b"1.0") == (request.version == "1.0")
    )


def _read_head(head: bytes, target: str, request: Request, index: int, reading: Reading) -> None:
    spacing = list(describe_head_spacing(head))
    proxied: list[str] = []
    version = head.partition(b"\n")[0].rstrip(b"\r")[-3:].decode("latin-1")
    if version not in ("1.0", "1.1"):
        reading.state(MessagePart.FRAMING, "version", version, index)
    for number, (name, words) in enumerate(spacing):
        if request.via and name.startswith("proxy-"):
            proxied.append(f"{name}, line {number}: {words}")
        else:
            reading.state(MessagePart.HEADER_SPACING, name, words, index)
    recorded = [value for _, value in request.headers]
    at = 0
    for field in _list_fields(head):
        if at < len(recorded) and recorded[at] == field.value and not field.has_folds:
            at += 1
            continue
        # The server keeps another value than was written: one of two equal ones, or unfolded.
        lower = request.headers[at][0].lower() if at < len(recorded) else b""
        at += lower == field.name.lower().encode("latin-1")
        pointer = f"{field.name.lower()}/as written"
        text = field.value.decode("utf-8", "backslashreplace")
        reading.state(MessagePart.HEADER_SPACING, pointer, text, index)
    if proxied:
        reading.state(MessagePart.PROXY_HEADER, "(spacing)", "\n".join(proxied), index)
    if target != request.target:
        _read_absolute_target(target, request, index, reading)


def _read_absolute_target(target: str, request: Request, index: int, reading: Reading) -> None:
    """State what stands before the path of an absolute target, if it is not the usual."""
    path = request.target
    before = target.removesuffix(path) if target.endswith(path) else f"{target} (no path)"
    host = f"[{request.host}]" if ":" in request.host else request.host
    secure = before[:5].lower() == "https"
    scheme, usual = ("https", 443) if secure else ("http", 80)
    port = "" if request.port == usual else f":{request.port}"
    if before != f"{scheme}://{host}{port}":
        shown = before.replace(host, "{host}") if host else before
        reading.state(MessagePart.TARGET_FORM, None, shown, index)


def _read_tunnel_head(head: bytes, reading: Reading) -> None:
    fields = _list_fields(head)
    version = head.partition(b"\n")[0].rstrip(b"\r")[-3:].decode("latin-1")
    reading.state(MessagePart.PROXY_HEADER, "(version)", version, TUNNEL)
    order = "\n".join(field.name.lower() for field in fields)
    reading.state(MessagePart.FRAMING, "header order", order, TUNNEL)
    for field in fields:
        lower = field.name.lower()
        reading.state(MessagePart.FRAMING, f"header case/{lower}", field.name, TUNNEL)
        if field.has_folds:
            text = field.value.decode("utf-8", "backslashreplace")
            reading.state(MessagePart.HEADER_SPACING, f"{lower}/as written", text, TUNNEL)
    for name, words in describe_head_spacing(head):
        reading.state(MessagePart.HEADER_SPACING, name, words, TUNNEL)


def _list_fields(head: bytes) -> list[_Field]:
    """The header lines of a head, names in their case, values without the blanks around them."""
    fields: list[_Field] = []
    for line in head.split(b"\n")[1:-2]:
        line = line.removesuffix(b"\r")
        if line[:1] in (b" ", b"\t") and fields:
            last = fields[-1]
            fields[-1] = _Field(last.name, last.value + b"\n" + line, True)
        else:
            name, _, value = line.partition(b":")
            fields.append(_Field(name.decode("latin-1"), value.strip(_BLANKS), False))
    return fields


def _read_body(data: bytes, start: int, request: Request, index: int, reading: Reading) -> int:
    """Read the body that begins at ``start``; return where it ends."""
    coding = [value for name, value in request.headers if name.lower() == b"transfer-encoding"]
    if coding:
        return _read_chunks(data, start, request, index, reading)
    end = start + request.size
    # Where the recording was cut off, the record holds less than was sent.
    if not request.body.startswith(data[start : start + len(request.body)]):
        return start
    reading.cover(start, min(start + len(request.body), len(data)), "body")
    return min(end, len(data))


def _read_chunks(data: bytes, start: int, request: Request, index: int, reading: Reading) -> int:
    sizes: list[int] = []
    seen = 0
    lines: list[tuple[str, str]] = []
    broken_off = ""
    at = start
    while (line := _CHUNK.match(data, at)) is not None:
        size = int(line[1], 16)
        lines += _describe_chunk_line(line[1].decode(), line[2])
        if not size:
            at = _read_trailers(data, line.start(), line.end(), index, reading)
            break
        chunk = data[line.end() : line.end() + size]
        if request.body[seen : seen + len(chunk)] != chunk:
            break
        seen += len(chunk)
        sizes.append(size)
        reading.cover(at, line.end(), "chunk line")
        at = line.end() + len(chunk)
        reading.cover(line.end(), at, "body")
        if len(chunk) < size:
            broken_off = f", broken off in one of {size}"
            break
        if data[at : at + 2] == b"\r\n":
            reading.cover(at, at + 2, "chunk line")
            at += 2
    for name, value in dict.fromkeys(lines):
        reading.state(MessagePart.HEADER_SPACING, f"(chunks)/{name}", value, index)
    reading.state(MessagePart.FRAMING, "chunks", describe_sizes(sizes) + broken_off, index)
    return at


def _describe_chunk_line(digits: str, extension: bytes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if not digits.isdigit():
        lower, upper = digits == digits.lower(), digits == digits.upper()
        case = "lower case" if lower else "upper case" if upper else digits
        found.append(("digits", case))
    zeros = len(digits) - len(digits.lstrip("0") or "0")
    found.append(("zeros", f"{zeros} in front" if zeros else "none"))
    found.append(("extension", extension.decode("utf-8", "backslashreplace") or "none"))
    return found


def _read_trailers(data: bytes, start: int, at: int, index: int, reading: Reading) -> int:
    """Read the fields behind the last chunk, whose line is from ``start`` to ``at``."""
    first = at
    lines: list[bytes] = []
    while (end := data.find(b"\n", at)) >= 0:
        line = data[at:end]
        at = end + 1
        if line.removesuffix(b"\r"):
            lines.append(line)
            continue
        reading.cover(start, first, "chunk line")
        reading.cover(first, at, "trailers" if lines else "chunk line")
        if not line:
            reading.state(MessagePart.HEADER_SPACING, "(trailers)/(last line)", "LF", index)
        _state_trailers(lines, index, reading)
        return at
    return start


def _state_trailers(lines: Sequence[bytes], index: int, reading: Reading) -> None:
    if not lines:
        return
    head = b"\n".join([b"\r", *lines, b"\r", b""])
    fields = _list_fields(head)
    reading.state(
        MessagePart.FRAMING, "trailer order", "\n".join(one.name.lower() for one in fields), index
    )
    spacing = [one for one in describe_head_spacing(head) if not one[0].startswith("(")]
    for name, words in spacing:
        reading.state(MessagePart.HEADER_SPACING, f"(trailers)/{name}", words, index)
    for field in fields:
        value = field.value.decode("utf-8", "backslashreplace")
        reading.state(MessagePart.TRAILER, field.name.lower(), value, index)
        reading.state(MessagePart.FRAMING, f"trailer case/{field.name.lower()}", field.name, index)
