"""What a command is, and how the ones in this folder are found."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from collections.abc import Mapping
from typing import Protocol, cast

import lab.cli

__all__ = ["Command", "find_commands"]


class Command(Protocol):
    """The interface of a command module.

    ``run`` returns the exit code: 0 done, 1 findings that the user forbade, 3 inconclusive.
    For a wrong call it raises :class:`~lab.errors.UsageError`, for what could not run any
    other :class:`~lab.errors.LabError`; the command line prints either as one line.
    ``arguments.debug`` is always there, and where :func:`lab.cli.shared_options.add_client`
    was called, :func:`lab.cli.shared_options.read_client_words` returns what the user named.
    """

    NAME: str
    """The word that the user types."""
    HELP: str
    """One line for ``lab --help``, without a full stop."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what the command takes."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it."""


def find_commands() -> Mapping[str, Command]:
    """Every command by name, in alphabetical order."""
    found: dict[str, Command] = {}
    for entry in pkgutil.iter_modules(lab.cli.__path__):
        module = importlib.import_module(f"{lab.cli.__name__}.{entry.name}")
        if hasattr(module, "NAME"):
            command = cast("Command", module)
            found[command.NAME] = command
    return dict(sorted(found.items()))
