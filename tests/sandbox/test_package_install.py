"""Only the packages of what is missing are installed, and failures are reported."""

from __future__ import annotations

import os
import subprocess

import pytest

from lab.errors import MachineError
from lab.sandbox.package_install import install_packages
from lab.sandbox.requirements import Requirement

ABSENT = Requirement("bwrap", "makes the jail", "bubblewrap", False)


class Runs:
    """Stands in for running programs: fails those whose command line holds a word."""

    def __init__(self, *failing: str, said: str = "no") -> None:
        self.failing = failing
        self.said = said
        self.commands: list[list[str]] = []

    def __call__(self, command):
        self.commands.append(list(command))
        failed = any(word in " ".join(command) for word in self.failing)
        return subprocess.CompletedProcess(command, int(failed), "", self.said if failed else "")


def test_only_missing_packages_are_installed():
    runs = Runs()
    present = Requirement("ip", "sets up", "iproute2", True)
    assert install_packages([ABSENT, present, ABSENT], runs) == ("bubblewrap",)
    words = runs.commands[-1]
    assert words[-1] == "bubblewrap"
    assert "iproute2" not in words
    assert [command for command in runs.commands if "update" in command]
    assert install_packages([present], Runs("apt-get")) == ()


def test_a_failing_installation_is_said():
    with pytest.raises(MachineError, match="bubblewrap: E: no such package"):
        install_packages([ABSENT], Runs("install", said="E: no such package"))


def test_an_ordinary_user_without_sudo_gets_the_command(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MachineError, match="sudo apt-get install bubblewrap"):
        install_packages([ABSENT], Runs("sudo"))
    runs = Runs()
    install_packages([ABSENT], runs)
    assert runs.commands[-1][:3] == ["sudo", "-n", "apt-get"]
