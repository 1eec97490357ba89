"""The options of a session, from the command line or the ini file.

The command line has priority.  Paths in an ini file are relative to its folder, like pytest's own.
"""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeVar

import pytest

__all__ = ["LAB_HOME", "TRIALS_FOLDER", "Settings", "load_hypothesis_profile", "read_settings"]

LAB_HOME = Path(".lab")
TRIALS_FOLDER = "trials"
"""The folder, in that of the session, of the trials that all audits share."""

T = TypeVar("T")
D = TypeVar("D")

_LAB_PROFILES = {"default": "dev", "ci": "ci"}
"""The profile that Hypothesis chooses by itself, and the lab's profile in its place."""
_MAX_SEED = 2**63 - 1
_MAX_JOBS = 64


class Settings(NamedTuple):
    """``client`` is as on the lab's command line, in words; empty where none is named.

    ``max_time`` is in seconds.  ``jobs`` is None for as many as this process's share of the
    processors allows.
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
    """Read and check the options; pytest.UsageError, in one line, for a wrong one."""
    given = _OptionReader(config)
    return Settings(
        client=_split_client(given.read_text("client") or "", given.find_base_folder("client")),
        factors=tuple(filter(None, map(str.strip, (given.read_text("factors") or "").split(",")))),
        seed=given.parse("seed", _parse_seed, 0),
        max_time=given.parse("max-time", _parse_seconds, None),
        jobs=given.parse("jobs", _parse_jobs, 1),
        out=given.read_path("out"),
        resume=given.read_switch("resume"),
        baseline=given.read_path("baseline"),
        policy=given.read_path("policy"),
        require=given.read_switch("require"),
    )


def load_hypothesis_profile(config: pytest.Config) -> None:
    """Register the lab's Hypothesis profiles, and load one unless the user has chosen another."""
    from hypothesis import settings

    from lab.testing.hypothesis_profiles import load, register

    current = settings.get_current_profile_name()
    register()
    if config.getoption("hypothesis_profile", None) is None and current in _LAB_PROFILES:
        load(_LAB_PROFILES[current])


class _OptionReader:
    """Reads options by name, from the command line or the ini file."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def read_text(self, name: str) -> str | None:
        key = f"lab_{name.replace('-', '_')}"
        value: str | None = self._config.getoption(key)
        if value is None:
            value = self._config.getini(key)
        return value or None

    def find_base_folder(self, name: str) -> Path:
        """The folder to which a relative path of this option is relative."""
        if self._config.getoption(f"lab_{name.replace('-', '_')}") is not None:
            return Path()
        home = self._config.inipath.parent if self._config.inipath else self._config.rootpath
        return Path(os.path.relpath(home))

    def read_switch(self, name: str) -> bool:
        key = f"lab_{name}"
        return bool(self._config.getoption(key) or self._config.getini(key))

    def read_path(self, name: str) -> Path | None:
        text = self.read_text(name)
        return None if text is None else self.find_base_folder(name) / Path(text).expanduser()

    def parse(self, name: str, reader: Callable[[str], T], default: D) -> T | D:
        text = self.read_text(name)
        try:
            return default if text is None else reader(text)
        except ValueError as error:
            _raise_usage_error(f"--lab-{name} takes {error}, not {text!r}")


def _raise_usage_error(message: str) -> NoReturn:
    raise pytest.UsageError(message)


def _split_client(text: str, folder: Path) -> tuple[str, ...]:
    text = text.strip()
    if text == "--" or text.startswith("-- "):
        try:
            return tuple(shlex.split(text))
        except ValueError as error:
            _raise_usage_error(f"--lab-client {text!r} is no command: {error}")
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
