"""TLS of the client's side: real contexts, on sockets that are in memory.

OpenSSL reads and writes a socket by itself; here it works on two buffers, and what it would
read and write passes through the endpoint.  All else, from the ClientHello to the check of
the certificate, is the client's own context.

A context reads certificates from the host's disk; here it reads them from the client's files,
so that it trusts the lab's authority where a client in a cell would, and only there.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

from lab.sandbox.twin.files.filesystem import SimulatedFilesystem
from lab.sandbox.twin.network.socket_state import SocketState
from lab.sandbox.twin.network.sockets import SimulatedSockets
from lab.sandbox.twin.patching.patches import Patches

__all__ = ["SimulatedTls"]

CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_CHUNK_SIZE = 1 << 16
_Context = ssl.SSLContext.__mro__[1]
"""The C class: its methods are the real ones."""


class SimulatedTls:
    """What stands in for parts of the module ``ssl``."""

    def __init__(self, sockets: SimulatedSockets, files: SimulatedFilesystem) -> None:
        self._sockets = sockets
        self._files = files

    def patch(self, patches: Patches) -> None:
        """Register the stand-ins."""
        patches.add_method(ssl.SSLContext, "_wrap_socket", self._wrap_socket)
        patches.add_method(ssl.SSLContext, "set_default_verify_paths", self._load_default_roots)
        patches.add_method(ssl.SSLContext, "load_verify_locations", self._load_roots)
        patches.add_method(ssl.SSLContext, "load_cert_chain", self._load_identity)
        # OpenSSL would write it past Python, to the host's disk.
        patches.add_attribute(ssl.SSLContext, "keylog_filename", None)

    def _wrap_socket(
        self,
        context: ssl.SSLContext,
        sock: ssl.SSLSocket,
        server_side: bool,
        server_hostname: str | None = None,
        **named: Any,
    ) -> Any:
        state = self._sockets.find_state(sock)
        if state is None:
            return _Context._wrap_socket(context, sock, server_side, server_hostname, **named)  # type: ignore[attr-defined]
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        inner = _Context._wrap_bio(  # type: ignore[attr-defined]
            context, incoming, outgoing, server_side, server_hostname, **named
        )
        return _TlsSocket(inner, sock, state, incoming, outgoing)

    def _load_default_roots(self, context: ssl.SSLContext) -> None:
        usual = ssl.get_default_verify_paths()
        for path in (os.environ.get(usual.openssl_cafile_env), usual.openssl_cafile, CA_BUNDLE):
            content = self._files.read_file(path) if path else None
            if content:
                _load_pem(context, content)
                return

    def _load_roots(
        self,
        context: ssl.SSLContext,
        cafile: Any = None,
        capath: Any = None,
        cadata: Any = None,
    ) -> None:
        if cafile is None and capath is None:
            _Context.load_verify_locations(context, cadata=cadata)  # type: ignore[attr-defined]
            return
        if cadata:
            _Context.load_verify_locations(context, cadata=cadata)  # type: ignore[attr-defined]
        if cafile is not None:
            content = self._files.read_file(os.fsdecode(cafile))
            if content is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            _load_pem(context, content)

    def _load_identity(
        self, context: ssl.SSLContext, certfile: Any, keyfile: Any = None, password: Any = None
    ) -> None:
        names = [certfile, *([keyfile] if keyfile is not None else [])]
        contents = [self._files.read_file(os.fsdecode(name)) for name in names]
        if None in contents:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        numbers = []
        try:
            for content in contents:
                number = os.memfd_create("chain")
                numbers.append(number)
                os.write(number, content or b"")
            paths = [f"/proc/self/fd/{number}" for number in numbers]
            _Context.load_cert_chain(context, *paths, password=password)  # type: ignore[attr-defined]
        finally:
            for number in numbers:
                os.close(number)


class _TlsSocket:
    """Stands in for the object that does TLS on a socket (``_ssl._SSLSocket``)."""

    def __init__(
        self,
        inner: Any,
        sock: ssl.SSLSocket,
        state: SocketState,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
    ) -> None:
        # Not by plain assignment: some names are handed on to the inner object.
        vars(self).update(
            _inner=inner, _sock=sock, _endpoint=state, _incoming=incoming, _outgoing=outgoing
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._inner, name, value)

    def do_handshake(self) -> None:
        """Shake hands."""
        self._run_tls(self._inner.do_handshake)

    def read(self, *words: Any) -> Any:
        """Clear text, into a buffer if one is given."""
        return self._run_tls(self._inner.read, *words)

    def write(self, data: Any) -> int:
        """Encrypt and send."""
        written: int = self._run_tls(self._inner.write, data)
        return written

    def shutdown(self) -> Any:
        """Say goodbye and wait for the other's; the socket, which is in the clear again."""
        self._run_tls(self._inner.shutdown)
        return self._sock

    def _run_tls(self, work: Callable[..., Any], *words: Any) -> Any:
        while True:
            try:
                done = work(*words)
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                self._flush()
                raise
            else:
                self._flush()
                return done

    def _flush(self) -> None:
        while data := self._outgoing.read(_CHUNK_SIZE):
            _send(self._sock, data)

    def _fill(self) -> None:
        try:
            data = _receive(self._sock, _CHUNK_SIZE)
        except BlockingIOError:
            raise ssl.SSLWantReadError(
                ssl.SSL_ERROR_WANT_READ, "The operation did not complete (read)"
            ) from None
        except TimeoutError:
            raise TimeoutError("The read operation timed out") from None
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()


def _send(sock: socket.socket, data: bytes) -> None:
    # Past SSLSocket, whose methods would encrypt it once more.
    socket.socket.sendall(sock, data)


def _receive(sock: socket.socket, size: int) -> bytes:
    return socket.socket.recv(sock, size)


def _load_pem(context: ssl.SSLContext, content: bytes) -> None:
    """Trust the certificates of a PEM file, whose remarks may be in any language."""
    text = content.decode("ascii", "ignore")
    _Context.load_verify_locations(context, cadata=text)  # type: ignore[attr-defined]
