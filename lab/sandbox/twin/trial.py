"""One trial inside the process: the callable is run, and how it ends is an :class:`Exit`."""

from __future__ import annotations

import contextvars
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType

from lab.errors import UsageError
from lab.observation.records import Exit, Verdict
from lab.sandbox.twin.patching.caller import Over, here
from lab.sandbox.twin.process.process import Ended, Process
from lab.sandbox.twin.process.stdio import Streams
from lab.sandbox.twin.process.timeout import Limit, TimedOut

__all__ = ["Trial"]

_HERE = os.path.dirname(__file__)
_monotonic, _process_time = time.monotonic, time.process_time


class Trial:
    """What the client's threads carry."""

    def __init__(self) -> None:
        self.over = False
        self.ended = threading.Event()
        self.refusals: list[UsageError] = []

    def refuse(self, what: str) -> UsageError:
        """Note what the client wanted, so that nobody takes its silence for a result."""
        error = UsageError(
            f"a twin runs Python code only, and the client wanted to {what}; "
            "observe this client in a cell"
        )
        self.refusals.append(error)
        return error

    def run(
        self,
        call: Callable[[], object],
        process: Process,
        streams: Streams,
        timeout_s: float,
        wake: Callable[[], None],
    ) -> Exit:
        """Run the callable as Python runs a program, and say how it ended.

        ``wake`` ends waiting for the network, whoever waits.

        What is neither an Exception nor SystemExit is nobody's but the caller's: it comes
        out, as KeyboardInterrupt must.
        """
        started, used = _monotonic(), _process_time()
        verdict: Verdict = "finished"
        code: int | None = 0
        number: int | None = None
        detail = ""
        try:
            with Limit(timeout_s, self._stop(wake)):
                here.trial = self
                try:
                    code = contextvars.Context().run(_main, call)
                    process.finish()
                    streams.flush()
                finally:
                    here.trial = None
        except Ended as end:
            code, number = end.code, end.number
        except (TimedOut, Over):
            verdict, detail = "timed out", f"it still ran after {timeout_s:g} s"
            code, number = None, None
        if number is not None:
            verdict, detail = "killed", signal.strsignal(number) or f"signal {number}"
        self.over = True
        self.ended.set()
        return Exit(
            at=_monotonic() - started,
            verdict=verdict,
            code=code,
            signal=number,
            cpu_s=_process_time() - used,
            stdout=streams.stdout,
            stderr=streams.stderr,
            detail=detail,
        )

    def _stop(self, wake: Callable[[], None]) -> Callable[[], None]:
        def stop() -> None:
            self.ended.set()
            wake()

        return stop


def _main(call: Callable[[], object]) -> int:
    """The exit code of a program that does this."""
    try:
        call()
    except Over:
        raise
    except SystemExit as end:
        return _code(end.code)
    except Exception as error:  # noqa: BLE001 - whatever a client raises, it ends the client
        shown = error.with_traceback(_own(error.__traceback__))
        if sys.excepthook is sys.__excepthook__:
            # The same by way of Python, which finds the lines in the client's files.
            traceback.print_exception(shown)
        else:
            sys.excepthook(type(shown), shown, shown.__traceback__)
        return 1
    return 0


def _own(trace: TracebackType | None) -> TracebackType | None:
    """From the client's own first line on."""
    while trace is not None and os.path.dirname(trace.tb_frame.f_code.co_filename) == _HERE:
        trace = trace.tb_next
    return trace


def _code(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    print(value, file=sys.stderr)
    return 1
