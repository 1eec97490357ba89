"""The client's clock: it starts at the instant of the level and advances, as in a cell.

Wall clocks start at that instant, monotonic ones at the machine's uptime.  All advance with the
host's clock, so a wait takes as long as it should.

freezegun is not used.  It searches all modules each time that it starts.  It stops monotonic
clocks, too.  Its local time is UTC and a fixed offset, so no zone has summer time, and
``tm_gmtoff`` is missing.  Its dates are instances of its own classes, which a client sees in
their ``repr`` and which outlive the trial.  In the datetime module only ``now`` and ``utcnow`` read
the clock without ``time.time``; a class that stands for ``datetime.datetime`` answers these two.
"""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from typing import Any

from lab.sandbox.jail.files.facts import UPTIME_S
from lab.sandbox.twin.patching.caller import TrialEnded, thread_state
from lab.sandbox.twin.patching.patches import Patches

__all__ = ["SimulatedClock"]

_time, _time_ns, _localtime, _sleep = time.time, time.time_ns, time.localtime, time.sleep
_RealDatetime = datetime.datetime

_monotonic_ns = time.monotonic_ns

_WALL_CLOCKS = frozenset((0, 5, 8, 11))
"""REALTIME, REALTIME_COARSE, REALTIME_ALARM and TAI; see clock_getres(2)."""

_UPTIME_CLOCKS = frozenset((1, 4, 6, 7, 9))
"""MONOTONIC, MONOTONIC_RAW, MONOTONIC_COARSE, BOOTTIME and BOOTTIME_ALARM."""


class SimulatedClock:
    """The clocks of one trial."""

    def __init__(self) -> None:
        self._shift_ns = 0
        self._uptime_ns = 0
        self._ended = threading.Event()

    def begin(self, start: float | None, ended: threading.Event) -> None:
        """Start a trial at Unix time ``start``, None for the host's; ``ended`` ends all sleep."""
        self._shift_ns = 0 if start is None else round(start * 1e9) - _time_ns()
        self._uptime_ns = UPTIME_S * 10**9 - _monotonic_ns()
        self._ended = ended

    def now(self) -> float:
        """Unix time, as the client sees it."""
        return _time() + self._shift_ns / 1e9

    def now_ns(self) -> int:
        """The same in nanoseconds."""
        return _time_ns() + self._shift_ns

    def patch(self, patches: Patches) -> None:
        """Register the replacements."""
        patches.add_function(time, "time", self.now)
        patches.add_function(time, "time_ns", self.now_ns)
        for name in ("localtime", "gmtime", "ctime"):
            patches.add_function(time, name, self._with_default_seconds(getattr(time, name)))
        patches.add_function(time, "asctime", self._with_default_fields(time.asctime, 0))
        patches.add_function(time, "strftime", self._with_default_fields(time.strftime, 1))
        for name in ("monotonic", "perf_counter"):
            patches.add_function(time, name, lambda: (_monotonic_ns() + self._uptime_ns) / 1e9)
            patches.add_function(time, f"{name}_ns", lambda: _monotonic_ns() + self._uptime_ns)
        patches.add_function(time, "clock_gettime", self._clock_gettime(time.clock_gettime))
        patches.add_function(
            time, "clock_gettime_ns", self._clock_gettime_ns(time.clock_gettime_ns)
        )
        patches.add_function(time, "sleep", self._sleep)
        patches.add_value(datetime, "datetime", _make_datetime(self))

    def _with_default_seconds(self, real: Callable[..., Any]) -> Callable[..., Any]:
        return lambda seconds=None: real(self.now() if seconds is None else seconds)

    def _with_default_fields(self, real: Callable[..., Any], before: int) -> Callable[..., Any]:
        def call(*words: Any) -> Any:
            return real(*words) if len(words) > before else real(*words, _localtime(self.now()))

        return call

    def _clock_gettime(self, real: Callable[[int], float]) -> Callable[[int], float]:
        return lambda clock: real(clock) + self._offset_ns(clock) / 1e9

    def _clock_gettime_ns(self, real: Callable[[int], int]) -> Callable[[int], int]:
        return lambda clock: real(clock) + self._offset_ns(clock)

    def _offset_ns(self, clock: int) -> int:
        if clock in _WALL_CLOCKS:
            return self._shift_ns
        return self._uptime_ns if clock in _UPTIME_CLOCKS else 0

    def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            _sleep(seconds)
        elif self._ended.wait(seconds):
            raise TrialEnded


class _DatetimeMeta(type):
    """Lets a class pass for ``datetime.datetime``, of which all its instances really are."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _RealDatetime)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _RealDatetime)

    def __call__(cls, *words: Any, **named: Any) -> Any:
        if cls.__module__ == "datetime":
            return _RealDatetime(*words, **named)
        # A subclass of the client's own, which has instances of its own.
        return super().__call__(*words, **named)


def _make_datetime(clock: SimulatedClock) -> type:
    """A class that passes for ``datetime.datetime`` and asks this clock."""

    class Datetime(_RealDatetime, metaclass=_DatetimeMeta):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            made = _RealDatetime if cls is Datetime else cls
            return (
                made.now(tz) if thread_state.trial is None else made.fromtimestamp(clock.now(), tz)
            )

        @classmethod
        def utcnow(cls) -> Any:
            moment = cls.now(datetime.UTC)
            return moment.replace(tzinfo=None)

    Datetime.__name__ = Datetime.__qualname__ = "datetime"
    Datetime.__module__ = "datetime"
    Datetime.__doc__ = _RealDatetime.__doc__
    return Datetime
