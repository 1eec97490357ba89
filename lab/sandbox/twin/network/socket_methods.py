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


def _receive(state: SocketState, timeout: float | None, size: int, flags: int) -> Received:
    return state.receive(
        size,
        0 if flags & socket.MSG_DONTWAIT else timeout,
        peek=bool(flags & socket.MSG_PEEK),
        whole=bool(flags & socket.MSG_WAITALL),
    )


def _recv(state: SocketState, timeout: float | None, size: int, flags: int = 0) -> bytes:
    return _receive(state, timeout, size, flags)[0]


def _recvfrom(state: SocketState, timeout: float | None, size: int, flags: int = 0) -> Received:
    return _receive(state, timeout, size, flags)


def _recv_into(
    state: SocketState, timeout: float | None, buffer: Any, nbytes: int = 0, flags: int = 0
) -> int:
    return _recvfrom_into(state, timeout, buffer, nbytes, flags)[0]


def _recvfrom_into(
    state: SocketState, timeout: float | None, buffer: Any, nbytes: int = 0, flags: int = 0
) -> tuple[int, Any]:
    view = memoryview(buffer).cast("B")
    data, source = _receive(state, timeout, nbytes or len(view), flags)
    view[: len(data)] = data
    return len(data), source


def _recvmsg(
    state: SocketState, timeout: float | None, size: int, space: int = 0, flags: int = 0
) -> tuple[bytes, list[Any], int, Any]:
    data, source = _receive(state, timeout, size, flags)
    return data, [], 0, source


def _recvmsg_into(
    state: SocketState, timeout: float | None, buffers: Any, space: int = 0, flags: int = 0
) -> tuple[int, list[Any], int, Any]:
    views = [memoryview(each).cast("B") for each in buffers]
    data, source = _receive(state, timeout, sum(map(len, views)), flags)
    left = data
    for view in views:
        piece, left = left[: len(view)], left[len(view) :]
        view[: len(piece)] = piece
    return len(data), [], 0, source


def _send(state: SocketState, timeout: float | None, data: Any, flags: int = 0) -> int:
    return state.send(bytes(data))


def _sendall(state: SocketState, timeout: float | None, data: Any, flags: int = 0) -> None:
    state.send(bytes(data))


def _shutdown(state: SocketState, timeout: float | None, how: int) -> None:
    state.shut_down(how)


def _getsockname(state: SocketState, timeout: float | None) -> Any:
    if state.family == socket.AF_UNIX:
        return state.local_address[0] if state.local_address else ""
    return state.local_address or unspecified_address(state.family)


def _getpeername(state: SocketState, timeout: float | None) -> Any:
    if state.peer_address is None:
        raise os_error(errno.ENOTCONN)
    return state.peer_address


def _getsockopt(
    state: SocketState, timeout: float | None, level: int, name: int, size: int = 0
) -> Any:
    known = {
        (socket.SOL_SOCKET, socket.SO_TYPE): state.kind,
        (socket.SOL_SOCKET, socket.SO_DOMAIN): state.family,
        (socket.SOL_SOCKET, socket.SO_PROTOCOL): state.protocol,
        (socket.SOL_SOCKET, socket.SO_ACCEPTCONN): int(state.backlog is not None),
    }
    value = state.options.get((level, name), known.get((level, name), 0))
    return bytes(size) if size and isinstance(value, int) else value


def _setsockopt(
    state: SocketState, timeout: float | None, level: int, name: int, value: Any, *_: Any
) -> None:
    state.options[level, name] = value


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
