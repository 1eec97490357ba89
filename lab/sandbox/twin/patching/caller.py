"""Which thread calls: one that runs the client, or any other thread of the process.

A twin replaces functions of the standard library and restores them when the trial ends.  Other
code of the process calls the replacements meanwhile: threads of the test, and the lab, which
serves the client in the client's own thread.  So a replacement first checks the thread.  A thread
that runs the client carries its trial; for all others the replacement calls the real function.
While a replacement runs, its thread does not count as the client's.  Whatever the lab calls then
is real, and no replacement calls another.  Hence a replacement must not call code of the client.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any, Protocol

__all__ = [
    "CallableReplacement",
    "RunningTrial",
    "TrialEnded",
    "replace_function",
    "replace_method",
    "thread_state",
]


class TrialEnded(SystemExit):
    """Raised in threads of the client that run on after their trial; it ends them silently."""


class RunningTrial(Protocol):
    """What a thread of the client carries about its trial."""

    has_ended: bool

    def refuse(self, what: str) -> Exception:
        """Record an action that a twin cannot perform; return the error to raise."""


class _ThreadState(threading.local):
    trial: RunningTrial | None = None


thread_state = _ThreadState()
"""``here.trial`` is the trial whose client this thread runs, or None."""


class CallableReplacement:
    """Replaces a builtin function, which does not become a method in a class."""

    def __init__(self, real: Callable[..., Any], fake: Callable[..., Any]) -> None:
        self._real = real
        self._call = replace_method(real, fake)
        functools.update_wrapper(self, real)

    def __call__(self, *words: Any, **named: Any) -> Any:
        """Call the real function or its replacement."""
        return self._call(*words, **named)

    def __repr__(self) -> str:
        return repr(self._real)


def replace_function(real: Callable[..., Any], fake: Callable[..., Any]) -> Callable[..., Any]:
    """A function that calls ``fake`` for the client and ``real`` for everybody else."""
    return (
        replace_method(real, fake)
        if isinstance(real, FunctionType)
        else CallableReplacement(real, fake)
    )


def replace_method(real: Callable[..., Any], fake: Callable[..., Any]) -> Callable[..., Any]:
    """The same as a plain function, which becomes a method in a class."""

    def call(*words: Any, **named: Any) -> Any:
        trial = thread_state.trial
        if trial is None:
            return real(*words, **named)
        if trial.has_ended:
            raise TrialEnded
        thread_state.trial = None
        try:
            return fake(*words, **named)
        finally:
            thread_state.trial = trial

    return functools.update_wrapper(call, real)
