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
from lab.sandbox.twin.network.connections import INTERNET, Switchboard
from lab.sandbox.twin.network.internet import Internet
from lab.sandbox.twin.network.socket_methods import METHODS
from lab.sandbox.twin.network.socket_state import Endpoint, failure
from lab.sandbox.twin.patching.caller import Over, Running, here
from lab.sandbox.twin.patching.patches import Patches

__all__ = ["Sockets"]

_CONNECTING = ("bind", "connect", "connect_ex", "listen", "sendmsg", "sendto")
_LOOKING_UP = (
    "getaddrinfo",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "getnameinfo",
    "getservbyname",
    "getservbyport",
)
_FLAGS = socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC

_Raw = _socket.socket
_fileno, _timeout = _Raw.fileno, _Raw.gettimeout


class Sockets:
    """All sockets of one trial."""

    def __init__(self, internet: Internet, switchboard: Switchboard) -> None:
        self._internet = internet
        self._switchboard = switchboard
        self._known: dict[int, Endpoint] = {}
        self._objects: dict[int, weakref.ref[socket.socket]] = {}
        self._detached: dict[int, int] = {}
        """Descriptors that an object gave away, with the numbers of their files."""
        self._trial: Running | None = None
        self._default: float | None = None

    def begin(self, surroundings: HostSpec, trial: Running) -> None:
        """A machine that has opened no socket yet."""
        self._trial = trial
        self._switchboard.begin(surroundings)
        self._default = _socket.getdefaulttimeout()
        _socket.setdefaulttimeout(None)

    def stop(self) -> None:
        """Let nobody wait any longer."""
        for endpoint in list(self._known.values()):
            endpoint.stop()

    def end(self) -> None:
        """Close what the client left open."""
        _socket.setdefaulttimeout(self._default)
        self.stop()
        for number, found in list(self._objects.items()):
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
        self._objects.clear()
        self._detached.clear()
        self._switchboard.end()

    def endpoint(self, found: socket.socket) -> Endpoint | None:
        """The endpoint behind a socket object; None where it is none of these."""
        return self._known.get(_fileno(found))

    def patch(self, patches: Patches) -> None:
        """Register the stand-ins."""
        for name, mine in METHODS.items():
            patches.method(socket.socket, name, self._of_endpoint(name, mine))
        for name in _CONNECTING:
            mine = getattr(self._switchboard, name)
            patches.method(socket.socket, name, self._of_endpoint(name, mine))
        patches.method(socket.socket, "accept", self._of_endpoint("accept", self._accept))
        patches.method(socket.socket, "__init__", self._create)
        patches.method(socket.socket, "_real_close", self._close)
        patches.method(socket.socket, "detach", self._detach)
        # The other way hands two descriptors to the system.
        in_pieces = socket.socket._sendfile_use_send  # type: ignore[attr-defined]
        patches.attribute(socket.socket, "sendfile", in_pieces)
        patches.function(_socket, "dup", self._dup)
        for name in _LOOKING_UP:
            patches.function(_socket, name, getattr(self._switchboard.resolver, name))
        patches.function(_socket, "if_nameindex", self._names)
        patches.function(_socket, "if_nametoindex", self._index)
        patches.function(_socket, "if_indextoname", self._name)
        patches.attribute(_socket, "socket", _Refusing)
        patches.attribute(_socket, "SocketType", _Refusing)
        patches.attribute(socket, "SocketType", _Refusing)

    def _of_endpoint(self, name: str, mine: Callable[..., Any]) -> Callable[..., Any]:
        real = getattr(socket.socket, name)

        def call(found: socket.socket, *words: Any, **named: Any) -> Any:
            endpoint = self._known.get(_fileno(found))
            if endpoint is None:
                return real(found, *words, **named)
            return mine(endpoint, _timeout(found), *words, **named)

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
            self._check_kind(family, type & ~_FLAGS)
            endpoint = Endpoint(family, type & ~_FLAGS, proto, self._internet.changed)
            self._adopt(new, endpoint, type, endpoint.number)
            return
        known = self._known.get(int(fileno))
        if known is not None:
            self._adopt(new, known, known.kind if type == -1 else type, int(fileno))
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
        if family in INTERNET and kind == socket.SOCK_RAW:
            raise failure(errno.EPERM)
        if family not in (*INTERNET, socket.AF_UNIX):
            raise failure(errno.EAFNOSUPPORT)
        if kind not in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            raise failure(errno.ESOCKTNOSUPPORT)

    def _adopt(self, new: socket.socket, endpoint: Endpoint, kind: int, number: int) -> None:
        """Make the object a socket with this descriptor, and remember whose it is."""
        _initialise(new, endpoint.family, kind, endpoint.protocol, number)
        self._known[number] = endpoint

        def forgotten(_: object) -> None:
            # Collected without having been closed; the C class has closed the descriptor.
            if self._objects.get(number) is reference:
                del self._objects[number]
                self._drop(number)

        reference = weakref.ref(new, forgotten)
        self._objects[number] = reference

    def _close(self, old: socket.socket, *_: Any) -> None:
        number = _fileno(old)
        self._objects.pop(number, None)
        self._drop(number)
        _Raw.close(old)

    def _detach(self, old: socket.socket) -> int:
        """The descriptor stays, and is whoever's takes it."""
        number = _fileno(old)
        found = self._objects.get(number)
        if found is not None and found() is old:
            del self._objects[number]
        self._detached[number] = os.fstat(number).st_ino
        old._closed = True  # type: ignore[attr-defined]
        return _Raw.detach(old)

    def _drop(self, number: int) -> None:
        endpoint = self._known.pop(number, None)
        # Another descriptor may be a copy of this one.
        if endpoint is not None and endpoint not in self._known.values():
            endpoint.close()
            self._switchboard.forget(endpoint)

    def _dup(self, number: int) -> int:
        copy = os.dup(number)
        if number in self._known:
            self._known[copy] = self._known[number]
        return copy

    def _accept(self, endpoint: Endpoint, timeout: float | None) -> Any:
        other = endpoint.accept(timeout)
        made = socket.socket.__new__(socket.socket)
        self._adopt(made, other, other.kind, other.number)
        return made, other.peer

    def _names(self) -> list[tuple[int, str]]:
        return list(enumerate(("lo", *self._switchboard.interfaces.names), 1))

    def _index(self, name: Any) -> int:
        for number, each in self._names():
            if each == os.fsdecode(name):
                return number
        raise OSError("no interface with this name")

    def _name(self, number: int) -> str:
        for each, name in self._names():
            if each == number:
                return name
        raise failure(errno.ENXIO)


class _RefusingMeta(type(_Raw)):  # type: ignore[misc]
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _Raw)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _Raw)

    def __call__(cls, *words: Any, **named: Any) -> Any:
        trial = here.trial
        if trial is None:
            return _Raw(*words, **named)
        if trial.over:
            raise Over
        raise trial.refuse("make a socket past the module socket")


class _Refusing(_Raw, metaclass=_RefusingMeta):
    """Stands in for the C class, whose sockets would be the host's."""


def _initialise(new: socket.socket, family: int, kind: int, protocol: int, number: int) -> None:
    _Raw.__init__(new, family, kind, protocol, number)
    new._io_refs = 0  # type: ignore[attr-defined]
    new._closed = False  # type: ignore[attr-defined]
