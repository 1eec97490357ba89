"""Who is asking: code of the client, or anybody else in the same process.

Theory of operation.  A twin puts *stand-ins* in the place of functions of the standard
library, and takes them away again when the trial ends.  While they stand there, other code
of the process meets them too: threads of the test, and the lab itself, which answers the
client in the client's own thread.  So a stand-in first asks who calls.  A thread that runs
the client's code carries its trial; for everybody else the stand-in is the real function.
While a stand-in works, its thread does not count as the client's, so whatever the lab calls
on the way is real, and no stand-in ever meets another.  Hence a stand-in must not call code
of the client.
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
    """Raised in threads that go on after the end of their trial: they end without a word."""


class RunningTrial(Protocol):
    """What a thread of the client knows about its trial."""

    has_ended: bool

    def refuse(self, what: str) -> Exception:
        """Note that the client wanted what a twin cannot do; return the error to raise."""


class _ThreadState(threading.local):
    trial: RunningTrial | None = None


thread_state = _ThreadState()
"""``here.trial`` is the trial whose client this thread runs, or None."""


class CallableReplacement:
    """Stands in for a builtin function, which, kept in a class, does not become a method."""

    def __init__(self, real: Callable[..., Any], fake: Callable[..., Any]) -> None:
        self._real = real
        self._call = replace_method(real, fake)
        functools.update_wrapper(self, real)

    def __call__(self, *words: Any, **named: Any) -> Any:
        """Call the real function or the other."""
        return self._call(*words, **named)

    def __repr__(self) -> str:
        return repr(self._real)


def replace_function(real: Callable[..., Any], fake: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is ``fake`` to the client and ``real`` to everybody else."""
    return (
        replace_method(real, fake)
        if isinstance(real, FunctionType)
        else CallableReplacement(real, fake)
    )


def replace_method(real: Callable[..., Any], fake: Callable[..., Any]) -> Callable[..., Any]:
    """The same as a plain function, which also works as a method of a class."""

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
