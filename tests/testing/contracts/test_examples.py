"""The worked examples of the documentation: they run, and what is shown of them is real."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from lab.testing import failure_note

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "howto-contracts.md").read_text(encoding="utf-8")


@pytest.fixture
def example(tmp_path, monkeypatch):
    """Loads a file of the documentation, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def load(name):
        path = DOCS / "examples" / name
        assert f"```python\n{path.read_text(encoding='utf-8')}```" in PAGE
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def test_the_probe_that_keeps_its_contract(example):
    module = example("test_resold.py")
    tests = [each for name, each in vars(module).items() if name.startswith("test_")]
    assert len(tests) == 5
    for test in tests:
        test()


def test_the_probe_that_is_too_broad(example):
    with pytest.raises(AssertionError):
        example("test_too_broad.py").test_it_fires_nowhere_else()
    # How many trials it takes follows from the levels that factors have.
    assert numberless(f"```\n{failure_note.get_note()}\n```") in numberless(PAGE)


def numberless(text):
    return re.sub(r"\d[\d.,]*", "0", text)
