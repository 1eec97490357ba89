"""What does the client speak?  Decided once from its first bytes, then out of the way.

Nothing is assumed from the port, except for DNS, whose messages have no marks of their own.
While the bytes so far could still become one of the known protocols, they wait.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lab.internet.connection import ConnectionContext, Layer
from lab.internet.dns.over_tcp import DnsTcp
from lab.internet.http.http1 import Http1
from lab.internet.http.http2 import PREFACE, Http2
from lab.internet.layers import Raw
from lab.internet.socks import Socks4, Socks5
from lab.internet.target import Target
from lab.internet.tls.layer import Tls

__all__ = ["Sniffer", "recognise_protocol"]

LayerType = Callable[[ConnectionContext, Target], Layer]

DNS_PORTS = (53, 853)
LONGEST_FIRST_LINE = 1 << 16

_METHODS = frozenset(
    b"GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND REPORT MKCOL".split()
)
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")
_FIRST_LINE = re.compile(rb"[^ ]+ [^ ]+ HTTP/1\.[01]\r?\n")


def recognise_protocol(data: bytes, port: int) -> LayerType | None:
    """Return the layer that speaks what these first bytes begin, or None to wait for more."""
    if not data:
        return None
    if data[0] == 0x16 and data[1:2] in (b"", b"\x03"):
        if len(data) < 6:
            return None
        return Tls if data[5] == 1 else Raw
    if port in DNS_PORTS:
        return DnsTcp
    if data[0] == 5:
        if len(data) < 2:
            return None
        return Socks5 if data[1] else Raw
    if data[0] == 4:
        if len(data) < 2:
            return None
        return Socks4 if data[1] in (1, 2) else Raw
    if PREFACE.startswith(data[: len(PREFACE)]):
        return Http2 if len(data) >= len(PREFACE) else None
    return _recognise_http(data)


def _recognise_http(data: bytes) -> LayerType | None:
    token = _TOKEN.match(data)
    if token is None:
        return Raw
    if token.end() == len(data):
        return None if len(data) < 32 else Raw
    if data[token.end()] != 0x20:
        return Raw
    if token.group() in _METHODS:
        return Http1
    # An unknown method is a method only if its line says that it is HTTP.
    end = data.find(b"\n", 0, LONGEST_FIRST_LINE)
    if end < 0:
        return None if len(data) < LONGEST_FIRST_LINE else Raw
    return Http1 if _FIRST_LINE.fullmatch(data, 0, end + 1) else Raw


class Sniffer:
    """Waits until the protocol is known, then passes everything to its layer."""

    def __init__(self, context: ConnectionContext, target: Target) -> None:
        self._context = context
        self._target = target
        self._waiting = b""
        self._layer: Layer | None = Raw(context, target) if context.is_too_deep else None

    @property
    def done(self) -> bool:
        """Whether the layer found has finished."""
        return self._layer is not None and self._layer.done

    def receive(self, data: bytes) -> bytes:
        """Pass on, or wait."""
        if self._layer is not None:
            return self._layer.receive(data)
        self._waiting += data
        layer_type = recognise_protocol(self._waiting, self._target.port)
        return b"" if layer_type is None else self._become(layer_type)

    def finish(self) -> bytes:
        """The client ended; bytes that became nothing known are raw."""
        answer = b""
        if self._layer is None:
            if not self._waiting:
                return b""
            answer = self._become(Raw)
        assert self._layer is not None
        return answer + self._layer.finish()

    def _become(self, layer_type: LayerType) -> bytes:
        self._layer = layer_type(self._context, self._target)
        waiting, self._waiting = self._waiting, b""
        return self._layer.receive(waiting)
