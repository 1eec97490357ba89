"""Standard input, output and error: kept in memory, and a pipe or a terminal for the client.

As in a cell, the first mebibyte of each stream is kept; a terminal has one stream, with its line
ends.  A pipe has no input.  At a terminal nobody types, so a client that reads from it waits
until its time limit.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import os
import stat
import sys
import termios
import threading
from typing import Any, TextIO

from lab.factors.host_spec import HostSpec, Terminal
from lab.sandbox.jail.jail import MEBIBYTE
from lab.sandbox.twin.patching.caller import TrialEnded
from lab.sandbox.twin.patching.patches import Patches

__all__ = ["StandardStreams"]

_STREAM_NAMES = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")
_TERMINAL = "/dev/pts/0"
_TERMINAL_MODES: list[Any] = [0x4500, 0x5, 0xBF, 0x8A3B, 15, 15, [b"\0"] * 32]
"""Of a terminal as it is opened: see tcgetattr(3)."""


class _Stream(io.RawIOBase):
    """One of the three, as a descriptor."""

    def __init__(self, streams: StandardStreams, number: int) -> None:
        self._streams = streams
        self._number = number

    def fileno(self) -> int:
        return self._number

    def isatty(self) -> bool:
        return self._streams.is_terminal

    def readable(self) -> bool:
        return self._number == 0

    def writable(self) -> bool:
        return self._number > 0

    def readinto(self, buffer: Any) -> int:
        self._streams.read()
        return 0

    def write(self, data: Any) -> int:
        return self._streams.write(self._number, bytes(data))


class StandardStreams:
    """The three streams of one trial."""

    def __init__(self) -> None:
        self._terminal = Terminal()
        self._kept = {1: bytearray(), 2: bytearray()}
        self._ended = threading.Event()
        self._real_streams: tuple[TextIO | None, ...] = ()

    @property
    def is_terminal(self) -> bool:
        """Whether they are a terminal."""
        return self._terminal.kind == "tty"

    @property
    def stdout(self) -> bytes:
        """What the client wrote there; at a terminal, all that it wrote."""
        return bytes(self._kept[1])

    @property
    def stderr(self) -> bytes:
        """What the client wrote there; at a terminal, nothing."""
        return bytes(self._kept[2])

    def begin(self, host_spec: HostSpec, ended: threading.Event) -> None:
        """Replace the streams.  ``ended`` ends all waiting for input."""
        self._terminal = host_spec.terminal
        self._kept = {1: bytearray(), 2: bytearray()}
        self._ended = ended
        self._real_streams = tuple(getattr(sys, name) for name in _STREAM_NAMES)
        variables = host_spec.variables
        chosen = (variables.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
        lenient = next(filter(None, chosen), "C") in ("C", "POSIX", "C.UTF-8")
        outward = "surrogateescape" if lenient else "strict"
        made = (
            self._stream(0, outward),
            self._stream(1, outward),
            self._stream(2, "backslashreplace"),
        )
        for name, stream in zip(_STREAM_NAMES, made * 2, strict=True):
            setattr(sys, name, stream)

    def flush(self) -> None:
        """Write out what the client left in its buffers, as Python does when it ends."""
        for stream in (sys.stdout, sys.stderr):
            # None, closed, or anything else that a client put there.
            with contextlib.suppress(AttributeError, OSError, ValueError):
                stream.flush()

    def end(self) -> None:
        """Restore the streams of the process."""
        for name, stream in zip(_STREAM_NAMES, self._real_streams, strict=True):
            setattr(sys, name, stream)

    def read(self) -> None:
        """Return where the input has ended; wait for the end of the trial at a terminal."""
        if self.is_terminal:
            self._ended.wait()
            raise TrialEnded

    def write(self, number: int, data: bytes) -> int:
        """Keep what is written to a descriptor."""
        written = data.replace(b"\n", b"\r\n") if self.is_terminal else data
        kept = self._kept[1 if self.is_terminal else number]
        kept += written[: MEBIBYTE - len(kept)]
        return len(data)

    def patch(self, patches: Patches) -> None:
        """Register the replacements, after those of the files."""
        for name, fake in (
            ("isatty", lambda _: self.is_terminal),
            ("fstat", self._status),
            ("read", self._read_bytes),
            ("write", lambda number, data: self.write(number, bytes(data))),
            ("ttyname", lambda _: self._require_terminal(_TERMINAL)),
            ("get_terminal_size", lambda _=1: self._size()),
            ("close", lambda _: None),
        ):
            patches.add_for_descriptors(os, name, range(3), fake)
        patches.add_function(os, "ctermid", lambda: "/dev/tty")
        patches.add_for_descriptors(fcntl, "ioctl", range(3), self._ioctl)
        for name in ("tcsetattr", "tcsendbreak", "tcdrain", "tcflush", "tcflow"):
            patches.add_for_descriptors(
                termios, name, range(3), lambda *_: self._require_terminal_modes(None)
            )
        patches.add_for_descriptors(
            termios, "tcgetattr", range(3), lambda *_: self._require_terminal_modes(_TERMINAL_MODES)
        )

    def _stream(self, number: int, errors: str) -> TextIO:
        raw = _Stream(self, number)
        if number == 0:
            return io.TextIOWrapper(io.BufferedReader(raw), "utf-8", errors)
        lines = self.is_terminal or number == 2
        return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", errors, line_buffering=lines)

    def _read_bytes(self, *_: int) -> bytes:
        self.read()
        return b""

    def _status(self, _: int) -> os.stat_result:
        kind = stat.S_IFCHR | 0o620 if self.is_terminal else stat.S_IFIFO | 0o600
        return os.stat_result((kind, 3, 0, 1, 0, 0, 0, 0, 0, 0))

    def _size(self) -> os.terminal_size:
        self._require_terminal(None)
        return os.terminal_size((self._terminal.columns, self._terminal.rows))

    def _ioctl(self, _: int, request: int, argument: Any = 0, *__: Any) -> Any:
        self._require_terminal(None)
        if request == termios.TIOCGWINSZ:
            size = (self._terminal.rows, self._terminal.columns, 0, 0)
            packed = b"".join(each.to_bytes(2, sys.byteorder) for each in size)
            if isinstance(argument, bytearray):
                argument[:8] = packed
                return 0
            return packed
        return 0

    def _require_terminal(self, answer: Any) -> Any:
        if not self.is_terminal:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        return answer

    def _require_terminal_modes(self, answer: Any) -> Any:
        if not self.is_terminal:
            raise termios.error(errno.ENOTTY, os.strerror(errno.ENOTTY))
        return answer
