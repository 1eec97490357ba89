"""The first message of a TLS handshake: collected, parsed, and its two common fingerprints.

Sources: RFC 8446 section 4 (structures), RFC 8701 (GREASE), JA3 (Salesforce, 2017: decimal
values joined by ``-`` and ``,``, MD5), JA4 (FoxIO, technical_details/JA4.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

__all__ = ["HelloError", "ParsedHello", "collect_hello", "parse_hello"]

HANDSHAKE = 22
CLIENT_HELLO = 1
LARGEST = 1 << 17
"""More than any hello with post-quantum key shares needs."""

GREASE = frozenset(0x0A0A + 0x1010 * step for step in range(16))

_SERVER_NAME, _GROUPS, _POINT_FORMATS = 0, 10, 11
_SIGNATURE_ALGORITHMS, _ALPN, _SUPPORTED_VERSIONS = 13, 16, 43
_VERSIONS = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3", 0x0002: "s2"}


class HelloError(Exception):
    """The bytes do not form a ClientHello."""


class ParsedHello(msgspec.Struct, frozen=True):
    """A parsed ClientHello.  Lists are in the order sent, GREASE included."""

    legacy_version: int
    server_name: str | None
    alpn: tuple[str, ...]
    versions: tuple[int, ...]
    ciphers: tuple[int, ...]
    extensions: tuple[int, ...]
    groups: tuple[int, ...]
    point_formats: tuple[int, ...]
    signature_algorithms: tuple[int, ...]

    def ja3_text(self) -> str:
        """Return the text of which JA3 is the MD5."""
        lists = (self.ciphers, self.extensions, self.groups, self.point_formats)
        return ",".join(
            [str(self.legacy_version), *("-".join(map(str, _plain(values))) for values in lists)]
        )

    def ja3(self) -> str:
        """Return the JA3 fingerprint."""
        return hashlib.md5(self.ja3_text().encode(), usedforsecurity=False).hexdigest()

    def ja4(self) -> str:
        """Return the JA4 fingerprint (over TCP)."""
        ciphers, extensions = _plain(self.ciphers), _plain(self.extensions)
        version = max(_plain(self.versions), default=self.legacy_version)
        kept = sorted(f"{value:04x}" for value in extensions if value not in (_SERVER_NAME, _ALPN))
        # A GREASE signature algorithm is left out as FoxIO's own implementation does.
        algorithms = [f"{value:04x}" for value in _plain(self.signature_algorithms)]
        text = ",".join(kept) + ("_" + ",".join(algorithms) if algorithms else "")
        return "_".join(
            [
                f"t{_VERSIONS.get(version, '00')}"
                f"{'d' if _SERVER_NAME in extensions else 'i'}"
                f"{min(len(ciphers), 99):02d}{min(len(extensions), 99):02d}{self._ja4_alpn()}",
                _short_hash(",".join(sorted(f"{value:04x}" for value in ciphers))),
                _short_hash(text if kept or algorithms else ""),
            ]
        )

    def _ja4_alpn(self) -> str:
        first = self.alpn[0].encode("latin-1") if self.alpn else b""
        if not first:
            return "00"
        ends = chr(first[0]) + chr(first[-1])
        if ends.isascii() and ends.isalnum():
            return ends
        digits = first.hex()
        return digits[0] + digits[-1]


def collect_hello(wire: bytes) -> bytes | None:
    """Return the handshake message from TLS records, however it was cut into them.

    Returns:
        The message, or None where more bytes are needed.

    Raises:
        HelloError: More bytes would not make it a ClientHello.
    """
    message = bytearray()
    offset = 0
    while offset + 5 <= len(wire):
        if wire[offset] != HANDSHAKE or wire[offset + 1] != 3:
            raise HelloError("a record that is not a handshake comes before the end of the hello")
        length = int.from_bytes(wire[offset + 3 : offset + 5])
        if length == 0 or length > (1 << 14) + 256:
            raise HelloError("the length of a record is impossible")
        message += wire[offset + 5 : offset + 5 + length]
        if message and message[0] != CLIENT_HELLO:
            raise HelloError("the first handshake message is not a ClientHello")
        if len(message) >= 4:
            needed = 4 + int.from_bytes(message[1:4])
            if needed > LARGEST:
                raise HelloError("the hello claims an absurd length")
            if len(message) >= needed:
                return bytes(message[:needed])
        offset += 5 + length
    if len(wire) > 2 * LARGEST:
        raise HelloError("the hello is cut into absurdly many records")
    return None


def parse_hello(message: bytes) -> ParsedHello:
    """Parse a handshake message as :func:`collect_hello` returns it.  Raises HelloError."""
    reader = _Reader(message)
    reader.take(4)
    legacy_version = reader.number(2)
    reader.take(32)
    reader.vector(1)
    ciphers = _numbers(reader.vector(2))
    reader.vector(1)
    extensions: list[int] = []
    bodies: dict[int, bytes] = {}
    if reader.left:
        block = _Reader(reader.vector(2))
        while block.left:
            kind = block.number(2)
            extensions.append(kind)
            bodies.setdefault(kind, block.vector(2))
    return ParsedHello(
        legacy_version=legacy_version,
        server_name=_server_name(bodies.get(_SERVER_NAME, b"")),
        alpn=tuple(
            name.decode("latin-1") for name in _vectors(_inner(bodies.get(_ALPN, b""), 2), 1)
        ),
        versions=_numbers(_inner(bodies.get(_SUPPORTED_VERSIONS, b""), 1)),
        ciphers=ciphers,
        extensions=tuple(extensions),
        groups=_numbers(_inner(bodies.get(_GROUPS, b""), 2)),
        point_formats=tuple(_inner(bodies.get(_POINT_FORMATS, b""), 1)),
        signature_algorithms=_numbers(_inner(bodies.get(_SIGNATURE_ALGORITHMS, b""), 2)),
    )


class _Reader:
    """A cursor over untrusted bytes; every overrun is a HelloError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._offset

    def take(self, length: int) -> bytes:
        if length > self.left:
            raise HelloError("a length points behind the end")
        self._offset += length
        return self._data[self._offset - length : self._offset]

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width))

    def vector(self, width: int) -> bytes:
        return self.take(self.number(width))


def _inner(body: bytes, width: int) -> bytes:
    return _Reader(body).vector(width) if body else b""


def _numbers(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 2]) for at in range(0, len(data) - 1, 2))


def _vectors(data: bytes, width: int) -> Iterator[bytes]:
    reader = _Reader(data)
    while reader.left:
        yield reader.vector(width)


def _server_name(body: bytes) -> str | None:
    reader = _Reader(_inner(body, 2))
    while reader.left:
        kind, name = reader.number(1), reader.vector(2)
        if kind == 0:
            return name.decode("latin-1")
    return None


def _plain(values: tuple[int, ...]) -> list[int]:
    return [value for value in values if value not in GREASE]


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else "0" * 12
