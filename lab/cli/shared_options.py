"""Arguments that several commands share, so that they look the same everywhere."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from lab.errors import UsageError

__all__ = [
    "CLIENT_HELP",
    "add_client",
    "add_format",
    "add_home",
    "add_json",
    "read_client_words",
    "require_writable",
]

_LAB_OPTIONS = frozenset(
    ("--factors", "--levels", "--max-trials", "--max-time", "--resume", "--set", "--sweep")
)
"""Of the lab's, those that a program hardly has, too."""

CLIENT_HELP = "NAME, NAME@VERSION, ./profile.toml, or -- PROGRAM ARG… (any executable)"


def add_client(parser: argparse.ArgumentParser) -> None:
    """Take one CLIENT; :func:`read_client_words` reads it."""
    parser.add_argument("client", metavar="CLIENT", nargs="?", help=CLIENT_HELP)


def read_client_words(arguments: argparse.Namespace) -> tuple[str, ...]:
    """What the user named, for :func:`lab.clients.resolve.resolve`.

    ``("NAME@VERSION",)``, or ``("--", PROGRAM, ARG, …)`` for an executable.
    """
    program: tuple[str, ...] | None = arguments.program
    if program is not None and arguments.client is not None:
        raise UsageError(
            f"two clients named: {arguments.client!r} and, after --, {' '.join(program)!r}; "
            "name one of them"
        )
    if program is not None:
        if not program:
            raise UsageError("nothing follows --; write -- PROGRAM ARG…")
        if mine := [word for word in program if word.partition("=")[0] in _LAB_OPTIONS]:
            print(
                f"lab: warning: {mine[0]} stands after -- and goes to the program; "
                "the lab's own options come before",
                file=sys.stderr,
            )
        return ("--", *program)
    if arguments.client is None:
        raise UsageError(f"no client named; CLIENT is {CLIENT_HELP}")
    return (arguments.client,)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Take ``--json``: one JSON document on stdout."""
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def add_format(parser: argparse.ArgumentParser) -> None:
    """Take ``--format``: one document in a format of :mod:`lab.reports.formats` on stdout."""
    from lab.reports.formats.registry import list_formats

    formats = list_formats()
    parser.add_argument(
        "--format",
        choices=tuple(formats),
        help="print the report on stdout as "
        + "; ".join(f"{name}: {each.HELP}" for name, each in formats.items()),
    )


def add_home(parser: argparse.ArgumentParser) -> None:
    """Take ``--home``: where clients, trials and audits are kept (default ``.lab``)."""
    parser.add_argument(
        "--home",
        type=Path,
        default=Path(".lab"),
        metavar="DIR",
        help="where clients, trials and audits are kept (default: .lab in this directory)",
    )


def require_writable(option: str, folder: Path) -> None:
    """UsageError, naming the option, where a folder cannot be made or written.

    Nothing is made.  What only shows on writing (a full disk) is told by the command line
    when it happens.
    """
    try:
        existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    except OSError as error:
        raise UsageError(f"{option} {folder}: {error.strerror}; name another folder") from error
    if not existing.is_dir():
        raise UsageError(f"{option} {folder}: {existing} is no folder; name another folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise UsageError(
            f"{option} {folder}: nothing can be written in {existing}; "
            f"name a folder of your own with {option}"
        )
