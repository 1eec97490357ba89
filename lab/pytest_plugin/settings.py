"""What the user asked of a session, on the command line or in the ini file.

The command line wins.  Paths in an ini file are relative to its folder, like pytest's own.
"""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeVar

import pytest

__all__ = ["LAB_HOME", "TRIALS_FOLDER", "Settings", "read_settings"]

LAB_HOME = Path(".lab")
TRIALS_FOLDER = "trials"
"""The folder, in a session's, of the trials that all questions share."""

T = TypeVar("T")
D = TypeVar("D")

_MAX_SEED = 2**63 - 1
_MAX_JOBS = 64


class Settings(NamedTuple):
    """``client`` is as on the lab's command line, in words; empty where none is named.

    ``jobs`` None lets the processors decide that fall to this process.
    """

    client: tuple[str, ...]
    factors: tuple[str, ...]
    seed: int
    max_time: float | None
    jobs: int | None
    out: Path | None
    resume: bool
    baseline: Path | None
    policy: Path | None
    require: bool


def read_settings(config: pytest.Config) -> Settings:
    """The session's settings; pytest.UsageError, in one line, for what makes no sense."""
    given = _OptionReader(config)
    return Settings(
        client=_split_client(given.text("client") or "", given.folder("client")),
        factors=tuple(filter(None, map(str.strip, (given.text("factors") or "").split(",")))),
        seed=given.read("seed", _parse_seed, 0),
        max_time=given.read("max-time", _parse_seconds, None),
        jobs=given.read("jobs", _parse_jobs, 1),
        out=given.path("out"),
        resume=given.switch("resume"),
        baseline=given.path("baseline"),
        policy=given.path("policy"),
        require=given.switch("require"),
    )


class _OptionReader:
    """Values by name, and where each was written."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def text(self, name: str) -> str | None:
        key = f"lab_{name.replace('-', '_')}"
        value: str | None = self._config.getoption(key)
        if value is None:
            value = self._config.getini(key)
        return value or None

    def folder(self, name: str) -> Path:
        """What a relative path is relative to."""
        if self._config.getoption(f"lab_{name.replace('-', '_')}") is not None:
            return Path()
        home = self._config.inipath.parent if self._config.inipath else self._config.rootpath
        return Path(os.path.relpath(home))

    def switch(self, name: str) -> bool:
        key = f"lab_{name}"
        return bool(self._config.getoption(key) or self._config.getini(key))

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return None if text is None else self.folder(name) / Path(text).expanduser()

    def read(self, name: str, reader: Callable[[str], T], default: D) -> T | D:
        text = self.text(name)
        try:
            return default if text is None else reader(text)
        except ValueError as error:
            _refuse(f"--lab-{name} takes {error}, not {text!r}")


def _refuse(message: str) -> NoReturn:
    raise pytest.UsageError(message)


def _split_client(text: str, folder: Path) -> tuple[str, ...]:
    text = text.strip()
    if text == "--" or text.startswith("-- "):
        try:
            return tuple(shlex.split(text))
        except ValueError as error:
            _refuse(f"--lab-client {text!r} is no command: {error}")
    if text.endswith(".toml"):
        return (str(folder / Path(text).expanduser()),)
    return (text,) if text else ()


def _parse_seed(text: str) -> int:
    return _parse_whole_number(text, 0, _MAX_SEED)


def _parse_jobs(text: str) -> int | None:
    return None if text == "auto" else _parse_whole_number(text, 1, _MAX_JOBS)


def _parse_whole_number(text: str, least: int, most: int) -> int:
    if text.isdecimal() and least <= int(text) <= most:
        return int(text)
    raise ValueError(f"a whole number from {least} to {most}")


def _parse_seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError("a number of seconds above 0")
    return number
