"""The result of one trial: an observation, and the time that the lab added to it."""

from __future__ import annotations

import msgspec

from lab.observation.records import Observation

__all__ = ["TimedObservation"]


class TimedObservation(msgspec.Struct, frozen=True):
    """An observation and the overhead of the lab.

    ``overhead_s`` is wall time in seconds outside the client's runs.  Earlier runs of a
    returning user's client count as the client's time; the observation, with its times, is
    that of the last run.
    """

    observation: Observation
    overhead_s: float
