"""Rows of trials."""

from __future__ import annotations

from lab.environment import Environment
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row


def test_a_row_is_of_the_environment_of_its_trial():
    here = Environment.of({"ci": "none"})
    row = Row(PlannedTrial(here, 3), {})
    assert row.environment == here
    assert not row.broken
