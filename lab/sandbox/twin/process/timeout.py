"""The time limit of a trial: a callable that runs longer is interrupted.

In the main thread a timer of the system interrupts it, also while it waits for a lock.  In other
threads the interpreter raises an exception as soon as the thread runs Python code; what it waits
for must be ended separately, and a lock of the client's own cannot be.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

__all__ = ["TimeLimit", "TrialTimeout"]

REPEAT_S = 0.1
"""A client may catch the exception; then it comes again."""


class TrialTimeout(BaseException):
    """The client reached its time limit."""


class TimeLimit:
    """A context manager for the thread that runs the client.

    ``wake`` ends what that thread waits for; another thread calls it.
    """

    def __init__(self, seconds: float, wake: Callable[[], None]) -> None:
        self._seconds = seconds
        self._wake = wake
        self._open = True
        self._before: Any = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        in_main = threading.current_thread() is threading.main_thread()
        # The timer may be in use, as by a plugin that limits a test's time.
        if in_main and signal.getitimer(signal.ITIMER_REAL)[0] == 0:
            self._before = signal.signal(signal.SIGALRM, self._on_alarm)
            signal.setitimer(signal.ITIMER_REAL, self._seconds, REPEAT_S)
        else:
            self._timer = threading.Timer(self._seconds, self._on_timer, (threading.get_ident(),))
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        else:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def _on_alarm(self, _: int, __: FrameType | None) -> None:
        if self._open:
            raise TrialTimeout

    def _on_timer(self, thread: int) -> None:
        if self._open:
            exception = ctypes.py_object(TrialTimeout)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), exception)
            self._wake()
