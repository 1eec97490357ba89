"""``socket``, with nothing of the host's network behind it.

Theory of operation.  The class ``socket.socket`` stays what it is, so that its subclasses
(``ssl.SSLSocket``, those of proxy libraries) stay right; its methods are replaced.  A new
socket takes the descriptor of an :class:`~lab.sandbox.twin.network.socket_state.Endpoint`, under
which its methods find the endpoint again, also when the descriptor passes to another object.  What
the C class does with a descriptor alone (timeouts, ``fileno``, ``detach``) is left to it.
"""

from __future__ import annotations

import _socket
import contextlib
import errno
import os
import socket
import weakref
from collections.abc import Callable
from typing import Any

from lab.factors.host_spec import HostSpec
from lab.sandbox.twin.network.connections import INTERNET_FAMILIES, ConnectionTable
from lab.sandbox.twin.network.internet import InMemoryInternet
from lab.sandbox.twin.network.socket_methods import SOCKET_METHODS
from lab.sandbox.twin.network.socket_state import SocketState, os_error
from lab.sandbox.twin.patching.caller import RunningTrial, TrialEnded, thread_state
from lab.sandbox.twin.patching.patches import Patches

__all__ = ["SimulatedSockets"]

_CONNECTION_METHODS = ("bind", "connect", "connect_ex", "listen", "sendmsg", "sendto")
_RESOLVER_FUNCTIONS = (
    "getaddrinfo",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "getnameinfo",
    "getservbyname",
    "getservbyport",
)
_TYPE_FLAGS = socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC

_Raw = _socket.socket
_fileno, _timeout = _Raw.fileno, _Raw.gettimeout


