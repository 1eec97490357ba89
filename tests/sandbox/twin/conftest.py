"""Twins for tests: what a callable observes, in surroundings that differ from the bare ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.environment import Environment
from lab.observation.records import Observation
from lab.sandbox.twin import Twin


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab")


class Observer:
    """Runs a callable once in a twin; the usual one is kept, because it takes long to make."""

    def __init__(self, home: Path, twin: Twin) -> None:
        self.home = home
        self.twin = twin

    def __call__(
        self,
        call: Callable[[], object],
        levels: dict[str, str] | None = None,
        **options: Any,
    ) -> Observation:
        environment = Environment.of(levels or {})
        if not options:
            self.twin.call = call
            return self.twin.observe(environment)
        with Twin(call, home=self.home, **options) as twin:
            return twin.observe(environment)

    def result_of(self, call: Callable[[], object], *words: Any, **named: Any) -> Any:
        """What the callable returns, by way of its standard output."""
        observation = self(lambda: print(json.dumps(call())), *words, **named)
        assert observation.exit.code == 0, observation.exit.stderr.decode()
        return json.loads(observation.exit.stdout)


@pytest.fixture(scope="session")
def observe(home: Path) -> Iterator[Observer]:
    with Twin(int, home=home) as twin:
        yield Observer(home, twin)
