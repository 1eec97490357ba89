"""The command line: find the command, run it, turn failures into one line and a code.

``lab [--debug] COMMAND [ARGUMENT…] [-- PROGRAM ARG…]``.  Everything after the first ``--``
belongs to the program under test and is never read as an option of the lab.  The command is
looked up before its arguments are parsed, so only the chosen command builds its parser.

Results go to stdout, progress and errors to stderr.  Exit codes: 0 done; 1 forbidden findings;
2 usage; 3 inconclusive; 4 could not run; 130 interrupted.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from lab.cli.commands import Command, find_commands, find_deprecated_names
from lab.errors import LabError, MachineError, UsageError
from lab.suggest import suggest
from lab.version import __version__

__all__ = ["main"]

INTERRUPTED = 130
"""128 + SIGINT, as a shell reports it."""
BROKEN_PIPE = 141
"""128 + SIGPIPE."""
_FOLDER_ERRORS = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ENOTDIR,
    errno.ENAMETOOLONG,
}
"""Errors that a folder chosen by the user may cause."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; ``argv`` is without the name of the program."""
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in _take_before_separator(words)
    try:
        code = _dispatch(words)
        sys.stdout.flush()
    except LabError as error:
        return _report_failure(error, error.exit_code, debug=debug)
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout has closed it (`lab … | head`).  Python would fail again when it
        # flushes stdout at exit, so stdout is redirected to /dev/null.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last handler: a fault of the lab itself
        return _report_failure(error, LabError.exit_code, debug=debug)
    return code


def _report_failure(error: Exception, code: int, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    message = " ".join(str(error).split())
    if not isinstance(error, LabError):
        message = (
            f"{type(error).__name__}: {message}: a fault of the lab itself; "
            "run again with --debug to see where"
        )
    print(f"lab: error: {_escape_unprintable(message)}", file=sys.stderr)
    return code


def _escape_unprintable(text: str) -> str:
    """Escape control characters: a message may quote the output of a client."""
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in text
    )


def _dispatch(words: list[str]) -> int:
    available = find_commands()
    own = _take_before_separator(words)
    program = tuple(words[len(own) + 1 :]) if len(own) < len(words) else None

    parser = _build_main_parser(available)
    arguments, unknown = parser.parse_known_args(own)
    if unknown:
        suggestion = _format_suggestion(unknown[0], _list_options(parser))
        raise UsageError(f"lab has no option {unknown[0]!r}{suggestion}")
    if arguments.version:
        print(f"lab {__version__}")
        return 0
    if not arguments.command:
        parser.print_help(sys.stderr)
        raise UsageError("no command given; the commands are listed above")
    name, *rest = arguments.command
    if name == "help":
        parser.print_help()
        return 0
    if (current := find_deprecated_names(available).get(name)) is not None:
        print(f"lab: note: lab {name} is deprecated; it is now lab {current}", file=sys.stderr)
        name = current
    command = available.get(name)
    if command is None:
        raise UsageError(f"there is no command {name!r}{_format_suggestion(name, available)}")
    return _run(command, rest, program)


def _run(command: Command, words: Sequence[str], program: tuple[str, ...] | None) -> int:
    parser = _Parser(prog=f"lab {command.NAME}", description=f"{command.HELP}.", allow_abbrev=False)
    command.add_arguments(parser)
    parser.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    arguments, unknown = parser.parse_known_intermixed_args(words)
    if unknown:
        word = unknown[0].partition("=")[0]
        if word.startswith("-"):
            suggestion = _format_suggestion(word, _list_options(parser))
            raise UsageError(f"lab {command.NAME} has no option {word!r}{suggestion}")
        raise UsageError(
            f"lab {command.NAME} does not take {word!r}; see lab {command.NAME} --help"
        )
    takes_client = any(action.dest == "client" for action in parser._actions)
    if program is not None and not takes_client:
        raise UsageError(f"lab {command.NAME} takes no program after --")
    arguments.program = program
    try:
        return command.run(arguments)
    except OSError as error:
        if (blamed := _find_blamed_option(error, arguments)) is None:
            raise
        raise MachineError(
            f"{blamed}: {error.filename}: {error.strerror}; "
            "free some space, or permit writing there, or name another folder"
        ) from error


def _find_blamed_option(error: OSError, arguments: argparse.Namespace) -> str | None:
    """The option whose folder caused the error; None for another cause."""
    if not isinstance(error.filename, str) or error.errno not in _FOLDER_ERRORS:
        return None
    file = Path(error.filename).absolute()
    for name in ("out", "home"):
        folder: Path | None = getattr(arguments, name, None)
        if folder is None:
            continue
        # Creating a folder may fail at one of its parents.
        if file.is_relative_to(folder.absolute()) or folder.absolute().is_relative_to(file):
            return f"--{name} {folder}"
    return None


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are :class:`UsageError`, printed as one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def _build_main_parser(available: Mapping[str, Command]) -> _Parser:
    width = max((len(name) for name in available), default=0)
    listing = "\n".join(f"  {name:<{width}}  {item.HELP}" for name, item in available.items())
    parser = _Parser(
        prog="lab",
        usage="lab [--debug] COMMAND [ARGUMENT…] [-- PROGRAM ARG…]",
        description="Find out which inputs from its environment change what a coding client sends.",
        epilog=f"commands:\n{listing}\n\nlab COMMAND --help lists the options of a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the lab's version")
    parser.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    parser.add_argument("command", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _list_options(parser: argparse.ArgumentParser) -> list[str]:
    return [option for action in parser._actions for option in action.option_strings]


def _take_before_separator(words: Sequence[str]) -> list[str]:
    return list(words[: words.index("--")] if "--" in words else words)


def _format_suggestion(word: str, known: Iterable[str]) -> str:
    return f"; {suggest(word, sorted(known))}"
