"""How many trials run at a time, where the user does not set it.

A client that computes uses a whole processor.  One that mostly waits (for a timer, or for an
answer that it does not get) leaves capacity for others.  So the number follows from the trials
so far: processors times wall time over processor time.
"""

from __future__ import annotations

import threading

__all__ = ["AdaptiveConcurrency"]

_MIN_TRIALS = 6
"""Trials after which their use of processors counts as typical."""


class AdaptiveConcurrency:
    """How many trials run at a time: between one and two a processor, or a fixed number."""

    def __init__(self, processors: int, fixed: int | None = None) -> None:
        self._processors = processors
        self._fixed = fixed
        self._trials = 0
        self._wall_s = 0.0
        self._cpu_s = 0.0
        self._lock = threading.Lock()

    @property
    def max_jobs(self) -> int:
        """The largest number that :attr:`jobs` can reach."""
        return self._fixed or 2 * self._processors

    def record_trial(self, wall_s: float, cpu_s: float) -> None:
        """Add the wall time and the processor time of a trial, in seconds."""
        with self._lock:
            self._trials += 1
            self._wall_s += wall_s
            self._cpu_s += cpu_s

    @property
    def jobs(self) -> int:
        """How many trials may run at a time now."""
        if self._fixed is not None:
            return self._fixed
        if self._trials < _MIN_TRIALS or self._cpu_s <= 0:
            return self._processors
        wanted = round(self._processors * self._wall_s / self._cpu_s)
        return max(self._processors, min(self.max_jobs, wanted))
