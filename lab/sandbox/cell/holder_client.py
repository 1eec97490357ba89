"""The lab's end of a socket to the holder: one request and one answer at a time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence

from lab.errors import LabError

__all__ = ["HolderClient"]


class HolderClient:
    """Sends requests to the holder of one cell, from any thread."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._lock = threading.Lock()

    def request(self, request: str, descriptors: Sequence[int] = ()) -> tuple[list[str], list[int]]:
        """Send a request and wait for its answer.

        Returns:
            The answer's words after ``ok``, and the descriptors that came with it.

        Raises:
            LabError: The holder refuses, has ended, or does not answer in time.
        """
        with self._lock:
            try:
                socket.send_fds(self._socket, [request.encode()], list(descriptors))
                message, received, _, _ = socket.recv_fds(self._socket, 4096, 16)
            except OSError as failure:
                # A late answer would be taken for the answer to the next request.
                self._socket.close()
                raise LabError(f"the cell does not answer ({failure}); it is closed") from failure
        words = message.decode(errors="replace").split(maxsplit=1)
        if not words:
            raise LabError("the cell ended during a request; open another one")
        if words[0] != "ok":
            raise LabError(f"the cell could not carry out a request: {words[-1]}")
        return words[1].split() if len(words) > 1 else [], received

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
