"""One trial in the test process: runs the callable and describes how it ended."""

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
from lab.sandbox.twin.patching.caller import TrialEnded, thread_state
from lab.sandbox.twin.process.process import ClientProcess, ProcessExited
from lab.sandbox.twin.process.stdio import StandardStreams
from lab.sandbox.twin.process.timeout import TimeLimit, TrialTimeout

__all__ = ["TwinTrial"]

_FOLDER = os.path.join(os.path.dirname(__file__), "")
_monotonic, _process_time = time.monotonic, time.process_time


class TwinTrial:
    """The trial that the client's threads carry."""

    def __init__(self) -> None:
        self.has_ended = False
        self.end_event = threading.Event()
        self.refusals: list[UsageError] = []

    def refuse(self, what: str) -> UsageError:
        """Record an action that a twin cannot perform, so that no silence counts as a result."""
        error = UsageError(
            f"a twin runs Python code only, and the client wanted to {what}; "
            "observe this client in a cell"
        )
        self.refusals.append(error)
        return error

    def run(
        self,
        call: Callable[[], object],
        process: ClientProcess,
        streams: StandardStreams,
        timeout_s: float,
        wake: Callable[[], None],
    ) -> Exit:
        """Run the callable as Python runs a program, and return how it ended.

        An exception that is neither an Exception nor SystemExit, such as KeyboardInterrupt, is the
        caller's and is not caught.

        Args:
            call: The callable.
            process: The client's process.
            streams: Its standard streams.
            timeout_s: The time limit in seconds.
            wake: Ends all waiting for the network.
        """
        started, used = _monotonic(), _process_time()
        verdict: Verdict = "finished"
        code: int | None = 0
        number: int | None = None
        detail = ""
        try:
            with TimeLimit(timeout_s, self._build_stop(wake)):
                thread_state.trial = self
                try:
                    code = contextvars.Context().run(_run_main, call)
                    process.finish()
                    streams.flush()
                finally:
                    thread_state.trial = None
        except ProcessExited as end:
            code, number = end.code, end.signal_number
        except (TrialTimeout, TrialEnded):
            verdict, detail = "timed out", f"it still ran after {timeout_s:g} s"
            code, number = None, None
        if number is not None:
            verdict, detail = "killed", signal.strsignal(number) or f"signal {number}"
        self.has_ended = True
        self.end_event.set()
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

    def _build_stop(self, wake: Callable[[], None]) -> Callable[[], None]:
        def stop() -> None:
            self.end_event.set()
            wake()

        return stop


def _run_main(call: Callable[[], object]) -> int:
    """The exit code of a program that does this."""
    try:
        call()
    except TrialEnded:
        raise
    except SystemExit as end:
        return _exit_code(end.code)
    except Exception as error:  # noqa: BLE001 - whatever a client raises, it ends the client
        shown = error.with_traceback(_strip_lab_frames(error.__traceback__))
        if sys.excepthook is sys.__excepthook__:
            # The same by way of Python, which finds the lines in the client's files.
            traceback.print_exception(shown)
        else:
            sys.excepthook(type(shown), shown, shown.__traceback__)
        return 1
    return 0


def _strip_lab_frames(trace: TracebackType | None) -> TracebackType | None:
    """From the client's own first line on."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_FOLDER):
        trace = trace.tb_next
    return trace


def _exit_code(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    print(value, file=sys.stderr)
    return 1
