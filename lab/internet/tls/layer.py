"""TLS, terminated in memory: the hello is read and kept before anything is answered.

The server name is taken from the lab's own parse of the hello, so the certificate is chosen
before OpenSSL sees a byte; a client without SNI gets a certificate for the name or address
that it connected to.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator

import msgspec

from lab.internet.connection import ConnectionContext, Layer
from lab.internet.layers import Raw
from lab.internet.target import Target
from lab.internet.tls.certificate_choice import accepts_ec_certificate
from lab.internet.tls.client_hello import HelloError, ParsedHello, collect_hello, parse_hello
from lab.observation.records import ClientHello, TlsFailure

__all__ = ["Tls"]

READ_SIZE = 1 << 16
RECORD_TYPES = range(20, 25)
RECORD_HEAD = 5
_HOST_NAME = re.compile(r"[A-Za-z0-9_.*-]{1,253}\Z")


class Tls:
    """One TLS connection; what is inside is sniffed anew."""

    def __init__(self, context: ConnectionContext, target: Target) -> None:
        self._context = context
        self._target = target
        self._wire = bytearray()
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object: ssl.SSLObject | None = None
        self._inner: Layer | None = None
        self._host = target.name
        self._said_goodbye = False
        self._ended = False
        self._raw: Raw | None = None
        self._number: int | None = None
        self._slot: int | None = None
        self._hello: ClientHello | None = None
        context.note_protocol("tls")

    @property
    def done(self) -> bool:
        """Whether the handshake failed or the inner layer has finished."""
        return self._ended or (self._inner is not None and self._inner.done)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the wire; return bytes for the wire."""
        if self._raw is not None:
            return self._raw.receive(data)
        if self._ended:
            self._record_wire(data)
            return b""
        # Kept until it is decrypted: where that fails, these bytes are what the client sent.
        self._wire += data
        if self._inner is not None:
            return self._read()
        if self._object is None:
            opened = self._open()
            if opened is None:
                return b""
            data = opened
        self._incoming.write(data)
        if not self._shake_hands():
            return self._outgoing.read()
        return self._read()

    def finish(self) -> bytes:
        """The client closed its direction."""
        if self._raw is not None:
            return self._raw.finish()
        if self._ended:
            return b""
        self._ended = True
        if self._inner is None:
            self._fail("the client closed the connection during the handshake")
            return self._outgoing.read()
        self._record_wire(bytes(self._wire))
        return self._send(self._inner.finish(), goodbye=True)

    def _open(self) -> bytes | None:
        """Begin the handshake if the hello is complete; return the bytes for OpenSSL."""
        wire = bytes(self._wire)
        try:
            message = collect_hello(wire)
            if message is None:
                return None
            hello = parse_hello(message)
        except HelloError:
            # Something that only begins like TLS: keep its bytes, as of any raw protocol.
            self._raw = Raw(self._context, self._target)
            self._raw.receive(wire)
            self._wire.clear()
            return None
        self._record(hello, message)
        context = self._context.services.authority.context(
            self._host, compatible=not accepts_ec_certificate(hello)
        )
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        return wire

    def _record(self, hello: ParsedHello, message: bytes) -> None:
        if hello.server_name and _HOST_NAME.match(hello.server_name):
            self._host = hello.server_name.lower()
        context = self._context
        self._slot = context.recorder.reserve("handshakes")
        if self._slot is None:
            return
        self._hello = ClientHello(
            connection=context.number,
            at=context.recorder.now(),
            host=self._host,
            port=self._target.port,
            raw=context.recorder.keep(message),
            server_name=hello.server_name,
            alpn=hello.alpn,
            versions=hello.versions,
            ciphers=hello.ciphers,
            extensions=hello.extensions,
            groups=hello.groups,
            signature_algorithms=hello.signature_algorithms,
            ja3=hello.ja3(),
            ja4=hello.ja4(),
            via=self._target.via,
        )
        context.recorder.fill(self._slot, self._hello)

    def _shake_hands(self) -> bool:
        assert self._object is not None
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            self._ended = True
            self._fail(error.reason or str(error))
            return False
        self._record_handshake()
        target = msgspec.structs.replace(self._target, host=self._inner_host(), secure=True)
        self._inner = self._context.enter(target)
        return True

    def _record_handshake(self) -> None:
        """Add the records of the completed handshake to the hello; keep what is behind them."""
        behind = self._incoming.read()
        if self._hello is not None:
            wire = bytes(self._wire[: len(self._wire) - len(behind)])
            whole = msgspec.structs.replace(self._hello, wire=self._context.recorder.keep(wire))
            self._context.recorder.fill(self._slot, whole)
        self._wire = bytearray(behind)

    def _inner_host(self) -> str | None:
        return self._target.host if self._host == self._target.address else self._host

    def _read(self) -> bytes:
        """Decrypt the records that are whole, one at a time, to know which one fails."""
        assert self._inner is not None
        answer: list[bytes] = []
        while not self._ended and (record := self._take_record()):
            self._incoming.write(record)
            answer += self._decrypt(record)
        return self._send(b"".join(answer), goodbye=self._ended or self._inner.done)

    def _take_record(self) -> bytes:
        """Take a whole record from the wire; or everything, where it begins none."""
        size = len(self._wire)
        if size and self._wire[0] in RECORD_TYPES:
            if size < RECORD_HEAD:
                return b""
            size = RECORD_HEAD + int.from_bytes(self._wire[3:RECORD_HEAD])
            if len(self._wire) < size:
                return b""
        record = bytes(self._wire[:size])
        del self._wire[:size]
        return record

    def _decrypt(self, record: bytes) -> Iterator[bytes]:
        """Give the clear text of a record, which OpenSSL has, to the inner layer."""
        assert self._object is not None
        assert self._inner is not None
        try:
            while data := self._object.read(READ_SIZE):
                yield self._inner.receive(data)
        except ssl.SSLWantReadError:
            return
        except ssl.SSLError:
            # It does not decrypt, or is an alert of the client.
            self._record_wire(record)
        # A closing alert ends as well: the client's clear text has ended here.
        self._ended = True
        self._record_wire(bytes(self._wire))
        self._wire.clear()
        yield self._inner.finish()

    def _send(self, data: bytes, *, goodbye: bool) -> bytes:
        assert self._object is not None
        try:
            view = memoryview(data)
            while view:
                view = view[self._object.write(view) :]
            if goodbye and not self._said_goodbye:
                self._said_goodbye = True
                self._object.unwrap()
        except ssl.SSLError:
            # SSLWantReadError: the goodbye is written and the client's is not here yet.
            # Any other: the client broke the connection, so nobody reads what is unsent.
            pass
        return self._outgoing.read()

    def _fail(self, reason: str) -> None:
        context = self._context
        context.recorder.add(
            "handshakes",
            TlsFailure(
                connection=context.number,
                at=context.recorder.now(),
                host=self._host,
                reason=reason,
            ),
        )
        self._record_wire(bytes(self._wire))
        self._wire.clear()

    def _record_wire(self, data: bytes) -> None:
        """Record bytes that could not be decrypted."""
        if not data:
            return
        if self._number is None:
            self._number = self._context.begin_layer("tls", self._host, self._target.port)
        self._context.record(data, self._number)
