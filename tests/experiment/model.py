"""A model of a client: a function from environment to what it would send.

It stands in for the cells, so that the reasoning can be tested on hundreds of audits.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from lab.clients.profile import Client, Profile, ProviderSettings
from lab.environment import Environment
from lab.experiment.audit import run_engine
from lab.experiment.events import AuditFinished, EngineEvent
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.experiment.trials.planned import PlannedTrial
from lab.findings.report import Report, Signal
from lab.observation.records import Exit, Observation, Request
from lab.sandbox.timed_observation import TimedObservation
from lab.store import SqliteStore

HOST = "api.model.example"

Levels = Mapping[str, str]
Behaviour = Callable[[Levels, random.Random], list[Request]]

CLIENT = Client(
    profile=Profile(
        name="model",
        argv=("model",),
        provider=ProviderSettings(host=HOST, endpoint_variable="MODEL_BASE_URL"),
        optout={"DO_NOT_TRACK": "1"},
    ),
    version="1",
    digest="0" * 64,
    source="a test",
    program=("model",),
    readable=(),
    dynamic=True,
)


def request(
    body: object,
    *,
    path: str = "/v1/messages",
    host: str = HOST,
    headers: Iterable[tuple[str, str]] = (),
) -> Request:
    """A request with a JSON body."""
    data = json.dumps(body).encode()
    fields = [("Host", host), ("Content-Type", "application/json"), *headers]
    return Request(
        connection=0,
        at=0.0,
        version="1.1",
        scheme="https",
        host=host,
        port=443,
        method="POST",
        target=path,
        headers=tuple((name.encode(), value.encode()) for name, value in fields),
        body=data,
        size=len(data),
    )


class ModelExecutor:
    """Runs a behaviour instead of a program; counts how often it was asked."""

    jobs = 1

    def __init__(self, behaviour: Behaviour, seed: int = 0) -> None:
        self.behaviour = behaviour
        self.seed = seed
        self.asked: list[PlannedTrial] = []
        self.exit = Exit(0.01, "finished", 0, None, 0.01, b"", b"")

    def end(self, environment: Environment) -> Exit:
        """How a trial ends; tests replace this."""
        return self.exit

    def measure_all(
        self, trials: Iterable[tuple[PlannedTrial, Environment]]
    ) -> Iterator[tuple[PlannedTrial, TimedObservation]]:
        for label, environment in trials:
            self.asked.append(label)
            chance = random.Random(f"{self.seed} {len(self.asked)}")
            sent = self.behaviour(environment.mapping, chance)
            yield label, TimedObservation(Observation(tuple(sent), self.end(environment)), 0.0)


def events(
    behaviour: Behaviour | ModelExecutor, folder: Path, **options: object
) -> Iterator[EngineEvent]:
    """The events of an audit of a behaviour."""
    laboratory = (
        behaviour
        if isinstance(behaviour, ModelExecutor)
        else ModelExecutor(behaviour, int(str(options.get("seed", 0))))
    )
    chosen = msgspec.convert({"home": folder, **options}, AuditOptions)
    with SqliteStore(folder) as store:
        yield from run_engine(CLIENT, chosen, build_scope(CLIENT, chosen), store, laboratory)


def run_audit(behaviour: Behaviour | ModelExecutor, folder: Path, **options: object) -> Report:
    """The report of an audit of a behaviour."""
    last = list(events(behaviour, folder, **options))[-1]
    assert isinstance(last, AuditFinished)
    return last.report


def causes(report: Report, part: str | None = None) -> set[tuple[str, ...]]:
    """The causes of all signals that are not about routing, or of those in one part."""
    return {
        signal.cause
        for signal in report.signals
        if signal.kind != "route" and part in (None, signal.location.part)
    }


def only(report: Report) -> Signal:
    """The one signal that a report has."""
    (signal,) = report.signals
    return signal
