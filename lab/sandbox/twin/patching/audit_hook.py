"""An audit hook that stops what would leave the twin.

The replacements catch what Python code does in the usual ways.  A reference kept in a class, or
a C module, bypasses them, but not the audit events that CPython raises before it opens a file,
makes a socket or starts a program (PEP 578).  The hook is added once in a process, cannot be
removed, and does nothing in threads that run no client.
"""

from __future__ import annotations

import os
import socket
import sys
from functools import cache
from typing import Any

from lab.sandbox.twin.patching.caller import TrialEnded, thread_state

__all__ = ["install"]

_PROGRAM_EVENTS = frozenset(
    (
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    )
)
_FILE_EVENTS = (
    "os.chflags",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.removexattr",
    "os.rename",
    "os.rmdir",
    "os.setxattr",
    "os.symlink",
    "os.truncate",
    "os.utime",
)
_NETWORK_EVENTS = (
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyaddr",
    "socket.gethostbyname",
    "socket.getnameinfo",
    "socket.sendmsg",
    "socket.sendto",
)
_REFUSED_EVENTS = {
    **dict.fromkeys(_PROGRAM_EVENTS, "start a program"),
    **dict.fromkeys(_FILE_EVENTS, "change the host's files"),
    **dict.fromkeys(_NETWORK_EVENTS, "reach the host's network"),
    "os.kill": "send a signal to a process of the host",
    "socket.sethostname": "change the host's name",
    "syslog.syslog": "write to the host's log",
}
"""Audit events, and what to say of them."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _check_event(event: str, words: tuple[Any, ...]) -> None:
    trial = thread_state.trial
    if trial is None:
        return
    what = _REFUSED_EVENTS.get(event)
    if what is not None:
        if words and event in _PROGRAM_EVENTS:
            name = words[0] if isinstance(words[0], str | bytes) else "a copy of itself"
            what = f"{what} ({os.fsdecode(name)})"
    elif event == "open":
        path, _, flags = words
        if isinstance(path, int) or not flags & _WRITING:
            return
        what = f"write the host's file {path!r}"
    elif event == "socket.__new__":
        if words[1] == socket.AF_UNIX:
            return  # only as one of a pair: see the stand-ins of sockets
        what = "make a socket of the host's"
    elif event == "sqlite3.connect":
        if words[0] in (":memory:", ""):
            return
        what = f"keep a database on the host's disk ({words[0]!r})"
    else:
        return
    if trial.has_ended:
        raise TrialEnded
    raise trial.refuse(what)


@cache
def install() -> None:
    """Add the hook, once in a process."""
    sys.addaudithook(_check_event)
