"""The fields of a ClientHello (RFC 8446, 4.1.2) that the record of it does not list.

Random values and keys differ in each handshake; they are fields of their own, so that they hide
nothing else.  A field that only repeats the host's name states how the name is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lab.observation.records import ClientHello
from lab.observation.style.dns_query import describe_letter_case

__all__ = ["GREASE", "list_hello_fields"]

GREASE = frozenset(0x0A0A + 0x1010 * step for step in range(16))
"""Reserved numbers (RFC 8701)."""

_SERVER_NAME, _ALPN, _PADDING, _KEY_SHARE = 0, 16, 21, 51
_LISTED = {10: 2, 13: 2, 43: 1}
"""Extensions that hold one list of numbers, and the width of its length."""


class _Body(NamedTuple):
    """A hello cut at its lengths."""

    version: int
    random: bytes
    session: bytes
    ciphers: bytes
    compression: bytes
    extensions: tuple[tuple[int, bytes], ...]
    rest: bytes


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, size: int) -> bytes:
        if size > len(self.data):
            raise ValueError
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def vector(self, width: int) -> bytes:
        return self.take(int.from_bytes(self.take(width)))


def list_hello_fields(hello: ClientHello) -> Iterator[tuple[str, str]]:
    """Yield pointers and values of the fields; of a hello without its bytes there are none."""
    try:
        body = _cut(hello.raw)
    except ValueError:
        if hello.raw:
            yield "whole", hello.raw.hex()
        return
    yield "version", f"{body.version:04x}"
    yield "random", body.random.hex()
    yield "session", body.session.hex() or "none"
    yield "compression", body.compression.hex()
    if len(body.ciphers) % 2:
        yield "ciphers", body.ciphers.hex()
    if body.rest:
        yield "trailing", body.rest.hex()
    reserved = [number for number in (*hello.ciphers, *hello.extensions, *hello.groups,
                                      *hello.versions, *hello.signature_algorithms)
                if number in GREASE]  # fmt: skip
    if reserved:
        yield "GREASE", " ".join(f"{number:04x}" for number in reserved)
    seen: Counter[int] = Counter()
    for kind, content in body.extensions:
        seen[kind] += 1
        pointer = "extension GREASE" if kind in GREASE else f"extension {kind:04x}"
        if seen[kind] > 1:
            yield f"{pointer} again", content.hex()
        else:
            yield from _describe_extension(hello, kind, content, pointer)


def _cut(raw: bytes) -> _Body:
    cursor = _Cursor(raw)
    cursor.take(4)
    version = int.from_bytes(cursor.take(2))
    random = cursor.take(32)
    session, ciphers, compression = cursor.vector(1), cursor.vector(2), cursor.vector(1)
    extensions: list[tuple[int, bytes]] = []
    if cursor.data:
        block = _Cursor(cursor.vector(2))
        while block.data:
            extensions.append((int.from_bytes(block.take(2)), block.vector(2)))
    return _Body(version, random, session, ciphers, compression, tuple(extensions), cursor.data)


def _describe_extension(
    hello: ClientHello, kind: int, content: bytes, pointer: str
) -> Iterator[tuple[str, str]]:
    if kind == _SERVER_NAME:
        yield pointer, _describe_server_name(hello, content)
    elif kind == _PADDING and not any(content):
        # The length itself depends on that of the host's name.
        yield pointer, f"up to {len(hello.raw)} bytes"
    elif kind == _KEY_SHARE and (shares := _cut_shares(content)) is not None:
        groups = (("GREASE" if group in GREASE else f"{group:04x}", key) for group, key in shares)
        yield pointer, " ".join(f"{group}:{len(key)}" for group, key in groups)
        for group, key in shares:
            name = "GREASE" if group in GREASE else f"{group:04x}"
            yield f"key share {name}", f"{group:04x} {key.hex()}" if group in GREASE else key.hex()
    elif not _is_listed(hello, kind, content):
        yield pointer, content.hex() or "empty"


def _describe_server_name(hello: ClientHello, content: bytes) -> str:
    name = (hello.server_name or "").encode("latin-1")
    usual = (len(name) + 3).to_bytes(2) + b"\0" + len(name).to_bytes(2) + name
    if content == usual and name.decode("latin-1").lower() == hello.host:
        return f"the host, {describe_letter_case(name.decode('latin-1'))}"
    return content.hex() or "empty"


def _cut_shares(content: bytes) -> list[tuple[int, bytes]] | None:
    shares: list[tuple[int, bytes]] = []
    try:
        outer = _Cursor(content)
        inner = _Cursor(outer.vector(2))
        while inner.data:
            shares.append((int.from_bytes(inner.take(2)), inner.vector(2)))
    except ValueError:
        return None
    return None if outer.data else shares


def _is_listed(hello: ClientHello, kind: int, content: bytes) -> bool:
    """Whether the record of the hello lists all that an extension holds."""
    if kind == _ALPN:
        names = b"".join(
            len(name).to_bytes(1) + name for name in (one.encode("latin-1") for one in hello.alpn)
        )
        return content == len(names).to_bytes(2) + names
    width = _LISTED.get(kind)
    return (
        width is not None
        and int.from_bytes(content[:width]) == len(content) - width
        and (len(content) - width) % 2 == 0
    )
