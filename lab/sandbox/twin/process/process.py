"""The client as a process: how it ends, what runs at its end, and which programs it may not start.

Python runs the callable as it runs a program: exit functions are called, threads are joined, an
exception goes to ``sys.excepthook``.  What would end the process ends the trial instead.
"""

from __future__ import annotations

import _posixsubprocess
import _thread
import atexit
import concurrent.futures.thread as pool
import ctypes
import errno
import os
import signal
import threading
import weakref
from collections.abc import Callable
from typing import Any

from lab.sandbox.twin.patching.caller import RunningTrial, TrialEnded, thread_state
from lab.sandbox.twin.patching.patches import Patches
from lab.sandbox.twin.process_ids import PARENT, PID

__all__ = ["ClientProcess", "ProcessExited"]

GRACE_S = 0.2
"""How long threads that are asked to end may take."""


class ProcessExited(BaseException):
    """The client ended its process without the usual steps of Python."""

    def __init__(self, code: int | None = None, number: int | None = None) -> None:
        super().__init__(code, number)
        self.code = code
        self.signal_number = number


class ClientProcess:
    """The state of the client's process during a trial."""

    def __init__(self) -> None:
        self._trial: RunningTrial | None = None
        self._threads: list[int] = []
        self._at_exit: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []
        self._handlers: dict[int, Any] = {}
        self._finalizers: set[Any] = set()

    def begin(self, trial: RunningTrial) -> None:
        """Start a trial, with no thread and no exit function."""
        self._trial = trial
        self._threads.clear()
        self._at_exit.clear()
        self._handlers.clear()
        self._finalizers = set(weakref.finalize._registry)  # type: ignore[attr-defined]

    def patch(self, patches: Patches) -> None:
        """Register the replacements."""
        patches.add_function(os, "getpid", lambda: PID)
        patches.add_function(os, "getppid", lambda: PARENT)
        for name in ("getpgid", "getsid"):
            patches.add_function(os, name, lambda _: PID)
        patches.add_function(os, "getpgrp", lambda: PID)
        patches.add_function(os, "_exit", _exit_process)
        patches.add_function(os, "abort", _abort)
        patches.add_function(os, "kill", _kill)
        patches.add_function(os, "killpg", _kill)
        patches.add_function(signal, "raise_signal", lambda number: _kill(PID, number))
        patches.add_function(signal, "signal", self._signal)
        patches.add_function(atexit, "register", self._register)
        patches.add_function(atexit, "unregister", self._unregister)
        for name in ("start_new_thread", "start_new", "start_joinable_thread"):
            if hasattr(_thread, name):
                patches.add_function(_thread, name, self._start_thread_with(getattr(_thread, name)))
        patches.add_function(_posixsubprocess, "fork_exec", self._start_program)

    def finish(self) -> None:
        """Do what Python does at the end of a program; called as the client."""
        self._end_pools()
        while waiting := [each for each in self._list_running_threads() if not each.daemon]:
            for thread in waiting:
                thread.join()
        while self._at_exit:
            function, words, named = self._at_exit.pop()
            function(*words, **named)
        for each in set(weakref.finalize._registry) - self._finalizers:  # type: ignore[attr-defined]
            if each.atexit:
                each()

    def end(self) -> None:
        """Stop the remaining threads and restore the signal handlers."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        left = self._list_running_threads()
        for thread in left:
            ident = ctypes.c_ulong(thread.ident or 0)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(TrialEnded))
        for thread in left:
            thread.join(GRACE_S)

    def _list_running_threads(self) -> list[threading.Thread]:
        if not self._threads:
            return []
        current = threading.get_ident()
        own = [each for each in threading.enumerate() if each.ident in self._threads]
        return [each for each in own if each.ident != current]

    def _end_pools(self) -> None:
        """Signal the end of work to the workers of thread pools, as Python does at exit."""
        own = set(self._threads)
        for thread, queue in list(pool._threads_queues.items()):
            if thread.ident in own:
                queue.put(None)

    def _start_thread_with(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def start(function: Callable[..., Any], *words: Any, **named: Any) -> Any:
            trial = self._trial

            def run(*given: Any, **more: Any) -> None:
                thread_state.trial = trial
                self._threads.append(threading.get_ident())
                function(*given, **more)

            return real(run, *words, **named)

        return start

    def _register(self, function: Callable[..., Any], *words: Any, **named: Any) -> Any:
        self._at_exit.append((function, words, named))
        return function

    def _unregister(self, function: Callable[..., Any]) -> None:
        self._at_exit[:] = [each for each in self._at_exit if each[0] != function]

    def _signal(self, number: int, handler: Any) -> Any:
        before = signal.signal(number, handler)
        self._handlers.setdefault(number, before)
        return before

    def _start_program(self, words: Any, *_: Any) -> None:
        assert self._trial is not None
        raise self._trial.refuse(f"start a program ({os.fsdecode(words[0])})")


def _exit_process(code: int) -> None:
    raise ProcessExited(code=code & 0xFF)


def _abort() -> None:
    raise ProcessExited(number=signal.SIGABRT)


def _kill(process: int, number: int) -> None:
    if process == PARENT:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    if process not in (PID, 0, -PID):
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    handler = signal.getsignal(number) if number else None
    if callable(handler):
        _raise_signal(number)
    elif number and handler != signal.SIG_IGN and number not in _HARMLESS:
        raise ProcessExited(number=int(number))


_raise_signal = signal.raise_signal
_HARMLESS = frozenset((signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH))
"""By default these do nothing; see signal(7)."""
