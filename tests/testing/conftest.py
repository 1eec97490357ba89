"""Subjects for tests that observe callables: in a home of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.testing import failure_note
from lab.testing.subject import Subject


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab")


@pytest.fixture
def opened(home: Path) -> Iterator[Callable[..., Subject]]:
    """Opens subjects, and closes them after the test."""
    subjects: list[Subject] = []

    def opening(client: object, **options: object) -> Subject:
        subjects.append(Subject.open(client, home=home, **options))
        return subjects[-1]

    yield opening
    for subject in subjects:
        subject.close()


@pytest.fixture(autouse=True)
def _no_note() -> Iterator[None]:
    failure_note.begin_test()
    yield
    failure_note.begin_test()
