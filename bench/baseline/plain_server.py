"""A plain server: HTTP/1.1 over asyncio and TLS, with nothing that makes the lab a lab.

It keeps no ClientHello, sniffs no protocol, records nothing, and parses only as much of
HTTP as it takes to find where a request ends.  What it answers is decided by a function.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self, cast

import dns.exception
import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from lab.internet.certificate_authority import CertificateAuthority

Answer = Callable[[bytes, bytes], bytes]
"""From the head of a request (without the empty line) and its body to a whole response."""

ADDRESS = "127.0.0.1"
LONGEST = 64 << 20


class PlainServer:
    """Serves listening sockets in a thread of its own.  A context manager."""

    def __init__(
        self,
        answer: Answer,
        authority: CertificateAuthority,
        *,
        secure: socket.socket,
        clear: socket.socket | None = None,
        names: socket.socket | None = None,
    ) -> None:
        self.answer = answer
        self.requests = 0
        self._authority = authority
        self._sockets = secure, clear, names
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        secure, clear, names = self._sockets
        context = self._context("localhost")

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            connection.context = self._context(name or "localhost")

        context.sni_callback = choose
        self._servers = [
            await self._loop.create_server(lambda: HttpConnection(self), sock=secure, ssl=context)
        ]
        if clear is not None:
            self._servers.append(
                await self._loop.create_server(lambda: HttpConnection(self), sock=clear)
            )
        if names is not None:
            await self._loop.create_datagram_endpoint(NameServer, sock=names)

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def _context(self, name: str) -> ssl.SSLContext:
        context = self._authority.context(name)
        context.set_alpn_protocols(["http/1.1"])
        return context


class HttpConnection(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, server: PlainServer) -> None:
        self._server = server
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            try:
                taken = _parse_request(self._received)
            except ValueError:
                self._transport.abort()
                return
            if taken is None:
                return
            head, body, size = taken
            del self._received[:size]
            self._server.requests += 1
            self._transport.write(self._server.answer(head, body))
            if b"connection: close" in head.lower():
                self._transport.close()
                return


def _parse_request(received: bytearray) -> tuple[bytes, bytes, int] | None:
    """Head, body and length of the first request; None while it is incomplete.

    ValueError where it is no request, or one that is too long.
    """
    if len(received) > LONGEST:
        raise ValueError("too long")
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(received[:end])
    begin = end + 4
    fields = head.lower()
    if b"\r\ntransfer-encoding: chunked" in fields:
        return _parse_chunked(received, head, begin)
    _, found, rest = fields.partition(b"\r\ncontent-length:")
    size = _parse_length(rest.partition(b"\r\n")[0], 10) if found else 0
    if len(received) < begin + size:
        return None
    return head, bytes(received[begin : begin + size]), begin + size


def _parse_chunked(received: bytearray, head: bytes, at: int) -> tuple[bytes, bytes, int] | None:
    body = bytearray()
    while (end := received.find(b"\r\n", at)) >= 0:
        size = _parse_length(received[at:end].partition(b";")[0], 16)
        begin = end + 2
        if len(received) < begin + size + 2:
            return None
        if not size:
            return head, bytes(body), begin + 2
        body += received[begin : begin + size]
        at = begin + size + 2
    return None


def _parse_length(text: bytes | bytearray, base: int) -> int:
    number = int(text, base)
    if number < 0:
        raise ValueError("a length is not negative")
    return number


class NameServer(asyncio.DatagramProtocol):
    """A name server for which every name is this machine."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A selector loop's transport is no subclass of the class that it implements.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        asked = query.question[0]
        if asked.rdtype == dns.rdatatype.A:
            reply.answer.append(dns.rrset.from_text(asked.name, 300, "IN", "A", ADDRESS))
        self._transport.sendto(reply.to_wire(), source)
