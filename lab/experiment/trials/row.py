"""A row: one trial that ran, with what was extracted from it for comparison."""

from __future__ import annotations

import msgspec

from lab.environment import Environment
from lab.experiment.trials.planned import PlannedTrial
from lab.observation.features import Features
from lab.observation.timing import Timings

__all__ = ["Row"]


class Row(msgspec.Struct, frozen=True):
    """One trial with its features.

    Attributes:
        trial: The trial that ran.
        features: What it sent, by location.
        broken: Whether it failed, so that only how it ended can be compared.
        timings: Seconds between requests, by location.
        missed: What a normal run of the client has and this one has not, in words.
    """

    trial: PlannedTrial
    features: Features
    broken: bool = False
    timings: Timings = {}
    missed: tuple[str, ...] = ()

    @property
    def environment(self) -> Environment:
        """The environment of the trial."""
        return self.trial.environment
