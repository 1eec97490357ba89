from __future__ import annotations

import tomllib
from pathlib import Path

import lab
from lab.version import __version__


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
    assert __version__ == project["project"]["version"] == lab.__version__