class SimulatedSockets:
    """All sockets of one trial."""

    def __init__(self, internet: InMemoryInternet, switchboard: ConnectionTable) -> None:
        self._internet = internet
        self._connections = switchboard
        self._known: dict[int, SocketState] = {}
        self._socket_objects: dict[int, weakref.ref[socket.socket]] = {}
        self._detached: dict[int, int] = {}
        """Descriptors that an object gave away, with the numbers of their files."""
        self._trial: RunningTrial | None = None
        self._default: float | None = None

    def begin(self, host_spec: HostSpec, trial: RunningTrial) -> None:
        """A machine that has opened no socket yet."""
        self._trial = trial
        self._connections.begin(host_spec)
        self._default = _socket.getdefaulttimeout()
        _socket.setdefaulttimeout(None)

    def stop(self) -> None:
        """Wake up all threads that wait."""
        for state in list(self._known.values()):
            state.stop()

    def end(self) -> None:
        """Close what the client left open."""
        _socket.setdefaulttimeout(self._default)
        self.stop()
        for number, found in list(self._socket_objects.items()):
            left = found()
            if left is not None and _fileno(left) == number:
                del self._known[number]
                _Raw.close(left)
        for number, inode in self._detached.items():
            # Unless it was closed as a number, which by now may be of something else.
            with contextlib.suppress(OSError):
                if number in self._known and os.fstat(number).st_ino == inode:
                    os.close(number)
        self._known.clear()
        self._socket_objects.clear()
        self._detached.clear()
        self._connections.end()

    def find_state(self, found: socket.socket) -> SocketState | None:
        """The endpoint behind a socket object; None where it is none of these."""
        return self._known.get(_fileno(found))

    def patch(self, patches: Patches) -> None:
        """Register the stand-ins."""
        for name, mine in SOCKET_METHODS.items():
            patches.add_method(socket.socket, name, self._dispatch(name, mine))
        for name in _CONNECTION_METHODS:
            mine = getattr(self._connections, name)
            patches.add_method(socket.socket, name, self._dispatch(name, mine))
        patches.add_method(socket.socket, "accept", self._dispatch("accept", self._accept))
        patches.add_method(socket.socket, "__init__", self._create)
        patches.add_method(socket.socket, "_real_close", self._close)
        patches.add_method(socket.socket, "detach", self._detach)
        # The other way hands two descriptors to the system.
        in_pieces = socket.socket._sendfile_use_send  # type: ignore[attr-defined]
        patches.add_attribute(socket.socket, "sendfile", in_pieces)
        patches.add_function(_socket, "dup", self._dup)
        for name in _RESOLVER_FUNCTIONS:
            patches.add_function(_socket, name, getattr(self._connections.resolver, name))
        patches.add_function(_socket, "if_nameindex", self._interface_names)
        patches.add_function(_socket, "if_nametoindex", self._interface_index)
        patches.add_function(_socket, "if_indextoname", self._interface_name)
        patches.add_attribute(_socket, "socket", _RefusedSocket)
        patches.add_attribute(_socket, "SocketType", _RefusedSocket)
        patches.add_attribute(socket, "SocketType", _RefusedSocket)

    def _dispatch(self, name: str, mine: Callable[..., Any]) -> Callable[..., Any]:
        real = getattr(socket.socket, name)

        def call(found: socket.socket, *words: Any, **named: Any) -> Any:
            state = self._known.get(_fileno(found))
            if state is None:
                return real(found, *words, **named)
            return mine(state, _timeout(found), *words, **named)

        return call

    def _create(
        self,
        new: socket.socket,
        family: int = -1,
        type: int = -1,
        proto: int = -1,
        fileno: Any = None,
    ) -> None:
        if fileno is None:
            family = socket.AF_INET if family == -1 else family
            type = socket.SOCK_STREAM if type == -1 else type
            proto = max(proto, 0)
            self._check_kind(family, type & ~_TYPE_FLAGS)
            state = SocketState(family, type & ~_TYPE_FLAGS, proto, self._internet.changed)
            self._attach(new, state, type, state.descriptor)
            return
        known = self._known.get(int(fileno))
        if known is not None:
            self._attach(new, known, known.kind if type == -1 else type, int(fileno))
            return
        _initialise(new, family, type, proto, fileno)
        if new.family != socket.AF_UNIX:
            assert self._trial is not None
            raise self._trial.refuse("use a socket of the host's")

    def _check_kind(self, family: int, kind: int) -> None:
        """OSError where a jail has no such socket either; refused where only a twin has none."""
        if family == socket.AF_NETLINK:
            assert self._trial is not None
            raise self._trial.refuse("ask the kernel about its network (AF_NETLINK)")
        if family in INTERNET_FAMILIES and kind == socket.SOCK_RAW:
            raise os_error(errno.EPERM)
        if family not in (*INTERNET_FAMILIES, socket.AF_UNIX):
            raise os_error(errno.EAFNOSUPPORT)
        if kind not in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            raise os_error(errno.ESOCKTNOSUPPORT)

    def _attach(self, new: socket.socket, state: SocketState, kind: int, number: int) -> None:
        """Make the object a socket with this descriptor, and remember whose it is."""
        _initialise(new, state.family, kind, state.protocol, number)
        self._known[number] = state

        def forgotten(_: object) -> None:
            # Collected without having been closed; the C class has closed the descriptor.
            if self._socket_objects.get(number) is reference:
                del self._socket_objects[number]
                self._drop(number)

        reference = weakref.ref(new, forgotten)
        self._socket_objects[number] = reference

    def _close(self, old: socket.socket, *_: Any) -> None:
        number = _fileno(old)
        self._socket_objects.pop(number, None)
        self._drop(number)
        _Raw.close(old)

    def _detach(self, old: socket.socket) -> int:
        """Detach the descriptor without closing it, and return it."""
        number = _fileno(old)
        found = self._socket_objects.get(number)
        if found is not None and found() is old:
            del self._socket_objects[number]
        self._detached[number] = os.fstat(number).st_ino
        old._closed = True  # type: ignore[attr-defined]
        return _Raw.detach(old)

    def _drop(self, number: int) -> None:
        state = self._known.pop(number, None)
        # Another descriptor may be a copy of this one.
        if state is not None and state not in self._known.values():
            state.close()
            self._connections.forget(state)

    def _dup(self, number: int) -> int:
        copy = os.dup(number)
        if number in self._known:
            self._known[copy] = self._known[number]
        return copy

    def _accept(self, state: SocketState, timeout: float | None) -> Any:
        other = state.accept(timeout)
        made = socket.socket.__new__(socket.socket)
        self._attach(made, other, other.kind, other.descriptor)
        return made, other.peer_address

    def _interface_names(self) -> list[tuple[int, str]]:
        return list(enumerate(("lo", *self._connections.interfaces.names), 1))

    def _interface_index(self, name: Any) -> int:
        for number, each in self._interface_names():
            if each == os.fsdecode(name):
                return number
        raise OSError("no interface with this name")

    def _interface_name(self, number: int) -> str:
        for each, name in self._interface_names():
            if each == number:
                return name
        raise os_error(errno.ENXIO)


class _RefusedSocketMeta(type(_Raw)):  # type: ignore[misc]
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _Raw)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _Raw)

    def __call__(cls, *words: Any, **named: Any) -> Any:
        trial = thread_state.trial
        if trial is None:
            return _Raw(*words, **named)
        if trial.has_ended:
            raise TrialEnded
        raise trial.refuse("make a socket past the module socket")


class _RefusedSocket(_Raw, metaclass=_RefusedSocketMeta):
    """Stands in for the C class, whose sockets would be the host's."""


def _initialise(new: socket.socket, family: int, kind: int, protocol: int, number: int) -> None:
    _Raw.__init__(new, family, kind, protocol, number)
    new._io_refs = 0  # type: ignore[attr-defined]
    new._closed = False  # type: ignore[attr-defined]
