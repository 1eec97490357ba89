"""HTTP/1.0 and 1.1 (RFC 9112), the server's side, and the ways out of it.

Ways out: CONNECT opens a tunnel, in which the protocol is recognised anew; an upgrade to WebSocket
hands over to that layer; an absolute target means that the client takes this end for its
proxy.  A request that is no HTTP is answered with 400, and its bytes stay on record.
"""

from __future__ import annotations

import base64
import binascii
from typing import Literal
from urllib.parse import urlsplit

import h11
import msgspec

from lab.internet.connection import ConnectionContext, Layer
from lab.internet.headers import get_header
from lab.internet.http.exchange import Exchange
from lab.internet.http.websocket import WebSocket, accept_handshake
from lab.internet.response import Response
from lab.internet.target import Target, is_address, join_authority, split_authority
from lab.observation.records import ProxyHop

__all__ = ["Http1", "make_tunnel_target", "read_credentials"]

LONGEST_HEAD = 1 << 20
_MALFORMED = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Http1:
    """One HTTP/1 connection."""

    def __init__(self, context: ConnectionContext, server: Target) -> None:
        self._context = context
        self._server = server
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        self._exchange: Exchange | None = None
        self._request: h11.Request | None = None
        self._tunnel: Target | None = None
        self._inner: Layer | None = None
        self._hops: set[str] = set()
        self._ended = False
        self._number = context.begin_layer("http/1.1", server.name, server.port)
        context.note_protocol("http/1.1")

    @property
    def done(self) -> bool:
        """Whether the server side has closed."""
        return self._inner.done if self._inner is not None else self._ended

    def receive(self, data: bytes) -> bytes:
        """Take bytes; return answers."""
        if self._inner is not None:
            return self._inner.receive(data)
        if self._ended:
            self._context.record(data, self._number)
            return b""
        self._connection.receive_data(data)
        answer = self._advance()
        if self._inner is None:
            self._context.record(data, self._number)
            return answer
        # What follows the head of a CONNECT or an upgrade belongs to the inner layer.
        trailing = self._connection.trailing_data[0]
        self._context.record(data[: len(data) - len(trailing)], self._number)
        if trailing:
            answer += self._inner.receive(trailing)
        return answer

    def finish(self) -> bytes:
        """The client closed its direction."""
        if self._inner is not None:
            return self._inner.finish()
        if self._ended:
            return b""
        # Every complete request has been answered when its last byte came.
        self._ended = True
        if self._exchange is not None:
            self._exchange.abandon()
            self._exchange = None
        return b""

    def _advance(self) -> bytes:
        out: list[bytes] = []
        try:
            while self._inner is None and not self._ended:
                event = self._connection.next_event()
                if isinstance(event, h11.Request):
                    self._begin(event)
                    if self._connection.they_are_waiting_for_100_continue:
                        go_on = h11.InformationalResponse(status_code=100, headers=[])
                        out.append(self._send(go_on))
                elif isinstance(event, h11.Data):
                    if self._exchange is not None:
                        self._exchange.receive(bytes(event.data))
                elif isinstance(event, h11.EndOfMessage):
                    if self._exchange is not None and event.headers:
                        self._exchange.receive_trailers(event.headers.raw_items())
                    out.append(self._end())
                elif isinstance(event, h11.ConnectionClosed):
                    self._ended = True
                else:
                    break
        except h11.RemoteProtocolError:
            out.append(self._refuse())
        return b"".join(out)

    def _begin(self, request: h11.Request) -> None:
        headers = tuple((bytes(name), bytes(value)) for name, value in request.headers.raw_items())
        method, target = request.method.decode("latin-1"), request.target.decode("latin-1")
        authority = (get_header(headers, b"host") or b"").decode("latin-1")
        server = self._server
        self._request = request
        if method == "CONNECT":
            self._tunnel = self._hop("connect", target, headers)
            return
        scheme, separator, rest = target.partition("://")
        if separator and scheme.lower() in ("http", "https") and rest:
            server, target, authority = self._proxied(target, headers)
        self._exchange = Exchange(
            self._context,
            server,
            version="1.0" if request.http_version == b"1.0" else "1.1",
            method=method,
            target=target,
            authority=authority,
            headers=headers,
            layer=self._number,
        )

    def _proxied(
        self, target: str, headers: tuple[tuple[bytes, bytes], ...]
    ) -> tuple[Target, str, str]:
        """Read an absolute target (RFC 9112 3.2.2): where to, which path, which authority."""
        secure = target[:5].lower() == "https"
        default = 443 if secure else 80
        try:
            authority = urlsplit(target).netloc
        except ValueError:
            # Malformed, for example with unbalanced brackets.
            authority = target.partition("://")[2].partition("/")[0]
        rest = target.partition("://")[2][len(authority) :]
        path = rest if rest.startswith("/") else "/" + rest
        host, port = split_authority(authority, default)
        if (host, port) == (self._server.name, self._server.port):
            return self._server, path, authority
        server = self._hop("http", join_authority(host, port), headers)
        return msgspec.structs.replace(server, secure=secure), path, authority

    def _hop(
        self,
        scheme: Literal["connect", "http"],
        target: str,
        headers: tuple[tuple[bytes, bytes], ...],
    ) -> Target:
        """Record that the client takes this end for a proxy; return the server behind it."""
        host, port = split_authority(target, 443 if scheme == "connect" else 80)
        if target not in self._hops:
            if len(self._hops) < 10_000:
                self._hops.add(target)
            recorder = self._context.recorder
            recorder.add(
                "hops",
                ProxyHop(
                    connection=self._context.number,
                    at=recorder.now(),
                    scheme=scheme,
                    proxy=self._server.authority,
                    target=target,
                    headers=headers,
                    credentials=read_credentials(headers),
                ),
            )
        return make_tunnel_target(self._context, self._server, host, port, scheme="http")

    def _end(self) -> bytes:
        if self._tunnel is not None:
            self._context.note_protocol("connect")
            # Not through h11, which would add framing headers to an answer without a body.
            out = self._send(h11.Response(status_code=200, headers=[], reason=b"OK"))
            self._inner = self._context.enter(self._tunnel)
            return out
        assert self._exchange is not None
        assert self._request is not None
        response = self._exchange.respond()
        self._exchange = None
        if response.status == 101:
            return self._upgrade()
        out = self._write(response, self._request)
        if self._connection.our_state is h11.MUST_CLOSE:
            self._ended = True
        else:
            self._connection.start_next_cycle()
        return out

    def _upgrade(self) -> bytes:
        assert self._request is not None
        headers = tuple(self._request.headers.raw_items())
        extensions, answered = accept_handshake(headers)
        out = self._send(h11.InformationalResponse(status_code=101, headers=list(answered)))
        host = (get_header(headers, b"host") or b"").decode("latin-1")
        self._inner = WebSocket(
            self._context,
            host=split_authority(host, 0)[0] or self._server.name,
            port=self._server.port,
            target=self._request.target.decode("latin-1"),
            extensions=extensions,
        )
        return out

    def _write(self, response: Response, request: h11.Request) -> bytes:
        headers = list(response.headers)
        body_allowed = response.status >= 200 and response.status not in (204, 304)
        if body_allowed and not response.stream:
            headers.append(("content-length", str(len(response.body))))
        elif body_allowed and request.http_version != b"1.0":
            headers.append(("transfer-encoding", "chunked"))
        out = [self._send(h11.Response(status_code=response.status, headers=headers))]
        if body_allowed and request.method != b"HEAD":
            pieces = response.pieces if response.stream else (response.body,)
            out += [self._send(h11.Data(data=piece)) for piece in pieces if piece]
        out.append(self._send(h11.EndOfMessage()))
        return b"".join(out)

    def _send(self, event: h11.Event) -> bytes:
        return self._connection.send(event) or b""

    def _refuse(self) -> bytes:
        self._ended = True
        if self._exchange is not None:
            self._exchange.abandon(400)
            self._exchange = None
        return _MALFORMED


def read_credentials(headers: tuple[tuple[bytes, bytes], ...]) -> str | None:
    """Return ``user:password`` of Proxy-Authorization, or the header's text if not Basic."""
    value = get_header(headers, b"proxy-authorization")
    if value is None:
        return None
    scheme, _, token = value.partition(b" ")
    if scheme.lower() == b"basic":
        try:
            return base64.b64decode(token.strip(), validate=True).decode("latin-1")
        except binascii.Error:
            pass
    return value.decode("latin-1")


def make_tunnel_target(
    context: ConnectionContext, proxy: Target, host: str, port: int, scheme: str
) -> Target:
    """Return the target behind a proxy.

    Args:
        context: The connection, for names that were looked up.
        proxy: The proxy as a target.
        host: The host that the client asks the proxy for, a name or an address.
        port: The port that it asks for.
        scheme: How the client speaks to the proxy: ``http``, ``socks4`` or ``socks5``.

    Returns:
        The target, with the proxy added to its ``via``.
    """
    if scheme == "http" and proxy.secure:
        scheme = "https"
    named = context.services.names.find_host(host) if is_address(host) else host
    return Target(
        host=named, address=host, port=port, via=(*proxy.via, f"{scheme}://{proxy.authority}")
    )
