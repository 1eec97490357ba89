"""One HTTP request on its way, whatever version carried it: recorded, then answered."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from lab.internet.connection import ConnectionContext
from lab.internet.dns import nameserver
from lab.internet.models.responder import answer_request
from lab.internet.response import Response
from lab.internet.target import Target, split_authority
from lab.observation.records import HttpVersion, Request

__all__ = ["Exchange"]


class Exchange:
    """Collects a request and its body within the limits.

    The server in the recording is taken when the head arrives.  Exactly one of
    :meth:`respond` and :meth:`abandon` writes the record.
    """

    def __init__(
        self,
        context: ConnectionContext,
        server: Target,
        *,
        version: HttpVersion,
        method: str,
        target: str,
        authority: str | None,
        headers: tuple[tuple[bytes, bytes], ...],
        layer: int = 0,
    ) -> None:
        self._context = context
        self._slot = context.recorder.reserve("requests") if context.is_recorded else None
        self._body = bytearray()
        self._size = 0
        host = split_authority(authority, server.port)[0] if authority else server.name
        self._request = Request(
            connection=context.number,
            at=context.recorder.now(),
            version=version,
            scheme="https" if server.secure else "http",
            host=host or server.name,
            port=server.port,
            method=method,
            target=target,
            headers=headers,
            body=b"",
            size=0,
            complete=False,
            via=server.via,
            layer=layer,
        )

    def receive(self, data: bytes) -> None:
        """Take a piece of the body."""
        self._size += len(data)
        if self._slot is not None:
            recorder = self._context.recorder
            self._body += recorder.keep(data, recorder.limits.connection_bytes - len(self._body))

    def receive_trailers(self, fields: Iterable[tuple[bytes, bytes]]) -> None:
        """Take the fields behind the body."""
        trailers = tuple((bytes(name), bytes(value)) for name, value in fields)
        self._request = msgspec.structs.replace(self._request, trailers=trailers)

    def respond(self) -> Response:
        """The request is complete: decide the answer and write the record."""
        request = self._finished(complete=True)
        response = self._resolve(request) or answer_request(request, self._context.services.script)
        self._write(msgspec.structs.replace(request, status=response.status))
        return response

    def abandon(self, status: int = 0) -> None:
        """The request never completed: write what there is."""
        self._write(msgspec.structs.replace(self._finished(complete=False), status=status))

    def _finished(self, *, complete: bool) -> Request:
        body = bytes(self._body)
        return msgspec.structs.replace(self._request, body=body, size=self._size, complete=complete)

    def _write(self, request: Request) -> None:
        self._context.recorder.fill(self._slot, request)
        self._body.clear()

    def _resolve(self, request: Request) -> Response | None:
        """Answer DNS over HTTPS (RFC 8484), or return None where this is no such request."""
        message = nameserver.extract_doh_message(request)
        if message is None:
            return None
        reply = nameserver.answer_query(message, self._context.services.names)
        if reply is None:
            return Response(400)
        nameserver.record_query(reply, message, "https", request.host, self._context.recorder)
        return Response(200, (("content-type", nameserver.MEDIA_TYPE),), (reply.wire,))
