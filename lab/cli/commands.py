"""What a command is, and how the ones in this folder are found."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from collections.abc import Mapping
from typing import Protocol, cast

import lab.cli

__all__ = ["Command", "find_commands", "find_deprecated_names"]


class Command(Protocol):
    """The interface of a command module.

    ``run`` returns the exit code: 0 done, 1 forbidden findings, 3 inconclusive.  For a wrong call
    it raises :class:`~lab.errors.UsageError`, for what could not run any other
    :class:`~lab.errors.LabError`; the command line prints either as one line.
    ``arguments.debug`` is always set, and where :func:`lab.cli.shared_options.add_client` was
    called, :func:`lab.cli.shared_options.read_client_words` returns the client that the user named.
    """

    NAME: str
    """The word that the user types."""
    HELP: str
    """One line for ``lab --help``, without a full stop."""
    # Optional: DEPRECATED_NAMES, a tuple of former names, which still work with a note on stderr.

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments of the command."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Run the command.

        Raises:
            UsageError: the call is wrong.
            LabError: something could not run.
        """


def find_commands() -> Mapping[str, Command]:
    """Every command by name, in alphabetical order."""
    found: dict[str, Command] = {}
    for entry in pkgutil.iter_modules(lab.cli.__path__):
        module = importlib.import_module(f"{lab.cli.__name__}.{entry.name}")
        if hasattr(module, "NAME"):
            command = cast("Command", module)
            found[command.NAME] = command
    return dict(sorted(found.items()))


def find_deprecated_names(commands: Mapping[str, Command]) -> Mapping[str, str]:
    """The former names of commands, each with the name that replaces it."""
    return {
        former: name
        for name, command in commands.items()
        for former in getattr(command, "DEPRECATED_NAMES", ())
    }
