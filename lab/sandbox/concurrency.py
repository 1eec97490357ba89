"""How many trials to run at a time, where the user does not say.

A client that computes keeps a processor busy; one that mostly waits (for a timer, for an
answer that it does not get) leaves room for others.  So the number follows from what
trials have needed so far: processors times wall time over processor time.
"""

from __future__ import annotations

import threading

__all__ = ["AdaptiveConcurrency"]

_MIN_TRIALS = 6
"""Trials before their needs are taken for typical."""


class AdaptiveConcurrency:
    """The number of trials at a time, at least one a processor and at most two."""

    def __init__(self, processors: int, fixed: int | None = None) -> None:
        self._processors = processors
        self._fixed = fixed
        self._trials = 0
        self._wall_s = 0.0
        self._cpu_s = 0.0
        self._lock = threading.Lock()

    @property
    def max_jobs(self) -> int:
        """The largest number there can ever be."""
        return self._fixed or 2 * self._processors

    def record_trial(self, wall_s: float, cpu_s: float) -> None:
        """Take one more trial into account."""
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
