"""What a socket's methods do that concern one endpoint alone.

Each takes the endpoint and the socket's timeout, then what the method itself takes.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any

from lab.sandbox.twin.network.socket_state import Address, SocketState, os_error

__all__ = ["SOCKET_METHODS", "unspecified_address"]

Received = tuple[bytes, Any]


def unspecified_address(family: int) -> Address:
    """The address of a socket that has none yet."""
    return ("0.0.0.0", 0) if family == socket.AF_INET else ("::", 0, 0, 0)


def _receive(endpoint: SocketState, timeout: float | None, size: int, flags: int) -> Received:
    return endpoint.receive(
        size,
        0 if flags & socket.MSG_DONTWAIT else timeout,
        peek=bool(flags & socket.MSG_PEEK),
        whole=bool(flags & socket.MSG_WAITALL),
    )


def _recv(endpoint: SocketState, timeout: float | None, size: int, flags: int = 0) -> bytes:
    return _receive(endpoint, timeout, size, flags)[0]


def _recvfrom(endpoint: SocketState, timeout: float | None, size: int, flags: int = 0) -> Received:
    return _receive(endpoint, timeout, size, flags)


def _recv_into(
    endpoint: SocketState, timeout: float | None, buffer: Any, nbytes: int = 0, flags: int = 0
) -> int:
    return _recvfrom_into(endpoint, timeout, buffer, nbytes, flags)[0]


def _recvfrom_into(
    endpoint: SocketState, timeout: float | None, buffer: Any, nbytes: int = 0, flags: int = 0
) -> tuple[int, Any]:
    view = memoryview(buffer).cast("B")
    data, source = _receive(endpoint, timeout, nbytes or len(view), flags)
    view[: len(data)] = data
    return len(data), source


def _recvmsg(
    endpoint: SocketState, timeout: float | None, size: int, space: int = 0, flags: int = 0
) -> tuple[bytes, list[Any], int, Any]:
    data, source = _receive(endpoint, timeout, size, flags)
    return data, [], 0, source


def _recvmsg_into(
    endpoint: SocketState, timeout: float | None, buffers: Any, space: int = 0, flags: int = 0
) -> tuple[int, list[Any], int, Any]:
    views = [memoryview(each).cast("B") for each in buffers]
    data, source = _receive(endpoint, timeout, sum(map(len, views)), flags)
    left = data
    for view in views:
        piece, left = left[: len(view)], left[len(view) :]
        view[: len(piece)] = piece
    return len(data), [], 0, source


def _send(endpoint: SocketState, timeout: float | None, data: Any, flags: int = 0) -> int:
    return endpoint.send(bytes(data))


def _sendall(endpoint: SocketState, timeout: float | None, data: Any, flags: int = 0) -> None:
    endpoint.send(bytes(data))


def _shutdown(endpoint: SocketState, timeout: float | None, how: int) -> None:
    endpoint.shut_down(how)


def _getsockname(endpoint: SocketState, timeout: float | None) -> Any:
    if endpoint.family == socket.AF_UNIX:
        return endpoint.local_address[0] if endpoint.local_address else ""
    return endpoint.local_address or unspecified_address(endpoint.family)


def _getpeername(endpoint: SocketState, timeout: float | None) -> Any:
    if endpoint.peer_address is None:
        raise os_error(errno.ENOTCONN)
    return endpoint.peer_address


def _getsockopt(
    endpoint: SocketState, timeout: float | None, level: int, name: int, size: int = 0
) -> Any:
    known = {
        (socket.SOL_SOCKET, socket.SO_TYPE): endpoint.kind,
        (socket.SOL_SOCKET, socket.SO_DOMAIN): endpoint.family,
        (socket.SOL_SOCKET, socket.SO_PROTOCOL): endpoint.protocol,
        (socket.SOL_SOCKET, socket.SO_ACCEPTCONN): int(endpoint.backlog is not None),
    }
    value = endpoint.options.get((level, name), known.get((level, name), 0))
    return bytes(size) if size and isinstance(value, int) else value


def _setsockopt(
    endpoint: SocketState, timeout: float | None, level: int, name: int, value: Any, *_: Any
) -> None:
    endpoint.options[level, name] = value


SOCKET_METHODS: dict[str, Callable[..., Any]] = {
    "getpeername": _getpeername,
    "getsockname": _getsockname,
    "getsockopt": _getsockopt,
    "recv": _recv,
    "recv_into": _recv_into,
    "recvfrom": _recvfrom,
    "recvfrom_into": _recvfrom_into,
    "recvmsg": _recvmsg,
    "recvmsg_into": _recvmsg_into,
    "send": _send,
    "sendall": _sendall,
    "setsockopt": _setsockopt,
    "shutdown": _shutdown,
}
"""By the names of the socket's methods."""
