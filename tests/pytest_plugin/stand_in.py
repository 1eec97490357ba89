"""A pytest plugin that puts a model of a client in the place of cells, in every process.

The engine, the store and the plugin are real; what runs is a function.  Each trial that is
run is a line of the file that ``RAN`` names.
"""

import os
import random
import time
from pathlib import Path

import msgspec

import lab.pytest_plugin.trial_resources
from lab.experiment.trials.planned import encode_replicate
from lab.observation.records import Observation
from lab.sandbox.timed_observation import TimedObservation
from tests.experiment.model import CLIENT, ModelExecutor, request

RAN = "LAB_STAND_IN_RAN"
SECONDS = "LAB_STAND_IN_SECONDS"
EXCLUDES = "LAB_STAND_IN_EXCLUDES"


def behaviour(levels, chance):
    """Marks those in Shanghai, copies the host name and the date, and has some noise."""
    mark = "\u2019" if levels["timezone"] == "Asia/Shanghai" else "'"
    sent = [
        request({"messages": [{"role": "user", "content": f"Today{mark}s date"}]}),
        request({"id": chance.getrandbits(64)}, path="/v1/events", host="other.example"),
    ]
    if levels.get("optout") != "set":
        sent[1:1] = [request({"name": levels["hostname"]}, path="/v1/names", host="other.example")]
    return sent


class StandIn(ModelExecutor):
    """The model, with the face of a laboratory.

    Its noise is a trial's own, so that what is asked next is the same in however many processes.
    """

    def __init__(self, client, *, jobs, processors, home, hidden):
        super().__init__(behaviour)
        self.jobs = jobs or processors
        self.file = os.environ.get(RAN)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass

    def measure_all(self, trials):
        for label, environment in trials:
            chance = random.Random(f"{environment.digest} {encode_replicate(label)}")
            sent = self.behaviour(environment.mapping, chance)
            measured = TimedObservation(Observation(tuple(sent), self.end(environment)), 0.0)
            time.sleep(float(os.environ.get(SECONDS, "0")))
            if self.file:
                with Path(self.file).open("a") as file:
                    file.write(f"{label.environment.digest} {encode_replicate(label)}\n")
            yield label, measured


def pytest_configure():
    """From now on, there is a client and a machine that can run it."""
    lab.pytest_plugin.trial_resources.require_all = lambda: None
    excluded = tuple(filter(None, os.environ.get(EXCLUDES, "").split(",")))
    profile = msgspec.structs.replace(CLIENT.profile, exclude=excluded)
    client = msgspec.structs.replace(CLIENT, profile=profile)
    lab.pytest_plugin.trial_resources.resolve = lambda words, cache, say: client
    lab.pytest_plugin.trial_resources.Sandbox = StandIn
