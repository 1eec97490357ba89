"""Runs the trials of one subject: what runs, when, and what cannot be varied."""

from __future__ import annotations

from contextlib import contextmanager

import msgspec
import pytest

import lab
from lab.environment import Environment
from lab.errors import ClientError, MachineError
from lab.experiment.trials.planned import PlannedTrial
from lab.memory_store import MemoryStore
from lab.testing.subject_runner import SubjectRunner, UnmeasurableError
from tests.experiment.model import CLIENT, ModelExecutor
from tests.testing.models import identifiers, quiet


class Opened:
    """Opens a store and an executor, and counts how often."""

    def __init__(self, executor):
        self.executor = executor
        self.memory = MemoryStore()
        self.stores = self.executors = self.left = 0

    def store(self):
        self.stores += 1
        return self.memory

    @contextmanager
    def run(self):
        self.executors += 1
        yield self.executor
        self.left += 1


def make_runner(opened, *, unmeasurable=None, client=CLIENT):
    return SubjectRunner(
        client, ("model",), opened.store, opened.run, unmeasurable=unmeasurable or {}, seed=0
    )


def test_the_store_and_the_executor_open_on_first_use_and_again_after_closing():
    opened = Opened(ModelExecutor(quiet))
    runner = make_runner(opened)
    assert (opened.stores, opened.executors) == (0, 0)
    runner.observation(runner.control)
    runner.observation(runner.control, 1)
    assert (opened.stores, opened.executors, opened.left) == (1, 1, 0)
    runner.close()
    assert opened.left == 1
    runner.observation(runner.control)
    assert (opened.stores, opened.executors) == (2, 1)


def test_a_trial_that_is_stored_does_not_run_again():
    opened = Opened(ModelExecutor(identifiers))
    runner = make_runner(opened)
    first = runner.observation(lab.control())
    assert runner.observation(Environment.of({})) is first
    assert len(opened.executor.asked) == 1


def test_an_environment_is_completed_without_the_factors_that_cannot_be_varied():
    runner = make_runner(Opened(ModelExecutor(quiet)), unmeasurable={"clock": "static"})
    whole = runner.whole(Environment.of({"timezone": "Asia/Tokyo"}))
    assert whole["timezone"] == "Asia/Tokyo"
    assert "clock" not in whole.mapping
    assert "clock" not in runner.whole(lab.control()).mapping
    assert set(whole.mapping) == set(runner.control.mapping)


def test_environments_that_differ_in_what_reaches_the_client_are_measurable():
    runner = make_runner(Opened(ModelExecutor(quiet)), unmeasurable={"clock": "static"})
    runner.require_measurable(lab.control(), lab.control(timezone="Asia/Tokyo"))
    runner.require_measurable(lab.control(), lab.control())


def test_a_difference_in_what_cannot_be_varied_is_refused_with_the_reason():
    runner = make_runner(Opened(ModelExecutor(quiet)), unmeasurable={"timezone": "static"})
    with pytest.raises(UnmeasurableError, match=r"timezone: static"):
        runner.require_measurable(lab.control(), lab.control(timezone="Asia/Tokyo"))


def test_a_difference_that_the_profile_does_not_use_is_refused():
    client = msgspec.structs.replace(
        CLIENT, profile=msgspec.structs.replace(CLIENT.profile, optout={})
    )
    runner = make_runner(Opened(ModelExecutor(quiet)), client=client)
    with pytest.raises(UnmeasurableError, match="optout changes nothing for model@1"):
        runner.require_measurable(lab.control(), lab.control(optout="set"))


def test_no_trials_need_no_executor():
    opened = Opened(ModelExecutor(quiet))
    assert list(make_runner(opened).measure_all([])) == []
    assert opened.executors == 0


def test_a_client_that_could_not_start_is_an_error():
    model = ModelExecutor(quiet)
    model.exit = msgspec.structs.replace(model.exit, verdict="could not start", detail="no file")
    runner = make_runner(Opened(model))
    with pytest.raises(ClientError, match="model@1 could not start: no file"):
        list(runner.measure_all([(PlannedTrial(runner.control, 0), runner.control)]))


def test_an_executor_that_cannot_open_is_tried_once():
    attempts = []

    @contextmanager
    def fail():
        attempts.append(1)
        raise MachineError("bubblewrap is missing")
        yield

    opened = Opened(ModelExecutor(quiet))
    opened.run = fail
    runner = make_runner(opened)
    for _ in range(2):
        with pytest.raises(MachineError, match="bubblewrap is missing"):
            runner.observation(lab.control())
    assert len(attempts) == 1
