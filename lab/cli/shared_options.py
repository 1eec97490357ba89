"""Options that several commands share, so that they are the same everywhere."""

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
"""Options of the lab that a program under test is unlikely to have."""

CLIENT_HELP = "NAME, NAME@VERSION, ./profile.toml, or -- PROGRAM ARG… (any executable)"


def add_client(parser: argparse.ArgumentParser) -> None:
    """Declare CLIENT; :func:`read_client_words` reads it."""
    parser.add_argument("client", metavar="CLIENT", nargs="?", help=CLIENT_HELP)


def read_client_words(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The client that the user named, for :func:`lab.clients.resolve.resolve`.

    Returns:
        ``("NAME@VERSION",)``, or ``("--", PROGRAM, ARG, …)`` for an executable.

    Raises:
        UsageError: no client is named, or two.
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
    """Declare ``--json``: one JSON document on stdout."""
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
    """Declare ``--home``: the folder of clients, trials and audits (default ``.lab``)."""
    parser.add_argument(
        "--home",
        type=Path,
        default=Path(".lab"),
        metavar="DIR",
        help="where clients, trials and audits are kept (default: .lab in this directory)",
    )


def require_writable(option: str, folder: Path) -> None:
    """Check that a folder can be created and written; nothing is created.

    Errors that only occur on writing, such as a full disk, are reported when they occur.

    Args:
        option: its name, for the message.
        folder: the folder that the user named.

    Raises:
        UsageError: it cannot be created or written.
    """
    try:
        existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    except OSError as error:
        raise UsageError(f"{option} {folder}: {error.strerror}; name another folder") from error
    if not existing.is_dir():
        raise UsageError(f"{option} {folder}: {existing} is no folder; name another folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise UsageError(
            f"{option} {folder}: nothing can be written in {existing}; "
            f"name a folder of your own with {option}"
        )
