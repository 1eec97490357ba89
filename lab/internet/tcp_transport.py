"""One accepted TCP socket and the layer that serves it: the only code that reads and writes.

Part of the shell.  Everything is non-blocking and runs in the loop's thread.  A client that
reads slowly is waited for, with its own sending paused; a server side that has finished
closes only its own direction and goes on listening, so that no byte goes unrecorded and no
answer is lost to a reset.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable

from lab.internet.connection import ConnectionContext, TrialServices
from lab.internet.journal import EventRecorder
from lab.internet.sniffer import Sniffer
from lab.internet.target import Target

__all__ = ["TcpTransport", "normalise_address"]

READ_SIZE = 1 << 18
UNSENT_LIMIT = 1 << 20
"""Octets waiting for a slow reader, above which nothing more is read from it."""


class TcpTransport:
    """Carries bytes between a socket and the outermost layer.

    ``closed`` is called once, when the socket is closed; ``failed`` with an exception that
    a layer raised, which is always a fault of the lab.
    """

    def __init__(
        self,
        accepted: socket.socket,
        recorder: EventRecorder,
        services: TrialServices,
        loop: asyncio.AbstractEventLoop,
        *,
        closed: Callable[[TcpTransport], None],
        failed: Callable[[Exception], None],
    ) -> None:
        accepted.setblocking(False)
        with contextlib.suppress(OSError):
            # Fails where the client has already reset the connection.
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = accepted
        self._loop = loop
        self._tell_closed = closed
        self._tell_failed = failed
        self._unsent = bytearray()
        self._client_ended = False
        self._server_ended = False
        self._open = True
        address, port = accepted.getsockname()[:2]
        address = normalise_address(address)
        target = Target(host=services.names.find_host(address), address=address, port=port)
        self._context = ConnectionContext(target, recorder, services, Sniffer)
        self._layer = self._context.enter(target)
        self._listening = True
        loop.add_reader(accepted, self.pump)

    def pump(self) -> bool:
        """Read once; return whether anything was there."""
        if not self._open or self._client_ended:
            return False
        try:
            data = self._socket.recv(READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            # Reset: what came before it has been read.
            self.close()
            return True
        try:
            if data:
                self._send(self._layer.receive(data))
            else:
                self._client_ended = True
                self._listen(False)
                self._send(self._layer.finish())
        except Exception as error:  # noqa: BLE001 - ours, not the client's: it must reach end()
            self._tell_failed(error)
            self.close()
        return True

    def close(self) -> None:
        """Close the socket and write the connection's record.  Idempotent."""
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._unsent.clear()
        try:
            self._layer.finish()
        except Exception as error:  # noqa: BLE001 - as above
            self._tell_failed(error)
        self._context.close()
        self._tell_closed(self)

    def _send(self, data: bytes) -> None:
        if self._server_ended:
            data = b""
        if data and not self._unsent:
            data = data[self._write(data) :]
        if data and self._open:
            if not self._unsent:
                self._loop.add_writer(self._socket, self._flush)
            self._unsent += data
            if len(self._unsent) > UNSENT_LIMIT:
                self._listen(False)
        self._settle()

    def _flush(self) -> None:
        del self._unsent[: self._write(self._unsent)]
        if self._open and not self._unsent:
            self._loop.remove_writer(self._socket)
            self._listen(not self._client_ended)
            self._settle()

    def _write(self, data: bytes | bytearray) -> int:
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            # The client reads no more.  What it sent may still be waiting, so go on reading.
            self._server_ended = True
            return len(data)

    def _settle(self) -> None:
        """Close what is finished, once everything is sent."""
        if not self._open or self._unsent:
            return
        if self._client_ended:
            self.close()
        elif self._layer.done and not self._server_ended:
            self._server_ended = True
            with contextlib.suppress(OSError):
                # Not connected any more: the reader will find out.
                self._socket.shutdown(socket.SHUT_WR)

    def _listen(self, wanted: bool) -> None:
        if wanted and not self._listening:
            self._loop.add_reader(self._socket, self.pump)
        elif not wanted and self._listening:
            self._loop.remove_reader(self._socket)
        self._listening = wanted


def normalise_address(text: str) -> str:
    """Return an address without scope, and IPv4 where it is IPv4 in IPv6."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
