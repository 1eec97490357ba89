"""SOCKS proxies: version 5 (RFC 1928, RFC 1929) and versions 4 and 4a."""

from __future__ import annotations

import ipaddress
from typing import Literal

from lab.internet.connection import ConnectionContext, Layer
from lab.internet.http.http1 import make_tunnel_target
from lab.internet.target import Target, join_authority
from lab.observation.records import ProxyHop

__all__ = ["Socks4", "Socks5"]

NO_AUTHENTICATION, PASSWORD, NONE_ACCEPTABLE = 0, 2, 0xFF
CONNECT = 1
SUCCEEDED, COMMAND_NOT_SUPPORTED, ADDRESS_NOT_SUPPORTED = 0, 7, 8
_LONGEST_FIELD = 1024


class _Socks:
    """What both versions share: a buffer of which messages are consumed, then a tunnel."""

    scheme: Literal["socks4", "socks5"]

    def __init__(self, context: ConnectionContext, target: Target) -> None:
        self._context = context
        self._target = target
        self._buffer = b""
        self._credentials: str | None = None
        self._inner: Layer | None = None
        self._ended = False
        self._number = context.begin_layer(self.scheme, target.name, target.port)
        context.note_protocol("socks5")

    @property
    def done(self) -> bool:
        """Whether the proxy has refused, or the tunnel is finished."""
        return self._inner.done if self._inner is not None else self._ended

    def receive(self, data: bytes) -> bytes:
        """Take messages of the proxy protocol, then the tunnel's bytes."""
        if self._inner is not None:
            return self._inner.receive(data)
        if self._ended:
            self._context.record(data, self._number)
            return b""
        self._buffer += data
        out: list[bytes] = []
        while self._inner is None and not self._ended:
            reply = self._step()
            if reply is None:
                return b"".join(out)
            out.append(reply)
        rest, self._buffer = self._buffer, b""
        if rest:
            out.append(self.receive(rest))
        return b"".join(out)

    def finish(self) -> bytes:
        """The client closed its direction."""
        if self._inner is not None:
            return self._inner.finish()
        self._ended = True
        self._consume(len(self._buffer))
        return b""

    def _step(self) -> bytes | None:
        """Consume one message and return the reply, or None for want of bytes."""
        raise NotImplementedError

    def _consume(self, length: int) -> bytes:
        message, self._buffer = self._buffer[:length], self._buffer[length:]
        self._context.record(message, self._number)
        return message

    def _refuse(self, reply: bytes) -> bytes:
        self._ended = True
        return reply

    def _hop(self, host: str, port: int) -> None:
        recorder = self._context.recorder
        recorder.add(
            "hops",
            ProxyHop(
                connection=self._context.number,
                at=recorder.now(),
                scheme=self.scheme,
                proxy=self._target.authority,
                target=join_authority(host, port),
                credentials=self._credentials,
            ),
        )

    def _open(self, host: str, port: int) -> None:
        self._inner = self._context.enter(
            make_tunnel_target(self._context, self._target, host, port, scheme=self.scheme)
        )


class Socks5(_Socks):
    """SOCKS version 5 with or without user name and password."""

    scheme = "socks5"

    def __init__(self, context: ConnectionContext, target: Target) -> None:
        super().__init__(context, target)
        self._stage: Literal["methods", "password", "request"] = "methods"

    def _step(self) -> bytes | None:
        if self._stage == "methods":
            return self._methods()
        if self._stage == "password":
            return self._password()
        return self._request()

    def _methods(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 2 or len(buffer) < 2 + buffer[1]:
            return None
        methods = self._consume(2 + buffer[1])[2:]
        # A client that offers a password has one; that is worth hearing.
        if PASSWORD in methods:
            self._stage = "password"
            return bytes([5, PASSWORD])
        if NO_AUTHENTICATION in methods:
            self._stage = "request"
            return bytes([5, NO_AUTHENTICATION])
        return self._refuse(bytes([5, NONE_ACCEPTABLE]))

    def _password(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        user_end = 2 + buffer[1]
        if len(buffer) <= user_end or len(buffer) < user_end + 1 + buffer[user_end]:
            return None
        message = self._consume(user_end + 1 + buffer[user_end])
        user, password = message[2:user_end], message[user_end + 1 :]
        self._credentials = (user + b":" + password).decode("latin-1")
        self._stage = "request"
        return bytes([1, 0])

    def _request(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 5:
            return None
        kind = buffer[3]
        lengths = {1: 4, 3: 1 + buffer[4], 4: 16}
        if buffer[0] != 5 or kind not in lengths:
            self._consume(len(buffer[:5]))
            return self._refuse(_reply5(ADDRESS_NOT_SUPPORTED))
        end = 4 + lengths[kind]
        if len(buffer) < end + 2:
            return None
        message = self._consume(end + 2)
        address, port = message[4:end], int.from_bytes(message[end:])
        if kind == 3:
            host = address[1:].decode("latin-1").lower()
        else:
            host = str(ipaddress.ip_address(address))
        self._hop(host, port)
        if message[1] != CONNECT:
            return self._refuse(_reply5(COMMAND_NOT_SUPPORTED))
        self._open(host, port)
        return _reply5(SUCCEEDED)


class Socks4(_Socks):
    """SOCKS version 4, and 4a, in which the proxy is given a name."""

    scheme = "socks4"

    def _step(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 9:
            return None
        user_end = buffer.find(b"\0", 8)
        if user_end < 0:
            return self._overlong()
        end = user_end + 1
        # RFC-less but universal: 0.0.0.x with x > 0 announces a name behind the user.
        named = buffer[4:7] == b"\0\0\0" and buffer[7] != 0
        if named:
            name_end = buffer.find(b"\0", end)
            if name_end < 0:
                return self._overlong()
            host = buffer[end:name_end].decode("latin-1").lower()
            end = name_end + 1
        else:
            host = str(ipaddress.IPv4Address(buffer[4:8]))
        message = self._consume(end)
        self._credentials = message[8:user_end].decode("latin-1") or None
        port = int.from_bytes(message[2:4])
        self._hop(host, port)
        if message[1] != CONNECT:
            return self._refuse(bytes([0, 91]) + bytes(6))
        self._open(host, port)
        return bytes([0, 90]) + bytes(6)

    def _overlong(self) -> bytes | None:
        if len(self._buffer) < _LONGEST_FIELD:
            return None
        self._consume(len(self._buffer))
        return self._refuse(bytes([0, 91]) + bytes(6))


def _reply5(code: int) -> bytes:
    return bytes([5, code, 0, 1]) + bytes(6)
